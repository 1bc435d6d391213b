//! Which files of a tree are scanned, under which names, and what is said of the others.

mod command;
#[cfg(unix)]
mod unix;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use crate::support::keyward::{Keyward, Run, keyward, token};
use keyward::blob::{Blob, Skip, SkipReason};
use keyward::sources::walk::{Exclude, WalkOptions, walk};
use keyward::sources::{Coverage, Sink, SourceError, stdin};
use tempfile::TempDir;

/// Takes note of all that a source hands over, in an order of its own.
#[derive(Default)]
struct Recorder {
    blobs: Mutex<Vec<(String, Vec<u8>)>>,
    skips: Mutex<Vec<Skip>>,
}

impl Sink for Recorder {
    fn blob(&self, blob: Blob<'_>) {
        self.blobs.lock().unwrap().push((blob.origin.path().unwrap(), blob.bytes.to_vec()));
    }

    fn skip(&self, skip: Skip) {
        self.skips.lock().unwrap().push(skip);
    }
}

/// What a walk gave: reported paths below the tree's top, sorted.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    files: Vec<String>,
    skips: Vec<(String, SkipReason)>,
    coverage: Coverage,
}

/// A directory that is filled by the test.
struct Tree(TempDir);

impl Tree {
    fn new(files: &[&str]) -> Tree {
        let tree = Tree(tempfile::tempdir().unwrap());
        for file in files {
            tree.write(file, "content\n");
        }
        tree
    }

    fn repository(files: &[&str]) -> Tree {
        let tree = Tree::new(files);
        tree.git(&["init", "-q"]);
        tree
    }

    /// The top, without the links that temporary directories have on some systems.
    fn top(&self) -> PathBuf {
        self.0.path().canonicalize().unwrap()
    }

