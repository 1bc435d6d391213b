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
    for (text, said) in [
        ("hello\n", "<stdin>:1: no diff"),
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
fn binary_files_are_said_to_be_left_out() {
    let repo = repository();
    repo.stage("a.bin", [0u8, 1, 2, 3].repeat(50));
    for args in [&[][..], &["--binary"]] {
        let run = scan_in(repo.dir(), staged(&repo, args)).expect(0);
        assert!(run.stdout.contains("1 binary file is only named"), "{}", run.stdout);
    }
}
