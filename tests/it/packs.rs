//! `history` on packs of every make: what is scanned does not depend on how git stores it.

use crate::history::{assert_same_as_git, attribute, varied};
use crate::support::repo::Repo;

/// Packs all objects, referenced or not, with deltas of deltas.
fn pack_all(repo: &Repo) {
    repo.git(&["repack", "-adfkq", "--depth=10", "--window=50"]);
}

/// Many versions of a directory with directories in it.
fn versions(repo: &Repo, count: usize) {
    for version in 0..count {
        for file in 0..12 {
            let text = format!("file {file}, version {}\n", if file == version % 12 { version } else { 0 });
            repo.stage(&format!("top/{}/file-{file}.txt", file % 4), text.repeat(20));
        }
        repo.commit(&format!("version {version}"));
    }
}

/// Drops what no reference leads to from the logs, but not from the packs.
fn forget(repo: &Repo) {
    repo.git(&["reflog", "expire", "--expire=now", "--all"]);
}

#[test]
fn what_is_packed_and_unreachable_is_left_out() {
    let repo = varied();
    versions(&repo, 20);
    // Versions on another branch are gone; the pack still has their trees, some as bases of those that are left.
    repo.git(&["checkout", "--quiet", "-b", "gone", "HEAD~8"]);
    versions(&repo, 8);
    repo.commit_file("top/1/only-there.txt", "gone\n");
    repo.git(&["checkout", "--quiet", "main"]);
    pack_all(&repo);
    assert_same_as_git(&repo, &["--all"]);
    repo.git(&["branch", "-D", "gone"]);
    forget(&repo);
    let listed = repo.git(&["cat-file", "--batch-all-objects", "--batch-check=%(objecttype)"]).lines().count();
    let reached = repo.git(&["rev-list", "--objects", "--all"]).lines().count();
    assert!(reached < listed, "nothing is unreachable");
    assert_same_as_git(&repo, &["--all"]);
}

#[test]
fn objects_in_several_packs_are_scanned_once() {
    let repo = varied();
    versions(&repo, 6);
    pack_all(&repo);
    // All of it again in a second pack with other bases, and some of it in a third with more.
    let all = repo.git(&["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"]);
    repo.git_with_input(&["pack-objects", "-q", "--no-reuse-delta", "--window=3", ".git/objects/pack/pack"], all.as_bytes());
    versions(&repo, 9);
    let listed = repo.git(&["rev-list", "--objects", "--no-object-names", "HEAD~12..HEAD"]);
    repo.git_with_input(&["pack-objects", "-q", ".git/objects/pack/pack"], listed.as_bytes());
    repo.git(&["prune-packed", "-q"]);
    let packs = std::fs::read_dir(repo.dir().join(".git/objects/pack")).unwrap().flatten();
    let packs = packs.filter(|file| file.path().extension().is_some_and(|extension| extension == "pack")).count();
    assert_eq!(packs, 3);
    assert_same_as_git(&repo, &["--all"]);
}

#[test]
fn bases_that_are_named_by_id_are_found() {
    let repo = varied();
    versions(&repo, 15);
    repo.git(&["-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq", "--depth=10", "--window=50"]);
    assert_same_as_git(&repo, &["--all"]);
}

#[test]
fn loose_trees_lead_to_packed_ones_and_back() {
    let repo = varied();
    versions(&repo, 4);
    pack_all(&repo);
    versions(&repo, 7);
    repo.commit_file("top/new/loose.txt", "loose\n");
    assert_same_as_git(&repo, &["--all"]);
    // A packed commit and root tree above loose directories.
    let newest = repo.git(&["rev-parse", "HEAD", "HEAD^{tree}", "HEAD:top/new"]);
    repo.git_with_input(&["pack-objects", "-q", ".git/objects/pack/pack"], newest.as_bytes());
    repo.git(&["prune-packed", "-q"]);
    assert_same_as_git(&repo, &["--all"]);
}

#[test]
fn attribution_does_not_depend_on_packing() {
    let repo = varied();
    versions(&repo, 10);
    let blobs = repo.git(&["ls-tree", "-r", "--format=%(objectname)", "HEAD"]);
    let mut ids: Vec<&str> = blobs.lines().collect();
    let old = repo.git(&["ls-tree", "-r", "--format=%(objectname)", "HEAD~6"]);
    ids.extend(old.lines());
    let loose = attribute(&repo, &ids);
    assert!(loose.values().flatten().all(|found| !found.commit.is_empty() && !found.paths.is_empty()));
    pack_all(&repo);
    assert_eq!(attribute(&repo, &ids), loose);
    repo.git(&["checkout", "--quiet", "-b", "gone"]);
    versions(&repo, 3);
    repo.git(&["checkout", "--quiet", "main"]);
    repo.git(&["branch", "-D", "gone"]);
    forget(&repo);
    pack_all(&repo);
    assert_eq!(attribute(&repo, &ids), loose);
}
