//! `scan --diff`: what a diff adds. Git writes the diffs.

use crate::support::keyward::{Run, keyward, token};
use crate::support::repo::Repo;
use std::path::Path;

fn setting(seed: u64) -> String {
    format!("KEY={}\n", token(seed))
}

fn scan_in(dir: &Path, diff: impl Into<Vec<u8>>) -> Run {
    keyward(dir, ["scan", "--diff", "-"]).acme().stdin(diff).run()
}

/// Path, line and column of each finding.
fn places(run: &Run) -> Vec<String> {
    let is_place = |line: &&str| line.contains(": high: Acme token");
    run.stdout.lines().filter(is_place).map(|line| line.split(": ").next().unwrap().to_owned()).collect()
}

/// What git's diff of the index says, with more arguments.
fn staged(repo: &Repo, args: &[&str]) -> Vec<u8> {
    repo.try_git(repo.dir(), &[&["diff", "--cached"], args].concat(), &[]).stdout
}

fn repository() -> Repo {
    let repo = Repo::init();
    repo.stage("old.env", format!("{}{}", "# line\n".repeat(30), setting(1)));
    repo.stage("gone.env", setting(2));
    repo.stage("moved.env", format!("{}{}", "# other\n".repeat(9), setting(3)));
    repo.commit("Start");
    repo
}

#[test]
fn added_secrets_are_reported_at_their_lines_and_others_are_not() {
    let repo = repository();
    repo.stage("old.env", format!("{}{}# more\n{}", "# line\n".repeat(30), setting(1), setting(4)));
    repo.stage("a dir/ü \"x\".env", setting(5));
    repo.git(&["rm", "--quiet", "gone.env"]);
    repo.git(&["mv", "moved.env", "there.env"]);
    for args in [&[][..], &["--no-prefix"], &["--unified=0"], &["--default-prefix"], &["--src-prefix=i/", "--dst-prefix=w/"]] {
        let run = scan_in(repo.dir(), staged(&repo, args)).expect(1);
        assert_eq!(places(&run), ["a dir/ü \"x\".env:1:5", "old.env:33:5"], "{args:?}\n{}", run.stdout);
        assert!(run.stdout.contains("scanned diff: 2 files"), "{}", run.stdout);
    }
}

#[test]
fn what_is_accepted_in_the_repository_is_accepted_in_its_diffs_from_everywhere() {
    let repo = repository();
    repo.stage("src/a.env", format!("{}# keyward:allow-next-line\n{}", setting(6), setting(7)));
    repo.stage("out/b.env", setting(8));
    repo.write(".keywardignore", "/out/\n");
    for dir in [repo.dir().to_owned(), repo.dir().join("src")] {
        assert_eq!(places(&scan_in(&dir, staged(&repo, &[])).expect(1)), ["src/a.env:1:5"]);
    }
    keyward(repo.dir(), ["baseline", "create"]).acme().run().expect(0);
    for dir in [repo.dir().to_owned(), repo.dir().join("src")] {
        scan_in(&dir, staged(&repo, &[])).expect(0);
    }
}

#[test]
fn patches_of_a_mail_and_of_a_merge_and_with_other_line_ends_are_read() {
    let repo = repository();
    repo.git(&["switch", "--quiet", "-c", "side"]);
    repo.commit_file("gone.env", format!("{}# side\n", setting(2)));
    let mail = repo.git(&["format-patch", "--stdout", "-1"]);
    scan_in(repo.dir(), mail).expect(0);
    repo.git(&["switch", "--quiet", "main"]);
    repo.commit_file("gone.env", format!("{}# main\n", setting(2)));
    repo.try_git(repo.dir(), &["merge", "side"], &[]);
    repo.stage("gone.env", format!("{}# side\n# main\n{}", setting(2), setting(9)));
    repo.commit("Merge");
    let merge = repo.git(&["show", "--format=", "HEAD"]);
    assert!(merge.contains("@@@"), "{merge}");
    assert_eq!(places(&scan_in(repo.dir(), merge).expect(1)), ["gone.env:4:5"]);
    repo.stage("windows.env", format!("a\r\n{}", setting(5).replace('\n', "\r\n")));
    let windows = String::from_utf8(staged(&repo, &[])).unwrap();
    assert_eq!(places(&scan_in(repo.dir(), windows.clone()).expect(1)), ["windows.env:2:5"]);
    assert_eq!(places(&scan_in(repo.dir(), windows.replace("\r\n", "\n").replace('\n', "\r\n")).expect(1)), ["windows.env:2:5"]);
    let file = repo.beside("a.diff");
    std::fs::write(&file, windows).unwrap();
    keyward(repo.dir(), ["scan", "--diff"]).arg(&file).acme().run().expect(1);
}

