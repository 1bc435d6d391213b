//! What became of a secret: which commit removed it, and which branches and tags lead to it. Git is the reference.

use crate::support::keyward::{Keyward, keyward, token};
use crate::support::repo::Repo;
use std::collections::{BTreeMap, BTreeSet};

/// The findings of a history scan, as JSON.
fn findings<const N: usize>(repo: &Repo, args: [&str; N]) -> Vec<serde_json::Value> {
    let scan = args.iter().fold(keyward(repo.dir(), ["history", "--format", "json", "--show-secrets"]).acme(), Keyward::arg);
    let report: serde_json::Value = serde_json::from_str(&scan.run().expect(1).stdout).unwrap();
    report["findings"].as_array().unwrap().clone()
}

/// The only finding.
#[track_caller]
fn finding<const N: usize>(repo: &Repo, args: [&str; N]) -> serde_json::Value {
    let mut all = findings(repo, args);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

fn names(finding: &serde_json::Value, key: &str) -> Vec<String> {
    finding[key].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_secret_in_head_was_not_removed() {
    let repo = Repo::init();
    let secret = token(1);
    repo.commit_file("a.txt", &secret);
    repo.git(&["mv", "a.txt", "b.txt"]);
    repo.commit("Move");
    for found in findings(&repo, []) {
        assert_eq!((&found["in_head"], &found["removed"]), (&true.into(), &serde_json::Value::Null));
        assert_eq!((names(&found, "branches"), names(&found, "git_tags")), (vec!["main".to_owned()], vec![]));
    }
}

#[test]
fn the_commit_that_removed_a_secret_is_named() {
    let repo = Repo::init();
    let secret = token(1);
    repo.commit_file("a.txt", "none\n");
    let first = repo.commit_file("a.txt", format!("{secret}\n"));
    repo.commit_file("a.txt", format!("{secret}\nmore\n"));
    repo.commit_file("other.txt", "other\n");
    let removed = repo.commit_file("a.txt", "more\n");
    repo.commit_file("a.txt", "more and more\n");
    let found = finding(&repo, []);
    assert_eq!((&found["commit"], &found["in_head"]), (&first.clone().into(), &false.into()));
    assert_eq!(found["removed"]["commit"], removed);
    assert_eq!(found["removed"]["subject"], "Change a.txt");
    assert_eq!(found["removed"]["date"], repo.git(&["log", "-1", "--format=%aI", &removed]));
    let text = keyward(repo.dir(), ["history"]).acme().run().expect(1).stdout;
    let day = &found["removed"]["date"].as_str().unwrap()[..10];
    assert!(text.contains(&format!("= removed: {} of {day} by Ada Lovelace: \"Change a.txt\"", &removed[..10])), "{text}");
    assert!(text.contains("= in: branch main\n"), "{text}");
    // A range that ends before it knows nothing of it; one that goes on does.
    assert_eq!(finding(&repo, ["--range", &format!("{first}~1..{removed}~1")])["removed"], serde_json::Value::Null);
    let found = finding(&repo, ["--range", &format!("{first}~1..HEAD")]);
    assert_eq!((&found["removed"]["commit"], &found["branches"]), (&removed.into(), &serde_json::Value::Null));
}

#[test]
fn in_a_range_a_secret_goes_on_to_stand_in_later_versions() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "none\n");
    repo.commit_file("a.txt", format!("{}\n", token(1)));
    repo.commit_file("a.txt", format!("{}\nmore\n", token(1)));
    let found = finding(&repo, ["--range", "HEAD~2..HEAD"]);
    assert_eq!((&found["in_head"], &found["removed"]), (&true.into(), &serde_json::Value::Null));
}

#[test]
fn a_secret_that_came_back_was_removed_last_time() {
    let repo = Repo::init();
    let secret = token(1);
    repo.commit_file("a.txt", format!("one\n{secret}\n"));
    repo.commit_file("a.txt", "one\n");
    repo.commit_file("b.txt", format!("two\n{secret}\n"));
    let removed = repo.commit_file("b.txt", "two\n");
    for found in findings(&repo, []) {
        assert_eq!(found["removed"]["commit"], removed);
    }
}

