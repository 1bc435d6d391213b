//! `.keywardignore` in every way to scan. Git itself says what its patterns mean.

use crate::support::keyward::{Keyward, keyward, token};
use crate::support::repo::Repo;
use keyward::config::ignore_file::IgnoreFile;
use std::path::Path;

const FILE: &str = ".keywardignore";

fn acme<const N: usize>(repo: &Repo, args: [&str; N]) -> Keyward {
    keyward(repo.dir(), args).acme()
}

fn setting(seed: u64) -> String {
    format!("KEY={}\n", token(seed))
}

/// Two leaks, the first of which is below what the file leaves out.
fn repository() -> Repo {
    let repo = Repo::init();
    repo.commit_file(FILE, "# generated\n/gen/*\n!/gen/keep.env\n");
    repo.stage("gen/a.env", setting(1));
    repo.stage("src/b.env", setting(2));
    repo
}

#[track_caller]
fn reports_only(run: crate::support::keyward::Run, paths: &[&str]) {
    let run = run.expect(i32::from(!paths.is_empty()));
    for path in ["gen/a.env", "gen/keep.env", "src/b.env"] {
        assert_eq!(run.stdout.contains(&format!("{path}:1:")), paths.contains(&path), "{path}\n{}\n{}", run.stdout, run.stderr);
    }
}

#[test]
fn it_holds_in_every_way_to_scan() {
    let repo = repository();
    reports_only(acme(&repo, ["staged"]).run(), &["src/b.env"]);
    reports_only(acme(&repo, ["staged", "--no-keywardignore"]).run(), &["gen/a.env", "src/b.env"]);
    reports_only(acme(&repo, ["scan"]).run(), &["src/b.env"]);
    reports_only(acme(&repo, ["scan", "gen/a.env"]).run(), &[]);
    repo.commit("Add both");
    reports_only(acme(&repo, ["history"]).run(), &["src/b.env"]);
    reports_only(acme(&repo, ["history", "--no-keywardignore"]).run(), &["gen/a.env", "src/b.env"]);
    let named = acme(&repo, ["scan", "-", "--stdin-name", "gen/a.env"]).stdin(setting(1)).run();
    reports_only(named, &[]);
    assert!(acme(&repo, ["scan"]).run().stdout.contains("excluded by configuration"));
}

#[test]
fn exceptions_are_scanned_and_paths_are_those_of_the_repository_from_everywhere() {
    let repo = repository();
    repo.stage("gen/keep.env", setting(3));
    reports_only(acme(&repo, ["staged"]).run(), &["gen/keep.env", "src/b.env"]);
    let below = keyward(&repo.dir().join("gen"), ["scan"]).acme().run().expect(1);
    assert!(below.stdout.contains("keep.env:1") && !below.stdout.contains("a.env:1"), "{}", below.stdout);
    repo.commit_file("gen/.keyward.yaml", "max-size: 1MiB\n");
    let configured = keyward(&repo.dir().join("gen"), ["scan"]).acme().run().expect(1);
    assert!(!configured.stdout.contains("\na.env:1"), "{}", configured.stdout);
}

#[test]
fn a_change_cannot_leave_itself_out() {
    let repo = repository();
    let base = repo.git(&["rev-parse", "HEAD"]);
    repo.stage(FILE, "*\n");
    let head = repo.commit("Leave everything out");
    let range = format!("{base}..{head}");
    reports_only(acme(&repo, ["ci", "--range", &range]).run(), &["src/b.env"]);
    reports_only(acme(&repo, ["history", "--range", &range, "--config-from", &base]).run(), &["src/b.env"]);
    reports_only(acme(&repo, ["history", "--range", &range]).run(), &[]);
}