#[test]
fn what_is_no_diff_or_a_part_of_one_never_passes_for_clean() {
    let repo = repository();
    repo.stage("new.env", format!("{}{}", "# line\n".repeat(9), setting(4)));
    let whole = String::from_utf8(staged(&repo, &[])).unwrap();
    let (cut, _) = whole.split_once("+KEY").unwrap();
    let word_diff = String::from_utf8(staged(&repo, &["--word-diff"])).unwrap();
    for (text, said) in [
        ("hello\n", "<stdin>:1: no diff"),
        (&whole.replace("+1,10 @@", "+1,9 @@"), "belongs to no hunk"),
        (&whole.replace("@@ -0,0 +1,10 @@\n", ""), "belongs to no hunk"),
        (&word_diff, "--word-diff"),
        (cut, "the diff ends in the middle of this hunk"),
        (&whole.replace("+1,10 @@", "+x @@"), "a hunk's header cannot be read"),
        (&whole.replace("+1,10 @@", "+99999999999999,10 @@"), "a line that no file has"),
    ] {
        let run = scan_in(repo.dir(), text).expect(2);
        assert!(run.stderr.contains(said), "{said}: {}", run.stderr);
    }
    let run = scan_in(repo.dir(), "").expect(0);
    assert!(run.stdout.contains("nothing was scanned"), "{}", run.stdout);
    keyward(repo.dir(), ["scan", "--diff", "missing"]).run().expect(2);
    keyward(repo.dir(), ["scan", "--diff", "-", "src"]).stdin("").run().expect(2);
}

#[test]
fn a_file_that_is_only_named_makes_the_scan_incomplete() {
    let repo = repository();
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    repo.commit_file("gone.bin", [0u8, 1, 2, 3].repeat(50));
    repo.stage("a dir/ü.ps1", utf16(&format!("\u{feff}{}", setting(4))));
    repo.git(&["rm", "--quiet", "gone.bin"]);
    for args in [["--binary"].as_slice(), &["--binary", "--no-prefix"]] {
        assert_eq!(places(&scan_in(repo.dir(), staged(&repo, args)).expect(1)), ["a dir/ü.ps1:1:5"], "{args:?}");
    }
    for args in [&[][..], &["--no-prefix"]] {
        let run = scan_in(repo.dir(), staged(&repo, args)).expect(2);
        assert!(run.stdout.contains("a dir/ü.ps1") && run.stdout.contains("git diff --text"), "{args:?}\n{}", run.stdout);
        assert!(!run.stdout.contains("gone.bin"), "what is deleted brings nothing: {}", run.stdout);
    }
    assert_eq!(places(&scan_in(repo.dir(), staged(&repo, &["--text"])).expect(1)), ["a dir/ü.ps1:1:5"]);
    repo.write(".keywardignore", "*.ps1\n");
    assert!(scan_in(repo.dir(), staged(&repo, &[])).expect(0).stdout.contains("1 excluded"));
}

#[test]
fn colours_are_taken_off() {
    let repo = repository();
    repo.stage("new.env", format!("{}{}x \n", "# line\n".repeat(9), setting(4)));
    repo.stage("a.bin", [0u8, 1, 2, 3].repeat(50));
    let coloured = staged(&repo, &["--color=always"]);
    assert!(coloured.starts_with(b"\x1b["));
    assert_eq!(places(&scan_in(repo.dir(), coloured).expect(1)), ["new.env:10:5"]);
}

#[test]
fn what_was_moved_to_another_file_is_not_new() {
    let repo = repository();
    repo.git(&["rm", "--quiet", "gone.env"]);
    repo.stage("new.env", format!("# new\n{}", setting(2)));
    repo.stage("old.env", "# line\n".repeat(30));
    repo.stage("sub/new.env", format!("{}# other\n", setting(1)));
    let run = scan_in(repo.dir(), staged(&repo, &["--no-renames"])).expect(0);
    assert!(run.stdout.contains("2 secrets were only moved here"), "{}", run.stdout);
    repo.stage("copy.env", setting(2));
    let diff = staged(&repo, &["--no-renames"]);
    assert_eq!(places(&scan_in(repo.dir(), diff).expect(1)), ["copy.env:1:5"], "it is in more files than it left");
    repo.git(&["checkout", "--quiet", "HEAD", "--", "gone.env"]);
    assert!(!places(&scan_in(repo.dir(), staged(&repo, &["--no-renames"])).expect(1)).is_empty(), "a copy is new");
}