#[test]
fn a_removal_counts_on_the_way_to_head() {
    let repo = Repo::init();
    let secret = token(1);
    repo.commit_file("a.txt", format!("one\n{secret}\n"));
    repo.git(&["branch", "kept"]);
    let removed = repo.commit_file("a.txt", "one\n");
    let found = finding(&repo, []);
    assert_eq!((&found["removed"]["commit"], names(&found, "branches")), (&removed.into(), vec!["kept".to_owned(), "main".to_owned()]));
    // From the other branch it is in HEAD.
    repo.git(&["checkout", "--quiet", "kept"]);
    let found = finding(&repo, []);
    assert_eq!((&found["removed"], &found["in_head"]), (&serde_json::Value::Null, &true.into()));
    // Where HEAD never had it, all branches count.
    repo.git(&["checkout", "--quiet", "--orphan", "fresh"]);
    repo.git(&["rm", "--quiet", "-rf", "."]);
    repo.commit_file("c.txt", "fresh\n");
    assert_eq!(finding(&repo, [])["removed"]["commit"], repo.git(&["rev-parse", "main"]));
    repo.git(&["branch", "--quiet", "-D", "main"]);
    repo.git(&["reflog", "expire", "--expire=now", "--all"]);
    let found = finding(&repo, []);
    assert_eq!((&found["removed"], names(&found, "branches")), (&serde_json::Value::Null, vec!["kept".to_owned()]));
}

#[test]
fn a_merge_that_drops_a_secret_removed_it() {
    let repo = Repo::init();
    let secret = token(1);
    repo.commit_file("a.txt", "base\n");
    repo.git(&["branch", "side"]);
    repo.commit_file("b.txt", &secret);
    repo.git(&["checkout", "--quiet", "side"]);
    repo.commit_file("c.txt", "side\n");
    repo.git(&["merge", "--quiet", "-s", "ours", "-m", "Merge without", "main"]);
    let merge = repo.git(&["rev-parse", "HEAD"]);
    assert_eq!(finding(&repo, [])["removed"]["commit"], merge);
    // A merge that brings one in introduced it.
    repo.git(&["merge", "--quiet", "--no-ff", "--no-commit", "-s", "ours", "main"]);
    let evil = token(2);
    repo.stage("evil.txt", &evil);
    let brought = repo.commit("Evil merge");
    let all = findings(&repo, []);
    assert_eq!(all.iter().find(|found| found["secret"] == evil).unwrap()["commit"], brought);
}

#[test]
fn what_only_a_stash_a_log_or_the_index_leads_to_is_told() {
    let lead = |build: fn(&Repo, &str)| {
        let repo = Repo::init();
        repo.commit_file("a.txt", "first\n");
        build(&repo, &token(1));
        let found = finding(&repo, []);
        assert_eq!((names(&found, "branches"), names(&found, "git_tags")), (vec![], vec![]));
        names(&found, "other_refs")
    };
    let stashed = lead(|repo, secret| {
        for content in [secret, "second\n"] {
            repo.write("a.txt", content);
            repo.git(&["stash", "push", "--quiet"]);
        }
    });
    assert_eq!(stashed, ["stash@{1}"]);
    let staged = lead(|repo, secret| repo.stage("a.txt", secret));
    assert_eq!(staged, ["index"]);
    let reset = lead(|repo, secret| {
        repo.commit_file("a.txt", secret);
        repo.commit_file("b.txt", "more\n");
        repo.git(&["reset", "--quiet", "--hard", "HEAD~2"]);
    });
    assert_eq!(reset, ["log of HEAD"]);
    let noted = lead(|repo, secret| drop(repo.git(&["notes", "add", "-m", secret, "HEAD"])));
    assert_eq!(noted, ["notes/commits"]);
}

