//! What finding and reading costs without detecting anything: a sink that only counts.

use criterion::{Criterion, Throughput};
use keyward::blob::{Blob, Skip};
use keyward::sources::Sink;
use keyward::sources::history::{History, HistoryOptions};
use keyward::sources::walk::{WalkOptions, walk as walk_tree};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

/// Directories and files of the generated tree, and commits of the generated repository.
const DIRECTORIES: usize = 40;
const FILES: usize = 50;
const COMMITS: usize = 500;

/// Counts bytes.
#[derive(Default)]
struct Count(AtomicU64);

impl Sink for Count {
    fn blob(&self, blob: Blob<'_>) {
        self.0.fetch_add(blob.bytes.len() as u64, Ordering::Relaxed);
    }

    fn skip(&self, skip: Skip) {
        panic!("{}: {:?}", skip.what, skip.reason);
    }
}

pub(crate) fn walk(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("walk");
    group.sample_size(20);
    let tree = tempfile::tempdir().expect("a directory can be made");
    for directory in 0..DIRECTORIES {
        let path = tree.path().join(format!("directory-{directory}"));
        std::fs::create_dir(&path).expect("a directory can be made");
        for file in 0..FILES {
            std::fs::write(path.join(format!("file-{file}.txt")), text(directory * FILES + file)).expect("a file can be written");
        }
    }
    let mut measure = |name: &str, path: PathBuf| {
        let options = WalkOptions { paths: vec![path], ..WalkOptions::default() };
        let run = || {
            let count = Count::default();
            walk_tree(&options, &count).expect("the tree can be walked");
            count.0.into_inner()
        };
        group.throughput(Throughput::Bytes(run()));
        group.bench_function(name, |bencher| bencher.iter(run));
    };
    measure("generated", tree.path().to_owned());
    if let Some(path) = std::env::var_os("KEYWARD_BENCH_TREE") {
        measure("tree", PathBuf::from(path));
    }
}

pub(crate) fn history(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("history");
    group.sample_size(10);
    let repo = tempfile::tempdir().expect("a directory can be made");
    import(repo.path());
    let mut measure = |name: &str, repo: PathBuf| {
        let options = HistoryOptions { repo, ..HistoryOptions::default() };
        let run = || {
            let count = Count::default();
            let history = History::open(options.clone()).expect("the repository can be read");
            history.scan(&count).expect("the history can be read");
            count.0.into_inner()
        };
        group.throughput(Throughput::Bytes(run()));
        group.bench_function(name, |bencher| bencher.iter(run));
    };
    measure("generated", repo.path().to_owned());
    if let Some(path) = std::env::var_os("KEYWARD_BENCH_REPO") {
        measure("repo", PathBuf::from(path));
    }
}

/// Some text, another for each number.
fn text(number: usize) -> String {
    let lines: Vec<String> = (0..60).map(|line| format!("line {line} of text {number} says {}\n", line * number)).collect();
    lines.concat()
}

/// A repository in which each commit changes one of twenty files, packed.
fn import(path: &Path) {
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.current_dir(path).args(arguments).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        command
    };
    assert!(git(&["init", "--quiet", "-b", "main"]).status().expect("git runs").success());
    let mut command = git(&["fast-import", "--quiet"]);
    let mut importer = command.stdin(Stdio::piped()).spawn().expect("git runs");
    let mut input = importer.stdin.take().expect("it was piped");
    for commit in 0..COMMITS {
        let content = text(commit);
        let header = format!("commit refs/heads/main\ncommitter A <a@example.org> {} +0000\ndata 1\nx\n", 1_700_000_000 + commit);
        let change = format!("M 100644 inline file-{}.txt\ndata {}\n{content}\n", commit % 20, content.len());
        input.write_all((header + &change).as_bytes()).expect("git reads it");
    }
    drop(input);
    assert!(importer.wait().expect("git ends").success());
}