#[test]
fn a_file_that_cannot_be_read_stops_the_scan_with_its_place() {
    let repo = repository();
    repo.write(FILE, "ok\n[z-a]\n");
    let run = acme(&repo, ["scan"]).run().expect(2);
    assert!(run.stderr.contains(".keywardignore:2: not a pattern"), "{}", run.stderr);
    acme(&repo, ["scan", "--no-keywardignore"]).run().expect(1);
    std::fs::remove_file(repo.dir().join(FILE)).unwrap();
    std::fs::create_dir(repo.dir().join(FILE)).unwrap();
    assert!(acme(&repo, ["scan"]).run().expect(2).stderr.contains("--no-keywardignore"));
}

#[test]
fn braces_of_the_file_and_of_the_configuration_leave_nothing_out() {
    let repo = Repo::init();
    repo.write("s.env", setting(1));
    acme(&repo, ["scan", "--exclude", "*.{env,pem}"]).run().expect(1);
    acme(&repo, ["scan", "--exclude", "[[:lower:]].env"]).run().expect(0);
    for (text, status) in [("*.{env,pem}\n", 1), ("s.env\t\n", 1), ("*\n![[:lower:]].env\n", 1), ("[[:lower:]].env\n", 0)] {
        repo.write(FILE, text);
        acme(&repo, ["scan"]).run().expect(status);
    }
}

#[test]
fn patterns_mean_what_they_mean_to_git() {
    let paths = [
        "a",
        "a/b",
        "a/b/c.txt",
        "b/a",
        "b/a/c.log",
        "c.txt",
        "d e",
        "x/d e",
        "#h",
        "build/out/z.o",
        "build/keep/z.o",
        "deep/1/2/3/z.o",
        "c.txt\t",
        "tail ",
        "a.{log,txt}",
        "!x",
        "{a,b}/c",
    ];
    let repo = Repo::init();
    for text in [
        "a\n",
        "/a\n",
        "a/\n",
        "a/b\n",
        "**/c.txt\n",
        "*.o\n!keep/\n",
        "build/\n!build/keep/\n",
        "build/*\n!build/keep\n",
        "d e\n",
        "\\#h\n",
        "#h\n",
        "deep/**\n!deep/1\n",
        "deep/**/z.o\n",
        "?\n",
        "[ab]/\n",
        "*\n!*/\n!*.txt\n",
        "*.txt\n!/c.txt\n",
        "b/*/c.log\n",
        "  \nd e  \n",
        "x/\\d e\n",
        "*.{log,txt}\n",
        "{a,b}/c\n",
        "*\n!*/\n![[:lower:]].txt\n",
        "[[:alpha:][:space:]]\n",
        "[!a-c]*\n",
        "[^[:upper:]]\n",
        "d[ ]e\n",
        "[\\d-e] e\n",
        "[]d] e\n",
        "a[!x]b\n",
        "d\\ e\n",
        "c.txt\t\n",
        "c.txt\u{c}\n",
        "c.txt \t\n",
        "c.txt\\ \n",
        "tail\\ \n",
        "\t\n",
        "c.txt\r\n",
        "deep/**1/2\n",
        "b**\n",
        "**/a/**\n",
        "\\a\n",
        "\\!x\n!\\a\n",
    ] {
        // Git fails where nothing matches at all.
        let text = format!("always\n{text}");
        let file = IgnoreFile::parse(FILE, Path::new("/"), text.as_bytes()).unwrap();
        std::fs::write(repo.dir().join(".git/info/exclude"), &text).unwrap();
        let listed = repo.git_with_input(
            &["check-ignore", "--no-index", "--stdin", "--verbose", "--non-matching"],
            format!("{}\nalways", paths.join("\n")).as_bytes(),
        );
        for (path, line) in paths.iter().zip(listed.lines()) {
            // `SOURCE:LINE:PATTERN<tab>PATH`, empty where nothing matches.
            let pattern = line.split('\t').next().unwrap().splitn(3, ':').nth(2).unwrap();
            let ignored = !pattern.is_empty() && !pattern.starts_with('!');
            assert_eq!(file.is_match(path), ignored, "{text:?}: {path}: {line}");
        }
    }
}
