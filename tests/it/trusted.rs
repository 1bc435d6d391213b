//! Changes of the files that a check goes by: what would break them is stopped, and what repairs them comes in.

use crate::support::keyward::{Run, keyward, token};
use crate::support::repo::Repo;

/// Files that cannot be used, with what is said of them.
const BROKEN: [(&str, &str, &str); 3] = [
    (".keyward.yaml", "exclude: [\n", ".keyward.yaml:"),
    (".keyward.yaml", "min-severity: nope\n", ".keyward.yaml:1"),
    (".keyward.baseline", "no baseline\n", ".keyward.baseline"),
];

fn ci(repo: &Repo, range: &str) -> Run {
    keyward(repo.dir(), ["ci", "--range", range]).acme().run()
}

#[test]
fn a_change_that_breaks_later_checks_is_stopped_and_one_that_repairs_them_is_not() {
    for (path, text, said) in BROKEN {
        let repo = Repo::init();
        repo.commit_file("a.txt", "x\n");
        repo.commit_file(path, text);
        let told = ci(&repo, "HEAD~1..HEAD").expect(2).stderr;
        assert!(told.contains("with this change every check would fail") && told.contains(said), "{told}");
        repo.git(&["rm", "--quiet", path]);
        repo.commit("Repair");
        let told = ci(&repo, "HEAD~1..HEAD").expect(0).stdout;
        assert!(told.contains("the defaults hold and nothing is accepted") && told.contains(said), "{told}");
        repo.commit_file("b.env", format!("KEY={}\n", token(1)));
        ci(&repo, "HEAD~2..HEAD").expect(1);
        ci(&repo, "HEAD~1..HEAD").expect(1);
    }
}

#[test]
fn a_change_cannot_switch_off_its_check_however_the_range_is_written() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "x\n");
    repo.git(&["checkout", "--quiet", "-b", "change"]);
    repo.stage(".keywardignore", "*\n");
    repo.stage(".keyward.yaml", "exclude: '**'\n");
    repo.commit_file("b.env", format!("KEY={}\n", token(1)));
    for range in ["main..change", "main..", "main...change", "^main change", "change ^main", "^main HEAD", "HEAD^!", "change^!"] {
        ci(&repo, range).expect(1);
    }
    repo.git(&["checkout", "--quiet", "--orphan", "root"]);
    repo.commit("Nothing before it");
    ci(&repo, "HEAD^!").expect(1);
    ci(&repo, "no-such^!").fails_with(
        "keyward: error: --range: `no-such`: there is no branch, tag or commit of this name; check its name, or fetch it first",
    );
}

#[test]
#[cfg(unix)]
fn a_push_that_breaks_later_ones_is_refused_and_one_that_repairs_them_is_not() {
    use std::os::unix::fs::PermissionsExt as _;
    let push = |repo: &Repo| {
        let output = repo.try_git(repo.dir(), &["push", "--quiet", "origin", "HEAD:main"], &[]);
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    for (path, text, said) in BROKEN {
        let repo = Repo::init();
        let server = repo.beside("server.git");
        repo.git(&["init", "--quiet", "--bare", "-b", "main", server.to_str().unwrap()]);
        repo.git(&["remote", "add", "origin", server.to_str().unwrap()]);
        let hook = server.join("hooks/pre-receive");
        std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
        std::fs::write(&hook, format!("#!/bin/sh\nexec '{}' pre-receive\n", env!("CARGO_BIN_EXE_keyward"))).unwrap();
        repo.commit_file("a.txt", "x\n");
        assert!(push(&repo).0);
        std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
        repo.commit_file(path, text);
        let (accepted, told) = push(&repo);
        assert!(!accepted && told.contains("with this push every later one would be refused") && told.contains(said), "{told}");
        std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(push(&repo).0, "as before there was a hook");
        std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
        repo.git(&["rm", "--quiet", path]);
        repo.commit("Repair");
        let (accepted, told) = push(&repo);
        assert!(accepted, "{told}");
    }
}

#[test]
fn a_line_of_a_configuration_is_quoted_without_its_secrets() {
    let repo = Repo::init();
    let secret = crate::support::keyward::builtin_secret("github-pat-classic", 1);
    for text in [format!("allow:\n- {{stopwords: [{secret}], foo: 1}}\n"), format!("allow:\n  - regex: [\"{secret}(\"]\n")] {
        repo.write(".keyward.yaml", text);
        let told = keyward(repo.dir(), ["scan"]).run().expect(2).stderr;
        assert!(told.contains(".keyward.yaml:2") && !told.contains(&secret), "{told}");
    }
}

#[test]
fn a_regex_that_matches_everything_is_refused() {
    let repo = Repo::init();
    for regex in ["", ".*", "x*"] {
        repo.write(".keyward.yaml", format!("allow:\n- regex: \"{regex}\"\n"));
        let told = keyward(repo.dir(), ["scan"]).run().expect(2).stderr;
        assert!(told.contains("matches the empty text"), "{told}");
    }
}