    fn write(&self, file: &str, content: &str) {
        let path = self.top().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn git(&self, arguments: &[&str]) {
        self.git_in(".", arguments);
    }

    fn git_in(&self, dir: &str, arguments: &[&str]) {
        let status = Command::new("git")
            .args(["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always"])
            .args(arguments)
            .current_dir(self.top().join(dir))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .status()
            .unwrap();
        assert!(status.success(), "git {arguments:?}");
    }

    fn options(&self) -> WalkOptions {
        WalkOptions { paths: vec![self.top()], threads: 2, ..WalkOptions::default() }
    }

    fn paths(&self, below: &[&str]) -> WalkOptions {
        WalkOptions { paths: below.iter().map(|path| self.top().join(path)).collect(), ..self.options() }
    }

    fn walk(&self, options: &WalkOptions) -> Seen {
        let recorder = Recorder::default();
        let mut coverage = walk(options, &recorder).unwrap();
        let top = self.top();
        let below = |path: &str| {
            let below = Path::new(path).strip_prefix(&top).unwrap().to_str().unwrap();
            if below.is_empty() { ".".to_owned() } else { below.to_owned() }
        };
        let mut files: Vec<String> = recorder.blobs.into_inner().unwrap().iter().map(|(path, _)| below(path)).collect();
        let mut skips: Vec<_> = recorder.skips.into_inner().unwrap().iter().map(|skip| (below(&skip.what), skip.reason)).collect();
        files.sort();
        skips.sort();
        assert_eq!(coverage.blobs, files.len() as u64);
        coverage.scope.clear();
        Seen { files, skips, coverage }
    }

    fn files(&self, options: &WalkOptions) -> Vec<String> {
        self.walk(options).files
    }
}

#[test]
fn files_are_scanned_whole_hidden_ones_too() {
    let tree = Tree::new(&["a.txt", ".env", ".hidden/b"]);
    tree.write("empty", "");
    let seen = tree.walk(&tree.options());
    assert_eq!(seen.files, [".env", ".hidden/b", "a.txt", "empty"]);
    assert_eq!((seen.coverage.blobs, seen.coverage.bytes), (4, 24));
    assert_eq!(tree.files(&WalkOptions { hidden: false, ..tree.options() }), ["a.txt", "empty"]);
}

#[test]
fn blobs_hold_the_bytes_of_their_file() {
    let tree = Tree::new(&[]);
    let big = "0123456789abcdef".repeat(400_000);
    tree.write("big", &big);
    tree.write("small", "x");
    let recorder = Recorder::default();
    walk(&WalkOptions { threads: 1, ..tree.options() }, &recorder).unwrap();
    for (path, bytes) in recorder.blobs.into_inner().unwrap() {
        assert!(bytes == fs::read(&path).unwrap(), "{path}");
    }
}

#[test]
fn ignore_files_are_respected_unless_told_otherwise() {
    let tree = Tree::repository(&["a.log", "a.rs", "target/x", "deep/down/a.log", "by-dot-ignore", "by-exclude"]);
    tree.write(".gitignore", "*.log\ntarget/\n");
    tree.write(".ignore", "by-dot-ignore\n");
    tree.write(".git/info/exclude", "by-exclude\n");
    assert_eq!(tree.files(&tree.options()), [".gitignore", ".ignore", "a.rs"]);
    let all = tree.files(&WalkOptions { respect_ignore: false, ..tree.options() });
    assert_eq!(all, [".gitignore", ".ignore", "a.log", "a.rs", "by-dot-ignore", "by-exclude", "deep/down/a.log", "target/x"]);
}

#[test]
fn tracked_files_are_scanned_whatever_ignore_files_say() {
    let tree = Tree::repository(&["build/kept/x", "build/other", "secret.log", "gone.log", "untracked.log", "sub/y.log", "sub/z.log"]);
    tree.write(".gitignore", "*.log\n/build/\n");
    tree.git(&["add", "-f", "build/kept/x", "secret.log", "gone.log", "sub/y.log"]);
    fs::remove_file(tree.top().join("gone.log")).unwrap();
    assert_eq!(tree.files(&tree.options()), [".gitignore", "build/kept/x", "secret.log", "sub/y.log"]);
    assert_eq!(tree.files(&tree.paths(&["sub"])), ["sub/y.log"]);
    assert_eq!(tree.files(&tree.paths(&["sub", "build"])), ["build/kept/x", "build/other", "sub/y.log"], "a rule for a named directory");
}

#[test]
fn a_rule_further_up_does_not_hide_tracked_files() {
    let tree = Tree::repository(&["a/b/c.key", "a/b/d.key"]);
    tree.write(".gitignore", "*.key\n");
    tree.git(&["add", "-f", "a/b/c.key"]);
    assert_eq!(tree.files(&tree.paths(&["a/b"])), ["a/b/c.key"]);
}

#[test]
fn what_is_left_out_is_what_git_leaves_out() {
    let files = [
        "a.log",
        "keep.log",
        "build/x",
        "sub/build/x",
        "sub/a.log",
        "sub/keep.log",
        "sub/deep/only.txt",
        "sub/deep/other.txt",
        "sub/only.txt",
        "dir/file",
        "dir/keep",
        "space ",
        "#hash",
        "!bang",
        "nested/a.log",
        "nested/own",
        "nested/sub/own",
        "nested/plain",
        "by-exclude",
        "sub/by-exclude",
        "braces.env",
        "braces.{env,pem}",
        "braces.{x",
        "tab.env",
        "a.class",
        "1.class",
    ];
    let tree = Tree::repository(&files);
    tree.git(&["init", "-q", "nested"]);
    tree.write(".gitignore", "\u{feff}*.log\r\n!keep.log\n/build/\n\\#hash\n\\!bang\ndir/*\n!dir/keep\nspace\\ \n[\n*.{env,pem}\n*.[{]x\ntab.env\t\n*.class\n![[:lower:]].class\n");
    tree.write("sub/.gitignore", "!a.log\n/only.txt\nother.*\n");
    tree.write("nested/.gitignore", "/own\n");
    tree.write(".git/info/exclude", "/by-exclude\n");
    let listed = |dir: &str| {
        let output = Command::new("git").args(["ls-files", "-co", "-z", "--exclude-standard"]).current_dir(tree.top().join(dir)).output();
        let names = String::from_utf8(output.unwrap().stdout).unwrap();
        let below = |name: &str| if dir.is_empty() { name.to_owned() } else { format!("{dir}/{name}") };
        names.split_terminator('\0').filter(|name| !name.ends_with('/')).map(below).collect::<Vec<_>>()
    };
    let mut expected = [listed(""), listed("nested")].concat();
    expected.sort();
    assert_eq!(tree.files(&tree.options()), expected);
    assert_eq!(tree.files(&tree.paths(&["sub"])), listed("sub"));
}

#[test]
fn conflicted_and_tracked_paths_are_scanned_once() {
    let tree = Tree::repository(&["a.log"]);
    tree.write(".gitignore", "*.log\n");
    tree.git(&["add", "-f", "."]);
    tree.git(&["commit", "-qm", "one"]);
    tree.git(&["checkout", "-qb", "other"]);
    tree.write("a.log", "theirs");
    tree.git(&["commit", "-qam", "two"]);
    tree.git(&["checkout", "-q", "-"]);
    tree.write("a.log", "ours");
    tree.git(&["commit", "-qam", "three"]);
    let merge = Command::new("git").args(["merge", "other"]).current_dir(tree.top()).output().unwrap();
    assert!(!merge.status.success(), "the merge conflicts");
    assert_eq!(tree.files(&tree.options()), [".gitignore", "a.log"]);
}

#[test]
fn tracked_files_obey_hidden_and_exclude() {
    let tree = Tree::repository(&[".env", "vendor/x.log", "y.log"]);
    tree.write(".gitignore", ".env\n*.log\n");
    tree.git(&["add", "-f", "."]);
    assert_eq!(tree.files(&WalkOptions { hidden: false, ..tree.options() }), ["vendor/x.log", "y.log"]);
    let exclude = Some(Exclude::new(|path| path.ends_with("/vendor")));
    assert_eq!(tree.files(&WalkOptions { exclude, ..tree.options() }), [".env", ".gitignore", "y.log"]);
}

#[test]
fn nested_repositories_count_with_their_own_index() {
    let tree = Tree::repository(&["inner/a.log", "inner/b.log"]);
    tree.git_in("inner", &["init", "-q"]);
    tree.write("inner/.gitignore", "*.log\n");
    tree.git_in("inner", &["add", "-f", "a.log"]);
    assert_eq!(tree.files(&tree.options()), ["inner/.gitignore", "inner/a.log"]);
}

#[test]
fn worktrees_count_with_their_own_index() {
    let tree = Tree::repository(&["x.log"]);
    tree.write(".gitignore", "*.log\nelsewhere\n");
    tree.git(&["add", "-f", "."]);
    tree.git(&["commit", "-qm", "one"]);
    tree.git(&["worktree", "add", "-q", "elsewhere"]);
    assert_eq!(tree.files(&tree.paths(&["elsewhere"])), ["elsewhere/.gitignore", "elsewhere/x.log"]);
}

#[test]
fn an_ignored_submodule_is_said_to_be_left_out() {
    let module = Tree::repository(&["m"]);
    module.git(&["add", "."]);
    module.git(&["commit", "-qm", "one"]);
    let tree = Tree::repository(&["a"]);
    tree.git(&["submodule", "add", "-q", module.top().to_str().unwrap(), "lib"]);
    assert_eq!(tree.files(&tree.options()), [".gitmodules", "a", "lib/m"]);
    tree.write(".gitignore", "lib\n");
    let seen = tree.walk(&tree.options());
    assert_eq!(seen.files, [".gitignore", ".gitmodules", "a"]);
    assert_eq!(seen.skips, [("lib".to_owned(), SkipReason::Submodule)]);
    // A clone that has not checked it out yet.
    fs::remove_file(tree.top().join(".gitignore")).unwrap();
    fs::remove_dir_all(tree.top().join("lib")).unwrap();
    fs::create_dir(tree.top().join("lib")).unwrap();
    let seen = tree.walk(&tree.options());
    assert_eq!((seen.files.len(), seen.skips), (2, vec![("lib".to_owned(), SkipReason::Submodule)]));
}

#[test]
fn a_broken_index_makes_the_scan_incomplete() {
    let tree = Tree::repository(&["a"]);
    tree.write(".git/index", "nonsense that is long enough to be an index but is none at all");
    let seen = tree.walk(&tree.options());
    assert_eq!(seen.skips, [(".git/index".to_owned(), SkipReason::Unreadable)]);
    assert_eq!(seen.files, ["a"]);
}

#[test]
fn git_directories_are_never_walked() {
    let tree = Tree::repository(&["a"]);
    tree.write("inner/.git", "gitdir: ../.git\n");
    for respect_ignore in [true, false] {
        assert_eq!(tree.files(&WalkOptions { respect_ignore, ..tree.options() }), ["a"]);
    }
}

#[test]
fn named_paths_are_scanned_whatever_ignore_files_say() {
    let tree = Tree::repository(&["a.log", "target/x", ".hidden"]);
    tree.write(".gitignore", "*.log\ntarget/\n");
    assert_eq!(tree.files(&tree.paths(&["a.log", "target"])), ["a.log", "target/x"]);
    assert_eq!(tree.files(&WalkOptions { hidden: false, ..tree.paths(&[".hidden"]) }), [".hidden"]);
}

#[test]
fn overlapping_paths_are_scanned_once() {
    let tree = Tree::repository(&["a/b/c.rs", "a/d.rs", "a/tracked.log", "a/b/tracked.log"]);
    tree.write(".gitignore", "*.log\n");
    tree.git(&["add", "-f", "."]);
    let all = [".gitignore", "a/b/c.rs", "a/b/tracked.log", "a/d.rs", "a/tracked.log"];
    for paths in [&["", "a", "a/b", "a/b/c.rs", "a/./b/"][..], &["a/b/c.rs", "a/d.rs", "", "a/tracked.log"], &["", ""]] {
        assert_eq!(tree.files(&tree.paths(paths)), all, "{paths:?}");
    }
}

#[test]
fn a_missing_path_is_an_error_with_its_name() {
    let tree = Tree::new(&["a"]);
    let error = walk(&tree.paths(&["a", "nope"]), &Recorder::default()).unwrap_err();
    assert!(matches!(error, SourceError::Path { .. }));
    let text = error.to_string();
    assert!(text.contains("nope: ") && !text.contains("/a:"), "{text}");
}

#[test]
fn files_over_the_limit_are_skips_with_their_size() {
    let tree = Tree::new(&["small"]);
    tree.write("large", &"x".repeat(2000));
    let recorder = Recorder::default();
    let coverage = walk(&WalkOptions { max_size: Some(1999), ..tree.options() }, &recorder).unwrap();
    assert_eq!(coverage.blobs, 1);
    let skips = recorder.skips.into_inner().unwrap();
    assert_eq!(skips[0].reason, SkipReason::TooLarge);
    assert!(skips[0].what.ends_with("/large") && skips[0].detail.contains("2000 bytes"), "{skips:?}");
}

#[test]
fn excluded_paths_are_counted_and_directories_are_not_entered() {
    let tree = Tree::new(&["a.rs", "b.md", "vendor/x", "vendor/y"]);
    let exclude = Some(Exclude::new(|path| {
        assert!(!path.contains("vendor/"), "{path} lies below what is excluded");
        path.ends_with("/vendor") || path.ends_with("b.md")
    }));
    let seen = tree.walk(&WalkOptions { exclude: exclude.clone(), ..tree.options() });
    assert_eq!(seen.files, ["a.rs"]);
    assert_eq!(seen.skips, [("b.md".to_owned(), SkipReason::Excluded), ("vendor".to_owned(), SkipReason::Excluded)]);
    let named = tree.walk(&WalkOptions { exclude, ..tree.paths(&["b.md", "a.rs"]) });
    assert_eq!((named.files.len(), named.skips.len()), (1, 1), "the user's own exclusions hold for named files");
}

#[test]
fn the_result_does_not_depend_on_the_number_of_threads() {
    let names: Vec<String> = (0..300).map(|n| format!("d{}/e{}/f{n}", n % 7, n % 11)).collect();
    let tree = Tree::repository(&names.iter().map(String::as_str).collect::<Vec<_>>());
    tree.write(".gitignore", "d3/\ne5\n");
    tree.git(&["add", "-f", "d3/e3"]);
    let one = tree.walk(&WalkOptions { threads: 1, ..tree.options() });
    assert!(one.files.len() > 200);
    for threads in [0, 2, 7] {
        assert_eq!(tree.walk(&WalkOptions { threads, ..tree.options() }), one);
    }
}

#[test]
fn standard_input_is_scanned_up_to_the_limit_and_the_rest_is_a_skip() {
    for (limit, kept, skipped) in [(None, 10, false), (Some(10), 10, false), (Some(9), 9, true), (Some(0), 0, true)] {
        let recorder = Recorder::default();
        let coverage = stdin::scan("<stdin>", &mut &b"0123456789"[..], limit, &recorder).unwrap();
        assert_eq!((coverage.blobs, coverage.bytes), (1, kept));
        let blobs = recorder.blobs.into_inner().unwrap();
        assert_eq!(blobs, [("<stdin>".to_owned(), b"0123456789"[..usize::try_from(kept).unwrap()].to_vec())]);
        let reasons: Vec<_> = recorder.skips.into_inner().unwrap().iter().map(|skip| skip.reason).collect();
        assert_eq!(reasons, if skipped { vec![SkipReason::TooLarge] } else { vec![] });
    }
}

#[test]
fn half_a_stream_does_not_pass_for_the_whole() {
    struct Broken(bool);
    impl std::io::Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if std::mem::replace(&mut self.0, true) {
                return Err(std::io::Error::other("the pipe broke"));
            }
            buffer[0] = b'x';
            Ok(1)
        }
    }
    let error = stdin::scan("<stdin>", &mut Broken(false), None, &Recorder::default()).unwrap_err();
    assert_eq!(error.to_string(), "<stdin>: the pipe broke");
}
