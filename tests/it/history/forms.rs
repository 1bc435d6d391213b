//! Reftables, submodules, other owners, and data that was made to do harm.

use super::{added, assert_same_as_git, attribute, contents, open, pair, range, scan, scan_with, varied};
use crate::support::repo::Repo;
use crate::support::sink::Recorder;
use keyward::blob::ObjectKind;
use keyward::sources::git::GitEnvironment;

#[test]
fn submodules_are_mentioned() {
    let repo = Repo::init();
    let id = repo.commit_file("a.txt", "a\n");
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{id},vendor")]);
    repo.commit("Submodule");
    let (sink, coverage) = scan(&repo);
    assert_eq!(sink.skips(), []);
    assert_eq!(coverage.notes.len(), 1, "{:?}", coverage.notes);
}

#[test]
fn the_number_of_threads_does_not_change_what_is_scanned() {
    let repo = varied();
    repo.git(&["gc", "--quiet"]);
    let with = |threads: usize| scan_with(repo.dir(), |options| options.threads = threads).0.blobs();
    assert_eq!(with(1), with(4));
}

#[test]
fn references_in_a_reftable_are_followed() {
    for format in ["sha1", "sha256"] {
        let repo = Repo::init_with(&["--ref-format=reftable", &format!("--object-format={format}")]);
        repo.commit_file("a.txt", "base\n");
        repo.git(&["tag", "-a", "-m", "Tagged", "base"]);
        repo.commit_file("a.txt", "new\n");
        for number in 0..200 {
            repo.git(&["update-ref", &format!("refs/heads/branch/number-{number}"), "HEAD~1"]);
        }
        repo.git(&["checkout", "--quiet", "-b", "gone"]);
        repo.commit_file("gone.txt", "on a deleted branch\n");
        repo.git(&["checkout", "--quiet", "main"]);
        repo.git(&["branch", "--quiet", "-D", "gone"]);
        let linked = repo.beside("linked");
        repo.git(&["worktree", "add", "--quiet", "--detach", linked.to_str().unwrap()]);
        std::fs::write(linked.join("b.txt"), "linked\n").unwrap();
        repo.git_in(&linked, &["add", "b.txt"]);
        repo.git_in(&linked, &["commit", "--quiet", "-m", "Linked"]);
        assert_same_as_git(&repo, &["--all"]);
        assert_eq!(scan(&repo).1.refs, 202);
        assert_eq!(added(&repo, "base..HEAD"), [pair("new\n", "base\n")]);
        assert_eq!(added(&repo, "main~1..main"), [pair("new\n", "base\n")]);
        assert_eq!(scan_with(&linked, |options| options.range = Some("main..HEAD".to_owned())).1.commits, 1);
        for number in 0..2 {
            repo.write("a.txt", format!("stashed {number}\n"));
            repo.git(&["stash", "push", "--quiet"]);
        }
        repo.git(&["pack-refs", "--all"]);
        let found: Vec<String> = contents(&scan(&repo).0).into_iter().map(|(content, _)| content).collect();
        assert_eq!(found, ["base\n", "linked\n", "new\n", "on a deleted branch\n", "stashed 0\n", "stashed 1\n"]);
        repo.git(&["stash", "drop", "--quiet", "stash@{1}"]);
        assert_eq!(contents(&scan(&repo).0).len(), 5);
    }
}

#[test]
fn a_damaged_reftable_is_an_error_and_never_a_panic() {
    let repo = Repo::init_with(&["--ref-format=reftable"]);
    repo.commit_file("a.txt", "a\n");
    repo.write("a.txt", "b\n");
    repo.git(&["stash", "push", "--quiet"]);
    repo.git(&["pack-refs", "--all"]);
    let list = std::fs::read_to_string(repo.dir().join(".git/reftable/tables.list")).unwrap();
    let table = repo.dir().join(".git/reftable").join(list.lines().next().unwrap());
    let whole = std::fs::read(&table).unwrap();
    let mut failed = 0;
    for place in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[place] ^= 0xff;
        std::fs::write(&table, &damaged[..if place % 5 == 0 { place } else { damaged.len() }]).unwrap();
        failed += usize::from(open(repo.dir(), |_| {}).is_err());
    }
    assert!(failed > whole.len() / 5, "{failed} of {}", whole.len());
}