#[test]
fn a_secret_in_a_message_is_where_its_commit_is() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "first\n");
    repo.git(&["branch", "before"]);
    repo.stage("a.txt", "second\n");
    repo.commit(&format!("Use {}", token(1)));
    repo.git(&["tag", "light"]);
    let found = finding(&repo, []);
    assert_eq!((names(&found, "branches"), names(&found, "git_tags")), (vec!["main".to_owned()], vec!["light".to_owned()]));
    // The rule has tags too.
    assert_eq!(names(&found, "tags"), ["acme"]);
    assert_eq!(found["removed"], serde_json::Value::Null);
    repo.git(&["tag", "-a", "-m", &format!("Use {}", token(2)), "heavy"]);
    let found = findings(&repo, []).into_iter().find(|found| found["secret"] == token(2)).unwrap();
    assert_eq!((names(&found, "branches"), names(&found, "git_tags")), (vec![], vec!["heavy".to_owned()]));
}

#[test]
fn a_secret_that_a_message_keeps_was_not_removed_with_its_file() {
    let repo = Repo::init();
    repo.stage("a.txt", token(1));
    repo.commit(&format!("Use {}", token(1)));
    let removed = repo.commit_file("a.txt", "none\n");
    for found in findings(&repo, []) {
        assert_eq!((&found["in_head"], &found["removed"]), (&true.into(), &serde_json::Value::Null));
    }
    // HEAD leads to the file, and not to the message.
    repo.git(&["checkout", "--quiet", "--detach", "HEAD~1"]);
    repo.git(&["commit", "--quiet", "--amend", "-m", "Use it"]);
    repo.commit_file("a.txt", "none\n");
    assert_ne!(repo.git(&["rev-parse", "HEAD"]), removed);
    let found = findings(&repo, []);
    assert_eq!(found.len(), 2);
    for found in found {
        assert_eq!((&found["in_head"], &found["removed"]["commit"]), (&false.into(), &repo.git(&["rev-parse", "HEAD"]).into()));
    }
}

#[test]
fn many_names_are_counted() {
    let repo = Repo::init();
    repo.commit_file("a.txt", token(1));
    let stdin = (0..70).map(|number| format!("create refs/heads/topic/{number:02} HEAD\n")).collect::<Vec<_>>().concat();
    repo.git_with_input(&["update-ref", "--stdin"], stdin.as_bytes());
    let found = finding(&repo, []);
    assert_eq!((names(&found, "branches").len(), &found["branch_count"]), (20, &71.into()));
    let text = keyward(repo.dir(), ["history"]).acme().run().expect(1).stdout;
    assert!(text.contains("= in: branches main, topic/00, topic/01, topic/02, topic/03 and 66 more\n"), "{text}");
}

/// A history with more secrets than are followed at a time, which come and go on branches that are merged.
fn restless(secrets: u64) -> Repo {
    let repo = Repo::init();
    repo.commit_file("start.txt", "start\n");
    let mut state = 11_u64;
    let mut random = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let branches = ["main", "one", "two"];
    branches[1..].iter().for_each(|branch| drop(repo.git(&["branch", branch])));
    let mut next = 0;
    for step in 0..60 {
        let branch = branches[usize::try_from(random(3)).unwrap()];
        repo.git(&["checkout", "--quiet", branch]);
        for _ in 0..3 {
            let path = format!("dir{}/file{}.txt", random(2), random(6));
            let content = if random(3) == 0 { format!("nothing {step}\n") } else { format!("{}\n{}\n", token(next % secrets), random(2)) };
            next += 1;
            repo.stage(&path, content);
        }
        repo.commit(&format!("Step {step}"));
        match step % 8 {
            3 => drop(repo.git(&["tag", &format!("t{step}")])),
            5 => drop(repo.git(&["tag", "-a", "-m", "Tagged", &format!("a{step}")])),
            7 => {
                let other = branches[usize::try_from(random(3)).unwrap()];
                repo.git(&["merge", "--quiet", "--no-ff", "-X", "ours", "-m", &format!("Merge {step}"), other]);
            }
            _ => {}
        }
    }
    repo
}

