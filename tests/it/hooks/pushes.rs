//! What a push brings, where what was fetched does not tell what is there.

use super::{hook, pushes, repository};
use crate::support::change::ZERO;
use crate::support::keyward::{Run, builtin_leak as leak, keyward};
use crate::support::repo::Repo;

/// A repository with a leak that `origin` has, fetched as `main`, an empty repository `pub.git` beside it, and our hook.
fn leaked() -> (Repo, String, String) {
    let repo = repository();
    repo.commit_file("old.txt", leak(1));
    let path = |name: &str| repo.beside(name).to_str().unwrap().to_owned();
    let (up, public) = (path("up.git"), path("pub.git"));
    for remote in [&up, &public] {
        repo.git(&["init", "--quiet", "--bare", remote]);
    }
    repo.git(&["remote", "add", "origin", &up]);
    repo.git(&["push", "--quiet", "origin", "main"]);
    hook(repo.dir(), ["install", "--pre-push"]).expect(0);
    (repo, up, public)
}

/// What is said of a push of the lines to `url`, in a repository whose `origin` is a URL.
fn told(repo: &Repo, url: &str, lines: &[(&str, &str, &str)]) -> Run {
    let input: Vec<String> = lines.iter().map(|(name, id, remote)| format!("{name} {id} {name} {remote}\n")).collect();
    keyward(repo.dir(), ["pre-push", "origin", url]).stdin(input.concat()).run()
}

#[test]
fn another_url_for_pushes_has_nothing_of_what_was_fetched() {
    for key in ["remote.origin.pushurl", "url.PUB.pushInsteadOf"] {
        let (repo, up, public) = leaked();
        let value = if key.starts_with("remote") { &public } else { &up };
        repo.git(&["config", &key.replace("PUB", &public), value]);
        assert!(!pushes(&repo, &["origin", "main:new"]), "{key}");
        assert_eq!(repo.git_in(std::path::Path::new(&public), &["branch"]), "", "{key}");
    }
}

#[test]
fn a_url_of_the_users_own_configuration_counts() {
    let (repo, up, public) = leaked();
    let config = repo.beside("gitconfig");
    let push = |content: String| {
        std::fs::write(&config, content).unwrap();
        let variables = [("GIT_CONFIG_GLOBAL", config.to_str().unwrap())];
        repo.try_git(repo.dir(), &["push", "origin", "main:new"], &variables).status.success()
    };
    assert!(!push(format!("[url \"{public}\"]\n\tpushInsteadOf = {up}\n")));
    repo.git(&["config", "remote.origin.url", "up:"]);
    assert!(push(format!("[url \"{up}\"]\n\tinsteadOf = up:\n")));
}

#[test]
fn every_url_of_a_remote_but_the_first_is_another_place() {
    let (repo, up, public) = leaked();
    repo.git(&["remote", "set-url", "--add", "origin", &public]);
    assert!(!pushes(&repo, &["origin", "main:new"]));
    assert_eq!(repo.git_in(std::path::Path::new(&up), &["rev-list", "--count", "new"]), "2", "the first has it");
    assert_eq!(repo.git_in(std::path::Path::new(&public), &["branch"]), "");
}

#[test]
fn without_the_url_that_of_the_remote_counts() {
    let (repo, _, public) = leaked();
    let head = repo.git(&["rev-parse", "HEAD"]);
    let run = || keyward(repo.dir(), ["pre-push", "origin"]).stdin(format!("main {head} refs/heads/new {ZERO}\n")).run();
    run().expect(0);
    repo.git(&["remote", "set-url", "--push", "origin", &public]);
    let said = run().expect(1).stderr;
    assert!(said.contains("origin is pushed to another URL than it is fetched from: everything counts as new"), "{said}");
}

#[test]
fn fetching_and_pushing_over_two_protocols_is_one_place() {
    let (repo, ..) = leaked();
    let head = repo.git(&["rev-parse", "HEAD"]);
    repo.git(&["remote", "set-url", "origin", "https://example.org/a/b.git"]);
    let new = [("refs/heads/new", head.as_str(), ZERO)];
    told(&repo, "https://example.org/a/b.git", &new).expect(0);
    told(&repo, "git@example.org:a/b.git", &new).expect(0);
    told(&repo, "git@example.org:a/fork.git", &new).expect(1);
}

#[test]
fn a_remote_that_says_otherwise_is_believed() {
    let (repo, up, public) = leaked();
    repo.git(&["remote", "set-url", "origin", &public]);
    assert!(!pushes(&repo, &["origin", "main"]), "it has no such branch");
    let head = repo.git(&["rev-parse", "HEAD"]);
    let unknown = "1".repeat(40);
    let (main, new) = (("refs/heads/main", head.as_str(), head.as_str()), ("refs/heads/new", head.as_str(), ZERO));
    told(&repo, &public, &[main, new]).expect(0);
    let foreign = ("refs/heads/main", head.as_str(), unknown.as_str());
    for lines in [&[foreign][..], &[foreign, new], &[("refs/heads/other", &head, &unknown), new]] {
        let said = told(&repo, &public, lines).expect(1).stderr;
        assert!(said.contains("git fetch --prune origin"), "{said}");
    }
    // What a tag was at says nothing of branches.
    told(&repo, &public, &[("refs/tags/moved", &head, &unknown), new]).expect(0);
    repo.git(&["remote", "set-url", "origin", &up]);
    assert!(pushes(&repo, &["origin", "main:new"]));
}

#[test]
fn what_the_ids_of_the_remote_lead_to_is_not_new_wherever_it_is() {
    let (repo, ..) = leaked();
    let base = repo.git(&["rev-parse", "HEAD"]);
    let head = repo.commit_file("b.txt", "more\n");
    let run = told(&repo, "elsewhere", &[("refs/heads/main", &head, &base), ("refs/heads/new", &head, ZERO)]).expect(0);
    assert!(run.stderr.contains("everything counts as new"), "{}", run.stderr);
    let run = told(&repo, "elsewhere", &[("refs/heads/main", &head, &base)]).expect(0);
    assert!(!run.stderr.contains("new"), "all is known: {}", run.stderr);
}

#[test]
fn a_push_of_many_branches_has_a_short_scope() {
    let (repo, _, public) = leaked();
    let mut heads: Vec<(String, String)> = Vec::new();
    for number in 0..12 {
        let id = repo.commit_file("b.txt", format!("{number}\n"));
        heads.push((format!("refs/heads/b{number}"), id.clone()));
        heads.push((format!("refs/heads/again{number}"), id));
    }
    let lines: Vec<(&str, &str, &str)> = heads.iter().map(|(name, id)| (name.as_str(), id.as_str(), ZERO)).collect();
    let said = told(&repo, &public, &lines).expect(1).stdout;
    let scope = said.lines().find(|line| line.contains("history ")).expect("the scope is told");
    assert!(scope.contains(&heads[0].1) && scope.contains("and 4 more") && scope.len() < 600, "{scope}");
}
