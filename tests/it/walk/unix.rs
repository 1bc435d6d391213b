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
    assert_eq!(followed.files, ["dir-link/o", "file-link", "real/a"]);
    assert_eq!(followed.skips, [("dangling".to_owned(), SkipReason::Special)]);
    assert!(walk(&tree.paths(&["dangling"]), &Recorder::default()).is_err());
}

#[test]
fn a_link_and_its_target_named_together_are_scanned_once() {
    let tree = Tree::new(&["real/a"]);
    symlink("real", tree.top().join("link")).unwrap();
    assert_eq!(tree.files(&tree.paths(&["real", "link"])), ["real/a"]);
    assert_eq!(tree.files(&tree.paths(&["link", "real"])), ["link/a"]);
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
    let pipe = tree.top().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
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