#[test]
fn fates_agree_with_git() {
    let repo = restless(90);
    let all = findings(&repo, []);
    assert!(all.len() > 80, "{}", all.len());
    let listed = repo.git(&["rev-list", "--parents", "--all"]);
    let parents: BTreeMap<&str, Vec<&str>> =
        listed.lines().map(|line| line.split(' ').collect::<Vec<_>>()).map(|line| (line[0], line[1..].to_vec())).collect();
    let below = |commit: &str| {
        let (mut below, mut open) = (BTreeSet::new(), vec![parents.get_key_value(commit).unwrap().0]);
        while let Some(commit) = open.pop() {
            if below.insert(*commit) {
                open.extend(&parents[commit]);
            }
        }
        below
    };
    let head = below(&repo.git(&["rev-parse", "HEAD"]));
    let everything: BTreeSet<&str> = parents.keys().copied().collect();
    let secrets: BTreeSet<&str> = all.iter().map(|found| found["secret"].as_str().unwrap()).collect();
    for secret in secrets {
        // The commits whose trees hold it, and the references that lead to them.
        let grep = [&["grep", "-l", "-F", secret][..], &everything.iter().copied().collect::<Vec<_>>()].concat();
        let listed = repo.git(&grep);
        let holders: BTreeSet<&str> = listed.lines().map(|line| line.split_once(':').unwrap().0).collect();
        let contains: Vec<&str> = holders.iter().flat_map(|holder| ["--contains", *holder]).collect();
        let leading = |kind: &[&str]| -> Vec<String> { repo.git(&[kind, &contains[..]].concat()).lines().map(str::to_owned).collect() };
        let (branches, tags) = (leading(&["branch", "--format=%(refname:short)"]), leading(&["tag"]));
        // The commits that removed it, by definition.
        let counts = if holders.iter().any(|holder| head.contains(holder)) { &head } else { &everything };
        let before: BTreeSet<&str> = holders.iter().filter(|holder| counts.contains(*holder)).flat_map(|holder| below(holder)).collect();
        let is_removal = |commit: &&&str| !before.contains(**commit) && parents[**commit].iter().any(|parent| holders.contains(parent));
        let removals: BTreeSet<&str> = counts.iter().filter(is_removal).copied().collect();
        for found in all.iter().filter(|found| found["secret"] == secret) {
            assert_eq!((names(found, "branches"), names(found, "git_tags")), (branches.clone(), tags.clone()), "{secret}");
            match found["removed"]["commit"].as_str() {
                Some(removed) => assert!(removals.contains(removed), "{removed} of {removals:?}"),
                None => assert_eq!(removals, BTreeSet::new(), "{secret}"),
            }
            assert_eq!(found["in_head"], holders.contains(&*repo.git(&["rev-parse", "HEAD"])));
        }
    }
}

#[test]
fn a_file_that_was_renamed_is_shown_as_its_commit_has_it() {
    let repo = Repo::init();
    let first = repo.commit_file("a.env", token(1));
    repo.commit_file("a.env", format!("# more\n# lines\n{}", token(1)));
    repo.git(&["mv", "a.env", "b.env"]);
    let second = repo.commit("Rename");
    let all = findings(&repo, []);
    let place = |path: &str| {
        let found = all.iter().find(|one| one["path"] == path).unwrap();
        (found["line"].clone(), found["commit"].clone(), found["blob"].clone(), found["in_head"].clone())
    };
    let blob = |revision: &str| repo.git(&["rev-parse", revision]);
    assert_eq!(place("a.env"), (1.into(), first.clone().into(), blob(&format!("{first}:a.env")).into(), true.into()));
    assert_eq!(place("b.env"), (3.into(), second.into(), blob("HEAD:b.env").into(), true.into()));
}
