//! What only some systems have: links, pipes, names that are no text, closed directories.

use super::*;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};

#[test]
fn links_are_their_targets_unless_named_or_followed() {
    let outside = Tree::new(&["o"]);
    let tree = Tree::new(&["real/a"]);
    symlink(outside.top(), tree.top().join("dir-link")).unwrap();
    symlink("real/a", tree.top().join("file-link")).unwrap();
    symlink("nowhere", tree.top().join("dangling")).unwrap();
    symlink("..", tree.top().join("real/loop")).unwrap();
    let seen = tree.walk(&tree.options());
    assert_eq!(
        (seen.files, seen.skips),
        (["dangling", "dir-link", "file-link", "real/a", "real/loop"].map(str::to_owned).to_vec(), vec![])
    );
    assert_eq!(tree.files(&tree.paths(&["file-link"])), ["file-link"]);
    assert_eq!(tree.files(&tree.paths(&["dir-link"])), ["dir-link/o"]);
    let followed = tree.walk(&WalkOptions { follow_links: true, ..tree.options() });
    // What leads nowhere is a link all the same, and git commits what it names.
    assert_eq!((followed.files, followed.skips), (["dangling", "dir-link/o", "file-link", "real/a"].map(str::to_owned).to_vec(), vec![]));
    assert!(walk(&tree.paths(&["dangling"]), &Recorder::default()).is_err());
}

#[test]
fn a_link_that_cannot_be_followed_is_scanned_as_its_target() {
    let tree = Tree::new(&["file"]);
    for (name, target) in [
        ("gone", format!("nowhere/{}", token(1))),
        ("through", format!("file/{}", token(2))),
        ("long", format!("{}{}", token(3), ".x".repeat(200))),
    ] {
        symlink(target, tree.top().join(name)).unwrap();
    }
    for args in [&["scan", "--format", "jsonl"][..], &["scan", "--format", "jsonl", "--follow"]] {
        let run = args.iter().fold(keyward(&tree.top(), []), Keyward::arg).acme().run().expect(1);
        for name in ["gone", "through", "long"] {
            assert!(run.stdout.contains(&format!("\"path\":\"{name}\"")), "{name}: {}", run.stdout);
        }
    }
}

/// Puts a pipe that nobody writes to into the tree.
fn pipe(tree: &Tree, name: &str) {
    assert!(Command::new("mkfifo").arg(tree.top().join(name)).status().unwrap().success());
}

#[test]
fn ignore_files_that_are_no_files_are_passed_over_as_by_git() {
    for name in [".gitignore", ".ignore", "sub/.gitignore", "sub/.ignore"] {
        for target in ["list", "/dev/zero", "pipe", ""] {
            let tree = Tree::repository(&["sub/a.env"]);
            tree.write("list", "*.env\n");
            tree.write("sub/list", "*.env\n");
            pipe(&tree, if target.is_empty() { name } else { "pipe" });
            if !target.is_empty() {
                symlink(target, tree.top().join(name)).unwrap();
            }
            let seen = tree.walk(&tree.options());
            assert!(seen.files.contains(&"sub/a.env".to_owned()), "{name} -> {target}: {seen:?}");
            assert!(seen.coverage.notes[0].contains(name), "{:?}", seen.coverage.notes);
            // The directory is the start, and what is above it counts.
            assert!(tree.files(&tree.paths(&["sub"])).contains(&"sub/a.env".to_owned()));
        }
    }
    let tree = Tree::repository(&["a.env", "b"]);
    tree.write(".git/list", "*.env\n");
    fs::remove_file(tree.top().join(".git/info/exclude")).unwrap_or_default();
    symlink("../list", tree.top().join(".git/info/exclude")).unwrap();
    assert_eq!(tree.files(&tree.options()), ["b"], "that file is the user's own");
}

#[test]
fn a_link_and_its_target_named_together_are_scanned_once() {
    let tree = Tree::new(&["real/a"]);
    symlink("real", tree.top().join("link")).unwrap();
    assert_eq!(tree.files(&tree.paths(&["real", "link"])), ["real/a"]);
    assert_eq!(tree.files(&tree.paths(&["link", "real"])), ["link/a"]);
}

