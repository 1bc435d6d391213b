//! Secrets in names of files and directories: of a working tree, of what is staged, and of a history.

use crate::support::keyward::{Keyward, Run, keyward, token};
use crate::support::repo::Repo;
use std::path::Path;

fn scan<const N: usize>(dir: &Path, args: [&str; N], status: i32) -> Run {
    keyward(dir, args).acme().run().expect(status)
}

/// Path, commit, line and column of each finding.
fn found<const N: usize>(repo: &Repo, args: [&str; N]) -> Vec<(String, String, u64, u64)> {
    let run = args.iter().fold(keyward(repo.dir(), ["history", "--no-messages", "--format", "json"]).acme(), Keyward::arg).run();
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let of = |one: &serde_json::Value| {
        (text(&one["path"]), text(&one["commit"]), one["line"].as_u64().unwrap(), one["column"].as_u64().unwrap())
    };
    let all = report["findings"].as_array().unwrap();
    assert!(!run.stdout.contains(&token(1)), "a name is redacted wherever it stands: {}", run.stdout);
    all.iter().map(of).collect()
}

fn shown(path: &str) -> String {
    let redacted = keyward::findings::redact::redact(token(1).as_bytes());
    format!("{}/(name)", path.replace("TOKEN", &redacted))
}

fn named(path: &str) -> String {
    path.replace("TOKEN", &token(1))
}

#[test]
fn names_of_files_and_directories_of_a_tree_are_scanned_once_each() {
    let repo = Repo::init();
    repo.write("a/plain-file-name.txt", "x");
    scan(repo.dir(), ["scan", "."], 0);
    repo.write(&named("keys/TOKEN.txt"), "x");
    repo.write(&named("TOKEN/a.txt"), "x");
    repo.write(&named("TOKEN/b.txt"), "x");
    let run = scan(repo.dir(), ["scan", ".", "--format", "json"], 1);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let paths: Vec<&str> = report["findings"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap()).collect();
    assert_eq!(paths, [shown("TOKEN"), shown("keys/TOKEN.txt")]);
    for format in ["text", "json", "sarif", "github", "gitlab", "junit", "csv", "markdown", "html"] {
        let run = scan(repo.dir(), ["scan", ".", "--format", format], 1);
        assert!(!run.stdout.contains(&token(1)) && run.stdout.contains("name"), "{format}: {}", run.stdout);
    }
}

#[test]
#[cfg(unix)]
fn a_link_is_scanned_as_its_target_and_has_a_name() {
    let repo = Repo::init();
    let links = [(named("TOKEN"), "a.txt".to_owned()), ("link".to_owned(), format!("https://example.org/{}", token(1)))];
    for (name, target) in &links {
        std::os::unix::fs::symlink(target, repo.dir().join(name)).unwrap();
    }
    repo.git(&["add", "--all"]);
    for args in [["scan", "."], ["staged", "--no-config"], ["history", "."]] {
        let run = scan(repo.dir(), [args[0], args[1], "--format", "json"], 1);
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let paths: Vec<&str> = report["findings"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap()).collect();
        assert_eq!(paths, [shown("TOKEN"), "link".to_owned()], "{args:?}");
    }
}

#[test]
fn a_name_is_excluded_and_accepted_like_a_file() {
    let repo = Repo::init();
    repo.write(&named("keys/TOKEN.txt"), "x");
    scan(repo.dir(), ["scan", "."], 1);
    scan(repo.dir(), ["baseline", "create", "--reason", "known"], 0);
    let baseline = std::fs::read_to_string(repo.dir().join(".keyward.baseline")).unwrap();
    assert!(!baseline.contains(&token(1)) && baseline.contains("(name)"), "{baseline}");
    scan(repo.dir(), ["scan", "."], 0);
    std::fs::remove_file(repo.dir().join(".keyward.baseline")).unwrap();
    repo.write(".keywardignore", "keys/*.txt\n");
    scan(repo.dir(), ["scan", "."], 0);
}