#[test]
fn trees_that_spell_billions_of_paths_are_gone_through_in_no_time() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "base\n");
    let mut inside = format!("100644 blob {}\tinnermost\n", repo.git_with_input(&["hash-object", "-w", "--stdin"], b"deep inside\n"));
    let mut id = String::new();
    for _ in 0..12 {
        id = repo.git_with_input(&["mktree"], inside.as_bytes());
        inside = (0..10).map(|number| format!("040000 tree {id}\tbranch{number}\n")).collect::<Vec<_>>().concat();
    }
    let commit = repo.git(&["commit-tree", "-p", "HEAD", "-m", "Bomb", &id]);
    repo.git(&["update-ref", "refs/heads/bomb", &commit]);
    let blob = repo.git_with_input(&["hash-object", "--stdin"], b"deep inside\n");
    assert_eq!(contents(&scan(&repo).0), [pair("base\n", ""), pair("deep inside\n", "")]);
    assert_eq!(added(&repo, "main..bomb"), [pair("deep inside\n", "")]);
    let found = attribute(&repo, &[&blob]).remove(&blob).unwrap();
    assert_eq!(found[0].commit, commit);
    assert_eq!(found[0].paths[0], format!("{}/innermost", ["branch9"; 11].join("/")));
    let back = repo.git(&["commit-tree", "-p", &commit, "-m", "Away", "main^{tree}"]);
    assert_eq!(range(&repo, &format!("{commit}..{back}")).1.commits, 1);
    repo.git(&["update-ref", "HEAD", &commit]);
    repo.stage("b.txt", "staged\n");
    let options = keyward::sources::staged::StagedOptions { dir: repo.dir().to_owned(), ..Default::default() };
    let sink = Recorder::default();
    keyward::sources::staged::scan_in(&options, &GitEnvironment::none(repo.dir()), &sink).unwrap();
    assert_eq!(sink.files().len(), 2);
}

#[test]
fn no_damage_to_stored_data_makes_a_scan_panic() {
    let repo = varied();
    repo.git(&["tag", "-a", "-m", "Tagged", "v1"]);
    repo.git(&["repack", "--quiet", "-a", "-d", "-f", "--write-midx"]);
    let packs = std::fs::read_dir(repo.dir().join(".git/objects/pack")).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> = packs.chain(["index", "packed-refs", "HEAD"].map(|name| repo.dir().join(".git").join(name))).collect();
    files.retain(|path| std::fs::read(path).is_ok_and(|bytes| !bytes.is_empty()));
    files.sort();
    let mut state: u64 = 7;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    for _ in 0..150 {
        let path = &files[random(files.len())];
        let whole = std::fs::read(path).unwrap();
        let mut damaged = whole.clone();
        for _ in 0..=random(3) {
            let place = random(damaged.len());
            damaged[place] ^= u8::try_from(1 + random(255)).unwrap();
        }
        if random(10) == 0 {
            damaged.truncate(random(whole.len()));
        }
        std::fs::remove_file(path).unwrap();
        std::fs::write(path, &damaged).unwrap();
        let sink = Recorder::default();
        for range in [None, Some("main~4..main".to_owned())] {
            if let Ok(history) = open(repo.dir(), |options| (options.unreachable, options.range) = (true, range)) {
                history.scan(&sink).unwrap();
                let ids: Vec<String> = sink.ids(ObjectKind::Blob).into_iter().take(5).collect();
                drop(history.attribute(&ids));
            }
        }
        let options = keyward::sources::staged::StagedOptions { dir: repo.dir().to_owned(), ..Default::default() };
        drop(keyward::sources::staged::scan_in(&options, &GitEnvironment::none(repo.dir()), &sink));
        std::fs::remove_file(path).unwrap();
        std::fs::write(path, &whole).unwrap();
    }
    assert_same_as_git(&repo, &["--all"]);
}

#[test]
#[cfg(unix)]
fn a_repository_of_another_user_is_read() {
    let repo = varied();
    let commits = repo.git(&["rev-list", "--all", "--count"]).parse::<u64>().unwrap();
    let mut open_dirs = vec![repo.dir().to_owned()];
    while let Some(dir) = open_dirs.pop() {
        // Only root may give files away; for others this test shows no more than the rest does.
        drop(std::os::unix::fs::chown(&dir, Some(54_321), Some(54_321)));
        open_dirs.extend(std::fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()));
    }
    let (sink, coverage) = scan(&repo);
    assert_eq!((sink.skips(), coverage.commits), (vec![], commits));
}
