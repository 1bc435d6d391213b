//! Runs at the same time, none of which may lose what another one adds.

use super::{acme, entries, setting};
use crate::support::keyward::keyward;
use crate::support::repo::Repo;

#[test]
fn fingerprints_that_are_allowed_at_once_all_stay() {
    for config in ["", "allow: []\n"] {
        let repo = Repo::init();
        if !config.is_empty() {
            repo.write(".keyward.yaml", config);
        }
        let fingerprint = |at: usize| format!("kw1:{at:032x}");
        std::thread::scope(|scope| {
            for at in 0..16 {
                let run = keyward(repo.dir(), ["allow", &fingerprint(at)]);
                scope.spawn(move || run.run().expect(0));
            }
        });
        let text = std::fs::read_to_string(repo.dir().join(".keyward.yaml")).unwrap();
        let lost: Vec<String> = (0..16).map(fingerprint).filter(|one| !text.contains(one)).collect();
        assert!(lost.is_empty(), "{lost:?} of\n{text}");
        let left: Vec<_> = std::fs::read_dir(repo.dir()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "{left:?}");
    }
}

#[test]
fn nothing_is_left_where_nothing_could_be_added() {
    let repo = Repo::init();
    keyward(repo.dir(), ["allow", "kw1:0"]).run().expect(2);
    assert!(!repo.dir().join(".keyward.yaml").exists());
}

#[test]
fn updates_of_several_directories_at_once_all_stay() {
    let repo = Repo::init();
    repo.write("readme", "nothing\n");
    acme(&repo, ["baseline", "create"]).run().expect(0);
    let directories: Vec<String> = (0..8).map(|at| format!("d{at}")).collect();
    for (directory, seed) in directories.iter().zip(1..) {
        repo.write(&format!("{directory}/a.env"), setting(seed));
    }
    std::thread::scope(|scope| {
        for directory in &directories {
            let run = acme(&repo, ["baseline", "update", directory]);
            scope.spawn(move || run.run().expect(0));
        }
    });
    assert_eq!(entries(&repo).len(), 8);
    acme(&repo, ["scan"]).run().expect(0);
    // One that drops what another one needs no more takes nothing else away.
    repo.write("d0/a.env", "nothing\n");
    repo.write("e/a.env", setting(9));
    std::thread::scope(|scope| {
        for args in [["baseline", "prune", "d0"], ["baseline", "update", "e"]] {
            let run = acme(&repo, args);
            scope.spawn(move || run.run().expect(0));
        }
    });
    assert_eq!(entries(&repo).len(), 8);
}

#[test]
fn of_two_that_make_one_the_second_is_refused() {
    let repo = Repo::init();
    repo.write("a.env", setting(1));
    let runs: Vec<i32> = std::thread::scope(|scope| {
        let start = |_| {
            let run = acme(&repo, ["baseline", "create"]);
            scope.spawn(move || run.run().status)
        };
        let started: Vec<_> = (0..4).map(start).collect();
        started.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(runs.iter().filter(|status| **status == 0).count(), 1, "{runs:?}");
    acme(&repo, ["scan"]).run().expect(0);
}