#[test]
fn nobody_is_told_to_write_into_a_name() {
    let repo = Repo::init();
    repo.write(&named("keys/TOKEN.txt"), "x");
    let told = scan(repo.dir(), ["scan", "."], 1).stdout;
    assert!(told.contains("keyward allow kw1:") && !told.contains("into a comment"), "{told}");
}

#[test]
fn a_staged_name_counts_where_head_does_not_have_it() {
    let repo = Repo::init();
    repo.commit_file(&named("old/TOKEN/a.txt"), "x\n".repeat(50));
    repo.stage(&named("old/TOKEN/b.txt"), "y");
    scan(repo.dir(), ["staged"], 0);
    repo.git(&["mv", &named("old/TOKEN/a.txt"), &named("old/TOKEN.txt")]);
    let run = scan(repo.dir(), ["staged"], 1);
    assert!(run.stdout.contains(&shown("old/TOKEN.txt")) && !run.stdout.contains(&token(1)), "{}", run.stdout);
}

#[test]
fn names_of_a_history_are_told_with_the_commit_that_brought_them_in() {
    let repo = Repo::init();
    repo.commit_file("plain.txt", "x\n");
    let file = repo.commit_file(&named("keys/TOKEN.txt"), "y\n");
    repo.commit_file(&named("keys/TOKEN.txt"), "z\n");
    let directory = repo.commit_file(&named("TOKEN/a/b.txt"), "v\n");
    repo.git(&["rm", "-q", &named("TOKEN/a/b.txt")]);
    repo.commit("Remove");
    let expected = [(shown("TOKEN"), directory, 1, 1), (shown("keys/TOKEN.txt"), file, 1, 1)];
    assert_eq!(found(&repo, []), expected, "loose");
    repo.git(&["repack", "-adfq"]);
    assert_eq!(found(&repo, []), expected, "packed");
    assert_eq!(found(&repo, ["--full"]), expected);
    repo.git(&["checkout", "-q", "-b", "other", "HEAD~4"]);
    repo.git(&["branch", "-D", "main"]);
    assert_eq!(found(&repo, ["--branch", "other"]), [], "a tree that is not reached is not told");
}

#[test]
fn a_name_is_gone_when_its_file_has_another() {
    let repo = Repo::init();
    repo.commit_file(&named("TOKEN.txt"), "x\n");
    repo.git(&["mv", &named("TOKEN.txt"), "plain.txt"]);
    let moved = repo.commit("Move");
    let run = keyward(repo.dir(), ["history", "--no-messages", "--format", "json"]).acme().run().expect(1);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let finding = &report["findings"][0];
    assert_eq!((&finding["in_head"], &finding["removed"]["commit"], &finding["blob"]), (&false.into(), &moved.into(), &"".into()));
}

#[test]
fn names_that_no_commit_has_are_told_as_such() {
    let repo = Repo::init();
    repo.commit_file("plain.txt", "x\n");
    let plain = repo.git(&["rev-parse", "HEAD:plain.txt"]);
    repo.git_with_input(&["mktree"], named(&format!("100644 blob {plain}\tTOKEN.txt\n")).as_bytes());
    let expected = [(format!("(unreachable)/{}", shown("TOKEN.txt")), String::new(), 1, 1)];
    assert_eq!(found(&repo, []), []);
    assert_eq!(found(&repo, ["--unreachable"]), expected, "the commit of its blob is not that of its name");
    repo.git(&["checkout", "-q", "-b", "lost"]);
    repo.commit_file(&named("TOKEN.txt"), "y\n");
    repo.git(&["checkout", "-q", "main"]);
    repo.git(&["repack", "-adfq"]);
    repo.git(&["branch", "-q", "-D", "lost"]);
    repo.git(&["reflog", "expire", "--expire=all", "--all"]);
    assert_eq!(found(&repo, ["--unreachable"]), expected, "packed");
}

#[test]
fn names_in_the_index_are_told_at_their_paths() {
    let repo = Repo::init();
    repo.commit_file("plain.txt", "x\n");
    repo.stage(&named("keys/TOKEN.txt"), "x\n");
    assert_eq!(found(&repo, []), [(shown("keys/TOKEN.txt"), String::new(), 1, 1)]);
}