#[test]
fn what_a_series_of_patches_brings_and_takes_away_is_told() {
    let repo = repository();
    repo.commit_file("a.env", setting(4));
    repo.commit_file("a.env", "# none\n");
    let log = repo.git(&["log", "-p", "-2"]) + "\n";
    assert_eq!(places(&scan_in(repo.dir(), log).expect(1)), ["a.env:1:5"]);
    repo.commit_file("b.env", setting(5));
    repo.git(&["mv", "b.env", "c.env"]);
    repo.commit("Move");
    repo.git(&["rm", "--quiet", "c.env"]);
    repo.commit("Remove");
    for args in [&["log", "-p", "-3"][..], &["log", "-p", "-3", "--no-renames"], &["format-patch", "--stdout", "-3"]] {
        let run = scan_in(repo.dir(), repo.git(args) + "\n").expect(1);
        assert!(places(&run).contains(&"b.env:1:5".to_owned()), "{args:?} {}", run.stdout);
    }
}

#[test]
fn lines_of_a_deleted_file_are_no_headers() {
    let repo = Repo::init();
    repo.commit_file("a.sql", "-- comment\n-- /dev/null\n++ x\n");
    repo.git(&["rm", "--quiet", "a.sql"]);
    repo.stage("b.env", setting(1));
    assert_eq!(places(&scan_in(repo.dir(), staged(&repo, &[])).expect(1)), ["b.env:1:5"]);
}

/// A file with a secret that git does not take for text.
fn binary(seed: u64) -> Vec<u8> {
    [&[0u8, 1, 2, 3].repeat(50)[..], setting(seed).as_bytes(), &[0u8; 8]].concat()
}

/// The part of a binary patch that holds a content, as git writes it.
fn literal(content: &[u8]) -> String {
    let repo = Repo::init();
    repo.stage("x", content);
    let diff = String::from_utf8(staged(&repo, &["--binary"])).unwrap();
    diff.split("GIT binary patch\n").nth(1).unwrap().split("\n\n").next().unwrap().to_owned() + "\n"
}

#[test]
fn whole_contents_of_binary_patches_are_scanned() {
    let repo = repository();
    repo.stage("a dir/ü.bin", binary(4));
    let whole = scan_in(repo.dir(), staged(&repo, &["--binary"])).expect(1);
    assert_eq!(places(&whole), ["a dir/ü.bin:1:205"]);
    assert!(!whole.stdout.contains("INCOMPLETE"), "{}", whole.stdout);
    repo.write(".keywardignore", "*.bin\n");
    assert!(scan_in(repo.dir(), staged(&repo, &["--binary"])).expect(0).stdout.contains("1 excluded"));
    std::fs::remove_file(repo.dir().join(".keywardignore")).unwrap();
    // What the old content holds, if the patch has all of it, is not new; more of it is.
    repo.commit("Add");
    let old = [b"\0".as_slice(), setting(4).as_bytes()].concat();
    let both = |new: &[u8]| format!("diff --git a/x b/x\nindex 1..2 100644\nGIT binary patch\n{}\n{}\n", literal(new), literal(&old));
    scan_in(repo.dir(), both(&binary(4))).expect(0);
    let more = [b"\0".as_slice(), setting(4).as_bytes(), setting(5).as_bytes()].concat();
    assert_eq!(places(&scan_in(repo.dir(), both(&more)).expect(1)), ["x:2:5"]);
    // One that is taken away brings nothing.
    repo.git(&["rm", "--quiet", "--force", "a dir/ü.bin"]);
    scan_in(repo.dir(), staged(&repo, &["--binary"])).expect(0);
}

#[test]
fn an_archive_in_a_binary_patch_is_opened() {
    let repo = repository();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, setting(4).as_bytes()).unwrap();
    repo.stage("a.gz", encoder.finish().unwrap());
    let diff = staged(&repo, &["--binary"]);
    scan_in(repo.dir(), diff.clone()).expect(0);
    let run = keyward(repo.dir(), ["scan", "--archives", "--diff", "-"]).acme().stdin(diff).run().expect(1);
    assert_eq!(places(&run), ["a.gz!content:1:5"]);
}

