//! What finding and reading costs without detecting anything, with a sink that only counts; and what a history costs
//! with all rules.

use criterion::{Criterion, Throughput};
use keyward::blob::{Blob, Skip};
use keyward::engine::{Base, Detector, Scratch, Trace};
use keyward::sources::Sink;
use keyward::sources::history::{History, HistoryOptions};
use keyward::sources::walk::{WalkOptions, walk as walk_tree};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Directories and files of the generated tree, and commits of the generated repository.
const DIRECTORIES: usize = 40;
const FILES: usize = 50;
const COMMITS: usize = 2_000;

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

/// Scans versions as the program does, and counts bytes.
struct Scan<'d> {
    detector: &'d Detector,
    idle: Mutex<Vec<Scratch>>,
    count: Count,
}

impl Sink for Scan<'_> {
    fn blob(&self, blob: Blob<'_>) {
        self.version(blob, None);
    }

    fn version(&self, blob: Blob<'_>, base: Option<Base<'_>>) -> Option<Trace> {
        let mut scratch = self.idle.lock().expect("nothing panics").pop().unwrap_or_default();
        let (_, trace) = self.detector.scan_version(blob.bytes, 0, base, &mut scratch);
        self.idle.lock().expect("nothing panics").push(scratch);
        self.count.blob(blob);
        Some(trace)
    }

    fn skip(&self, skip: Skip) {
        self.count.skip(skip);
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
    let detector = Detector::builtin();
    let read = |options: HistoryOptions, sink: &dyn Sink| {
        let history = History::open(options).expect("the repository can be read");
        history.scan(sink).expect("the history can be read");
    };
    let mut measure = |name: &str, repo: PathBuf| {
        let all = || HistoryOptions { repo: repo.clone(), ..HistoryOptions::default() };
        let count = |options: HistoryOptions| {
            let count = Count::default();
            read(options, &count);
            count.0.into_inner()
        };
        group.throughput(Throughput::Bytes(count(all())));
        group.bench_function(format!("{name}, read"), |bencher| bencher.iter(|| count(all())));
        let scan = || read(all(), &Scan { detector: &detector, idle: Mutex::default(), count: Count::default() });
        group.bench_function(format!("{name}, scanned"), |bencher| bencher.iter(scan));
        let newest = || HistoryOptions { range: Some("HEAD~1..HEAD".to_owned()), ..all() };
        group.throughput(Throughput::Bytes(count(newest())));
        group.bench_function(format!("{name}, one commit"), |bencher| bencher.iter(|| count(newest())));
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

/// A version of a file: a few lines of many are its own.
fn version(file: usize, number: usize) -> String {
    let line = |line: usize| {
        let by = if line % 150 == number * 7 % 150 { number } else { 0 };
        format!("    line_{line}(\"of file {file}\", {});\n", line * by)
    };
    (0..600).map(line).collect()
}

/// A repository in which each commit changes one of twenty files, packed as `git gc` does.
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
        let (file, content) = (commit % 20, version(commit % 20, commit / 20));
        let header = format!("commit refs/heads/main\ncommitter A <a@example.org> {} +0000\ndata 1\nx\n", 1_700_000_000 + commit);
        let change = format!("M 100644 inline directory/file-{file}.txt\ndata {}\n{content}\n", content.len());
        input.write_all((header + &change).as_bytes()).expect("git reads it");
    }
    drop(input);
    assert!(importer.wait().expect("git ends").success());
    assert!(git(&["repack", "-adfq", "--depth=50", "--window=10"]).status().expect("git runs").success());
}