#[test]
fn a_tracked_link_is_scanned_whatever_ignore_files_say() {
    let tree = Tree::repository(&["dir/a", "out.log"]);
    for (name, target) in [("gone.log", "nowhere"), ("dir.log", "dir"), ("file.log", "dir/a"), ("seen", "dir")] {
        symlink(target, tree.top().join(name)).unwrap();
    }
    tree.git(&["add", "-A"]);
    tree.write(".gitignore", "*.log\n");
    fs::remove_file(tree.top().join("out.log")).unwrap();
    let links = [".gitignore", "dir.log", "dir/a", "file.log", "gone.log", "seen"];
    let recorder = Recorder::default();
    walk(&tree.options(), &recorder).unwrap();
    let is_target = |(path, bytes): &(String, Vec<u8>)| path.ends_with("file.log") && bytes == b"dir/a";
    assert!(recorder.blobs.into_inner().unwrap().iter().any(is_target), "as what it names");
    assert_eq!(tree.files(&tree.options()), links);
    let followed = tree.files(&WalkOptions { follow_links: true, ..tree.options() });
    assert_eq!(followed, [".gitignore", "dir/a", "file.log", "gone.log", "seen/a"]);
}

#[test]
fn tracked_files_behind_a_link_are_not_reached() {
    let outside = Tree::new(&["a.log"]);
    let tree = Tree::repository(&["dir/a.log"]);
    tree.write(".gitignore", "*.log\n");
    tree.git(&["add", "-f", "."]);
    fs::remove_dir_all(tree.top().join("dir")).unwrap();
    symlink(outside.top(), tree.top().join("dir")).unwrap();
    assert_eq!(tree.files(&tree.options()), [".gitignore", "dir"]);
}

#[test]
fn pipes_and_sockets_are_special_and_never_waited_for() {
    let tree = Tree::new(&["a"]);
    pipe(&tree, "pipe");
    let _socket = std::os::unix::net::UnixListener::bind(tree.top().join("socket")).unwrap();
    let seen = tree.walk(&tree.options());
    assert_eq!(seen.files, ["a"]);
    assert_eq!(seen.skips, [("pipe".to_owned(), SkipReason::Special), ("socket".to_owned(), SkipReason::Special)]);
    let error = walk(&tree.paths(&["pipe"]), &Recorder::default()).unwrap_err().to_string();
    assert!(error.contains("pipe: neither a file nor a directory"), "{error}");
}

#[cfg(target_os = "linux")] // Others refuse to create such names.
#[test]
fn names_that_are_no_utf8_are_escaped() {
    let tree = Tree::new(&[]);
    fs::write(tree.top().join(OsStr::from_bytes(b"caf\xe9")), "x").unwrap();
    fs::write(tree.top().join("caf\\xe9"), "x").unwrap();
    assert_eq!(tree.files(&tree.options()), ["caf\\x5cxe9", "caf\\xe9"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_read_is_a_skip_with_the_reason() {
    let recorder = Recorder::default();
    let paths = vec![PathBuf::from("/proc/self/mem")];
    walk(&WalkOptions { paths, ..WalkOptions::default() }, &recorder).unwrap();
    let skips = recorder.skips.into_inner().unwrap();
    assert_eq!((skips[0].what.as_str(), skips[0].reason), ("/proc/self/mem", SkipReason::Unreadable));
    assert!(!skips[0].detail.is_empty());
}

#[test]
fn closed_directories_are_reported_once() {
    let tree = Tree::repository(&["closed/a", "closed/b", "hidden/c.log", "hidden/d.log"]);
    tree.write(".gitignore", "hidden\n");
    tree.git(&["add", "-f", "."]);
    let close = |mode| {
        for dir in ["closed", "hidden"] {
            fs::set_permissions(tree.top().join(dir), fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    close(0);
    let is_root = fs::read_dir(tree.top().join("closed")).is_ok();
    let seen = tree.walk(&tree.options());
    close(0o755);
    if !is_root {
        assert_eq!(seen.files, [".gitignore"]);
        assert_eq!(seen.skips, [("closed".to_owned(), SkipReason::Unreadable), ("hidden".to_owned(), SkipReason::Unreadable)]);
    }
}