#[test]
fn a_delta_in_a_binary_patch_is_named_as_not_scanned() {
    let repo = repository();
    let noise: Vec<u8> = (0..4000u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    repo.commit_file("a.bin", &noise);
    repo.stage("a.bin", [noise.as_slice(), setting(4).as_bytes()].concat());
    let diff = staged(&repo, &["--binary"]);
    assert!(String::from_utf8_lossy(&diff).contains("\ndelta "));
    let run = scan_in(repo.dir(), diff).expect(2);
    assert!(run.stdout.contains("a.bin (the diff has only what differs from the old version"), "{}", run.stdout);
    assert_eq!(places(&scan_in(repo.dir(), staged(&repo, &["--text"])).expect(1)).len(), 1);
}

#[test]
fn a_binary_patch_that_is_damaged_or_too_large_is_named() {
    let repo = repository();
    repo.stage("a.bin", binary(4));
    repo.stage("b.env", setting(5));
    let diff = String::from_utf8(staged(&repo, &["--binary"])).unwrap();
    let limited = keyward(repo.dir(), ["scan", "--diff", "-", "--max-size", "2k"]).acme();
    let large = diff.replace("literal 2", "literal 9999");
    for (run, why) in [
        (scan_in(repo.dir(), diff.replacen("\n\nliteral 0", "\"\n\nliteral 0", 1)), "the binary patch is cut or damaged"),
        (scan_in(repo.dir(), diff.replacen("literal ", "literal x", 1)), "the binary patch is cut or damaged"),
        (limited.stdin(large).run(), "too large"),
    ] {
        // What comes behind it is scanned.
        let run = run.expect(1);
        assert_eq!(places(&run), ["b.env:1:5"], "{why}");
        assert!(run.stdout.contains("INCOMPLETE") && run.stdout.contains("a.bin") && run.stdout.contains(why), "{}", run.stdout);
    }
}

#[test]
fn a_binary_file_that_is_moved_is_named_by_its_new_path() {
    let repo = repository();
    repo.commit_file("old.bin", [binary(4), b"\0x".repeat(400)].concat());
    repo.git(&["mv", "old.bin", "new name.bin"]);
    repo.stage("new name.bin", [binary(4), b"\0x".repeat(300), setting(5).into_bytes()].concat());
    let diff = staged(&repo, &["--binary", "-M10%"]);
    let text = String::from_utf8_lossy(&diff).into_owned();
    assert!(text.contains("rename to new name.bin") && text.contains("GIT binary patch"), "{text}");
    let run = scan_in(repo.dir(), diff);
    assert!(run.status > 0 && run.stdout.contains("new name.bin"), "{run:?}");
}

#[test]
fn what_is_no_unified_diff_or_no_whole_one_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let context = format!("*** o\t2024-01-01\n--- n\t2024-01-01\n***************\n*** 1 ****\n--- 1,2 ----\n  a\n+ {}", setting(1));
    for (diff, words) in [
        (context.clone(), "make it with `diff -u`"),
        (context.replace("*** 1 *", "*** 1,12 *"), "make it with `diff -u`"),
        ("diff --git a/x b/x\nindex 111..222 100644\n--- a/x\n".to_owned(), "<stdin>:3: the diff ends"),
        ("diff --git a/x b/x\nnew file mode 100644\nindex 0000..2222\n--- /dev/null\n+++ b/x\n".to_owned(), "<stdin>:5: the diff ends"),
        ("diff --git a/x b/x\nnew file mode 100644\nindex 0000000..2222222\n".to_owned(), "<stdin>:3: the diff ends"),
        ("diff --git a/x b/x\n".to_owned(), "<stdin>:1: the diff ends"),
        (
            format!("--- /dev/null\r+++ b/x\r@@ -0,0 +1 @@\r+{}\r", setting(1).trim()),
            "<stdin>:1: lines that end in a carriage return alone",
        ),
        (format!("diff --git a/x b/x\rnew file mode 100644\r--- /dev/null\r+++ b/x\r@@ -0,0 +1 @@\r+{}", setting(1)), "<stdin>:1: lines"),
    ] {
        let run = scan_in(dir.path(), diff).expect(2);
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
    // A list in the message of a patch.
    let message = format!("*** 1. first ****\n\n--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+{}", setting(1));
    assert_eq!(places(&scan_in(dir.path(), message).expect(1)), ["x:1:5"]);
}

#[test]
fn lines_that_are_added_to_a_file_that_is_said_to_be_gone_are_scanned_as_they_are_applied() {
    let dir = tempfile::tempdir().unwrap();
    let diff = format!("--- a/f\n+++ /dev/null\n@@ -1,3 +1,3 @@\n a\n-b\n+{} c\n", setting(1));
    assert_eq!(places(&scan_in(dir.path(), diff).expect(1)), ["f:2:5"]);
}

#[test]
fn headers_without_a_change_are_whole_where_there_may_be_none() {
    let repo = repository();
    repo.stage("empty", "");
    repo.git(&["mv", "old.env", "zz.env"]);
    scan_in(repo.dir(), staged(&repo, &[])).expect(0);
    repo.stage("zz", "");
    scan_in(repo.dir(), staged(&repo, &["--no-renames", "--", "empty", "zz"])).expect(0);
    repo.commit("Empty files");
    repo.git(&["update-index", "--chmod=+x", "zz"]);
    scan_in(repo.dir(), staged(&repo, &[])).expect(0);
    repo.git(&["rm", "--quiet", "zz", "--force"]);
    scan_in(repo.dir(), staged(&repo, &[])).expect(0);
}
