//! `keyward staged` from the command line.

use super::{Repo, acme, clean, json, token};

#[test]
fn what_the_commit_would_record_is_scanned() {
    let repo = Repo::init();
    repo.stage("a.env", format!("KEY={}\n", token(1)));
    repo.write("a.env", "KEY=\n");
    let run = acme(repo.dir(), ["staged"]).run().expect(1);
    assert!(run.stdout.contains("a.env:1:5"), "{}", run.stdout);
    repo.stage("a.env", "KEY=\n");
    repo.write("a.env", token(1));
    acme(repo.dir(), ["staged"]).run().expect(0);
}

#[test]
fn what_stood_there_before_is_reported_with_whole_files_only() {
    let repo = Repo::init();
    repo.commit_file("a.env", format!("KEY={}\n", token(1)));
    repo.stage("a.env", format!("# moved\nKEY={}\nOTHER={}\n", token(1), token(2)));
    let lines = |flag: Option<&str>| {
        let run = flag.into_iter().fold(acme(repo.dir(), ["staged", "-f", "json"]), super::Keyward::arg).run().expect(1);
        let report = json(&run.stdout);
        report["findings"].as_array().unwrap().iter().map(|finding| finding["line"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(lines(None), [3]);
    assert_eq!(lines(Some("--whole-files")), [2, 3]);
}

#[test]
fn the_fingerprint_is_that_of_a_scan_of_the_tree() {
    let repo = Repo::init();
    repo.stage("sub/a.env", format!("KEY={}\n", token(1)));
    let fingerprint = |cwd: &str, args: [&str; 3]| {
        let run = acme(&repo.dir().join(cwd), args).run().expect(1);
        json(&run.stdout)["findings"][0]["fingerprint"].clone()
    };
    let staged = fingerprint(".", ["staged", "-f", "json"]);
    assert_eq!(fingerprint(".", ["scan", "-f", "json"]), staged);
    assert_eq!(fingerprint("sub", ["scan", "-f", "json"]), staged);
    assert_eq!(fingerprint("sub", ["staged", "-f", "json"]), staged);
}

#[test]
fn what_is_left_out_is_counted() {
    let repo = Repo::init();
    repo.commit_file("a.env", token(1));
    repo.commit_file(".keywardignore", "*.env\n");
    for args in [&["history"][..], &["history", "--range", "HEAD~1..HEAD"], &["scan"]] {
        let run = args[1..].iter().fold(acme(repo.dir(), [args[0]]), crate::support::keyward::Keyward::arg).run().expect(0);
        assert_eq!(run.stdout.contains("skipped: 1 excluded by configuration"), args.len() == 1, "{args:?} {}", run.stdout);
    }
}

#[test]
fn messages_alone_are_something_to_scan() {
    let repo = Repo::init();
    repo.commit("nothing in it");
    let told = acme(repo.dir(), ["history"]).run().expect(0).stdout;
    assert!(told.starts_with("no secrets found"), "{told}");
    let told = acme(repo.dir(), ["history", "--no-messages"]).run().expect(0).stdout;
    assert!(told.contains("nothing was scanned"), "{told}");
}

#[test]
fn configured_excludes_and_allowlists_hold_too() {
    let repo = Repo::init();
    repo.stage("sub/a.env", format!("KEY={}\n", token(1)));
    repo.write(".keyward.yaml", "exclude: [sub/*.env]\n");
    acme(repo.dir(), ["staged"]).run().expect(0);
    repo.write(".keyward.yaml", "allow: [{paths: sub}]\n");
    acme(repo.dir(), ["staged"]).run().expect(0);
    acme(&repo.dir().join("sub"), ["staged"]).run().expect(0);
}

#[test]
fn nothing_staged_is_clean_and_said() {
    let repo = Repo::init();
    let run = acme(repo.dir(), ["staged"]).run().expect(0);
    assert!(run.stdout.contains("nothing"), "{}", run.stdout);
}

#[test]
fn outside_a_repository_it_fails() {
    let dir = clean();
    let run = acme(dir.path(), ["staged"]).run().expect(2);
    assert!(run.stderr.contains("not inside a git repository"), "{}", run.stderr);
}