#[test]
fn a_copy_in_the_index_is_told_at_its_path_too() {
    let repo = Repo::init();
    let commit = repo.commit_file("a.txt", token(1));
    repo.stage("copy.txt", token(1));
    assert_eq!(found(&repo, []), [("a.txt".to_owned(), commit, 1, 1), ("copy.txt".to_owned(), String::new(), 1, 1)]);
}

#[test]
fn names_of_submodules_are_told_as_those_of_files() {
    for (format, committed) in [("sha1", true), ("sha256", true), ("sha1", false)] {
        let repo = Repo::init_with(&[&format!("--object-format={format}")]);
        let head = repo.commit_file("plain.txt", "x\n");
        repo.git(&["update-index", "--add", "--cacheinfo", &named(&format!("160000,{head},lib/TOKEN"))]);
        scan(repo.dir(), ["staged"], 1);
        let commit = if committed { repo.commit("Link") } else { String::new() };
        let expected = [(shown("lib/TOKEN"), commit, 1, 1)];
        assert_eq!(found(&repo, []), expected);
        if committed {
            assert_eq!(found(&repo, ["--range", "HEAD~1..HEAD"]), expected);
        }
    }
}

#[test]
fn a_name_that_is_no_text_is_one_path_in_every_scan() {
    let repo = Repo::init();
    repo.commit_file("plain.txt", "x\n");
    let blob = repo.git_with_input(&["hash-object", "-w", "--stdin"], token(1).as_bytes());
    let entry = [format!("100644 {blob} 0\tcaf").as_bytes(), b"\xe9.txt\n"].concat();
    repo.git_with_input(&["update-index", "--index-info"], &entry);
    let place = |args: &[&str]| {
        let run = args[1..].iter().fold(keyward(repo.dir(), [args[0], "--format", "json"]).acme(), Keyward::arg).run().expect(1);
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let text = |key: &str| report["findings"][0][key].as_str().unwrap().to_owned();
        (text("path"), text("fingerprint"))
    };
    let staged = place(&["staged"]);
    assert_eq!(staged.0, "caf\\xe9.txt");
    repo.commit("Add");
    assert_eq!([place(&["history"]), place(&["history", "--range", "HEAD~1.."])], [staged.clone(), staged.clone()]);
    repo.git(&["checkout", "-f", "--quiet"]);
    assert_eq!(place(&["scan", "."]), staged);
}

#[test]
fn a_diff_tells_names_that_its_old_paths_do_not_have() {
    let repo = Repo::init();
    repo.commit_file(&named("old/TOKEN/a.txt"), "x\n".repeat(50));
    let scan_diff = |args: &[&str], status| {
        let diff = repo.git(&[&["diff", "--cached"], args].concat()) + "\n";
        let run = keyward(repo.dir(), ["scan", "--diff", "-"]).acme().stdin(diff).run().expect(status);
        assert!(!run.stdout.contains(&token(1)), "{}", run.stdout);
        run.stdout
    };
    repo.stage(&named("old/TOKEN/a.txt"), "y\n".repeat(50));
    scan_diff(&[], 0);
    repo.git(&["reset", "--hard", "--quiet"]);
    repo.git(&["mv", &named("old/TOKEN/a.txt"), &named("TOKEN.txt")]);
    assert!(scan_diff(&["-M"], 1).contains(&shown("TOKEN.txt")));
    assert!(scan_diff(&["--no-renames"], 1).contains(&shown("TOKEN.txt")));
}

#[test]
fn a_range_tells_names_that_its_base_does_not_have() {
    let repo = Repo::init();
    repo.commit_file("plain.txt", "x\n".repeat(50));
    repo.commit_file(&named("keys/TOKEN.txt"), "y\n");
    repo.commit_file(&named("keys/TOKEN.txt"), "z\n");
    assert_eq!(found(&repo, ["--range", "HEAD~1..HEAD"]), [], "a change of what is there");
    repo.git(&["mv", "plain.txt", &named("TOKEN.txt")]);
    let moved = repo.commit("Move");
    assert_eq!(found(&repo, ["--range", "HEAD~1..HEAD"]), [(shown("TOKEN.txt"), moved, 1, 1)], "a move");
}
