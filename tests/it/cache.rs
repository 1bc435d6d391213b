//! `history --cache`: the next scan reads what is new and finds the same, and no cache can hide what a change brings in.

use crate::support::keyward::{Keyward, Run, keyward, token};
use crate::support::repo::Repo;
use sha2::{Digest as _, Sha256};
use std::path::PathBuf;

fn scan<const N: usize>(repo: &Repo, args: [&str; N]) -> Keyward {
    args.iter().fold(keyward(repo.dir(), ["history", "--format", "json", "--show-secrets"]).acme(), Keyward::arg)
}

fn cached<const N: usize>(repo: &Repo, args: [&str; N]) -> Keyward {
    scan(repo, args).arg(format!("--cache={}", directory(repo).display()))
}

/// Where the cache is.
fn directory(repo: &Repo) -> PathBuf {
    repo.beside("cache")
}

fn report(run: &Run) -> serde_json::Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}{}", run.stdout, run.stderr))
}

fn notes(run: &Run) -> Vec<String> {
    report(run)["coverage"]["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap().to_owned()).collect()
}

/// The file of ids that was written last.
fn file(repo: &Repo) -> PathBuf {
    let files = std::fs::read_dir(directory(repo)).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("clean-"));
    files.max_by_key(|path| path.metadata().unwrap().modified().unwrap()).unwrap()
}

/// A repository with a secret of the past and five clean blobs.
fn sample() -> Repo {
    let repo = Repo::init();
    for number in 0..5 {
        repo.commit_file("a.txt", format!("version {number}\n"));
    }
    repo.commit_file("b.txt", token(1));
    repo.commit_file("b.txt", "version 1\n");
    repo
}

#[test]
fn the_next_scan_reads_what_is_new_and_finds_the_same() {
    let repo = sample();
    let first = cached(&repo, []).run().expect(1);
    assert_eq!(notes(&first), Vec::<String>::new());
    let second = cached(&repo, []).run().expect(1);
    let said = "blobs were found clean before, by the same program and rules, and not read again (--cache)";
    assert_eq!(notes(&second), [format!("5 of 6 {said}")]);
    assert_eq!(report(&second)["findings"], report(&first)["findings"]);
    assert_eq!(report(&second)["coverage"]["blobs"], report(&first)["coverage"]["blobs"]);
    assert_eq!(report(&second)["coverage"]["bytes"], token(1).len());
    repo.commit_file("c.txt", token(2));
    repo.commit_file("d.txt", "new\n");
    repo.git(&["gc", "--quiet"]);
    let third = cached(&repo, []).run().expect(1);
    assert_eq!(notes(&third), [format!("5 of 8 {said}")]);
    assert_eq!(report(&third)["findings"], report(&scan(&repo, []).run())["findings"]);
    let fourth = cached(&repo, ["--unreachable"]).run().expect(1);
    assert_eq!(notes(&fourth), [format!("6 of 8 {said}")]);
    // What is kept are ids.
    for entry in std::fs::read_dir(directory(&repo)).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("acme"));
    }
}

#[test]
fn other_rules_or_thresholds_know_of_nothing() {
    let repo = sample();
    cached(&repo, ["--min-severity", "critical"]).run().expect(0);
    assert_eq!(notes(&cached(&repo, ["--min-severity", "critical"]).run()).len(), 1);
    let run = cached(&repo, []).run().expect(1);
    assert_eq!(notes(&run), Vec::<String>::new());
    // A rule that was changed is another one, though its id is the same.
    let rules = repo.beside("rules.yaml");
    let with = |rule: &str, status: i32| {
        std::fs::write(&rules, rule).unwrap();
        let arguments = ["history", "--format", "json", "--disable", "all", "--rules", "acme-token"];
        let cache = format!("--cache={}", directory(&repo).display());
        keyward(repo.dir(), arguments).arg("--rule-file").arg(&rules).arg(cache).run().expect(status)
    };
    let rule = |severity: &str, format: &str| {
        format!("provider: Acme\nrules: [{{id: acme-token, name: token, severity: {severity}, format: '{format}'}}]\n")
    };
    with(&rule("high", "acmo_{base62:24}"), 0);
    with(&rule("high", "acme_{base62:24}"), 1);
    with(&rule("high", "acme_{base62:25}"), 0);
    let files = std::fs::read_dir(directory(&repo)).unwrap().count();
    assert_eq!(files, 5, "the key, the newest file and three others");
}

#[test]
fn a_file_that_is_not_whole_or_not_ours_is_left_aside() {
    let repo = sample();
    let expected = report(&cached(&repo, []).run().expect(1))["findings"].clone();
    let whole = std::fs::read(file(&repo)).unwrap();
    let flipped = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        bytes
    };
    let damaged = [
        Vec::new(),
        b"garbage".to_vec(),
        whole[..whole.len() - 1].to_vec(),
        whole[..90].to_vec(),
        flipped(3),
        flipped(80),
        flipped(whole.len() - 1),
    ];
    for bytes in damaged {
        std::fs::write(file(&repo), bytes).unwrap();
        let run = cached(&repo, []).run().expect(1);
        assert_eq!(report(&run)["findings"], expected);
        assert!(
            notes(&run)[0].ends_with("it is damaged, or was not written with this key, so the cache was not used"),
            "{:?}",
            notes(&run)
        );
        assert_eq!(std::fs::read(file(&repo)).unwrap(), whole, "a whole one is put in its place");
    }
    // One that was written with another key is not ours.
    let foreign = cached(&repo, []).env("KEYWARD_CACHE_KEY", "one").run().expect(1);
    assert!(notes(&foreign)[0].contains("not written with this key"), "{:?}", notes(&foreign));
    assert_eq!(notes(&cached(&repo, []).env("KEYWARD_CACHE_KEY", "one").run()).len(), 1);
    assert!(notes(&cached(&repo, []).env("KEYWARD_CACHE_KEY", "two").run())[0].contains("not written with this key"));
}

#[cfg(unix)]
#[test]
fn a_key_that_others_could_have_written_is_not_used() {
    use std::os::unix::fs::PermissionsExt as _;
    let repo = sample();
    cached(&repo, []).run().expect(1);
    let key = directory(&repo).join("key");
    assert_eq!(key.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(directory(&repo).metadata().unwrap().permissions().mode() & 0o777, 0o700);
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o666)).unwrap();
    assert!(notes(&cached(&repo, []).run())[0].contains("not written with this key"));
    assert_eq!(key.metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

/// Adds an id to the cache, as only somebody with the key can.
fn forge(repo: &Repo, id: &str) {
    let key = std::fs::read(directory(repo).join("key")).unwrap();
    let path = file(repo);
    let mut body = std::fs::read(&path).unwrap();
    body.truncate(body.len() - 32);
    body.extend(data_encoding::HEXLOWER.decode(id.as_bytes()).unwrap());
    let pad = |with: u8| -> Vec<u8> { (0..64).map(|at| key.get(at).copied().unwrap_or_default() ^ with).collect() };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(&body).finalize();
    body.extend(Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize());
    std::fs::write(path, body).unwrap();
}

#[test]
fn what_a_change_brings_in_is_read_whatever_the_cache_says() {
    let repo = sample();
    let base = repo.git(&["rev-parse", "HEAD"]);
    repo.commit_file("c.txt", token(2));
    let blob = repo.git(&["rev-parse", "HEAD:c.txt"]);
    cached(&repo, []).run().expect(1);
    forge(&repo, &blob);
    // With the key it is believed: this is what the key is for.
    let whole = report(&cached(&repo, []).run().expect(1));
    assert_eq!(whole["findings"].as_array().unwrap().len(), 1);
    let range = format!("{base}..HEAD");
    let first = format!("{}..HEAD", "0".repeat(40));
    let ranges = [["--range", &range], ["--range", &first], ["--range", "HEAD"]];
    for arguments in ranges.into_iter().chain([["--since", "2024-01-01"], ["--not-in", "nowhere"], ["--not-in", "origin"]]) {
        if arguments == ["--not-in", "origin"] {
            repo.git(&["update-ref", "refs/remotes/origin/main", &base]);
        }
        let run = cached(&repo, arguments).run().expect(1);
        assert!(run.stdout.contains(&token(2)), "{arguments:?}: {}", run.stdout);
    }
    let cache = format!("--cache={}", directory(&repo).display());
    let run = keyward(repo.dir(), ["ci", "--format", "json", "--show-secrets", "--range", &range, &cache]).acme().run().expect(1);
    assert!(run.stdout.contains(&token(2)), "{}", run.stdout);
}

#[test]
fn a_cache_in_the_repository_is_refused() {
    let repo = sample();
    std::fs::create_dir(repo.dir().join("tmp")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(repo.dir().join("tmp"), repo.beside("link")).unwrap();
    let link = repo.beside("link").display().to_string();
    for directory in [".", "tmp", "tmp/../not/there/yet", ".git/cache", &link] {
        if cfg!(unix) || directory != link {
            let run = scan(&repo, []).arg(format!("--cache={directory}")).run().expect(2);
            assert!(run.stderr.contains("the cache must lie outside of the repository"), "{directory}: {}", run.stderr);
        }
    }
    assert!(!repo.dir().join("tmp/key").exists());
}

#[test]
fn the_cache_is_the_users_where_none_is_named() {
    let repo = sample();
    let home = repo.beside("home");
    for (variable, below) in [("XDG_CACHE_HOME", "keyward"), ("HOME", ".cache/keyward")] {
        scan(&repo, ["--cache"]).env(variable, &home).run().expect(1);
        assert!(home.join(below).join("key").is_file(), "{variable}");
    }
}

#[test]
fn findings_are_the_same_with_and_without_as_a_history_grows() {
    for format in ["sha1", "sha256"] {
        let repo = Repo::init_with(&[&format!("--object-format={format}")]);
        let filler = "a line that all versions have\n".repeat(30);
        for step in 0_u64..12 {
            let secret = if step % 3 == 0 { token(step / 2) } else { String::new() };
            repo.stage(&format!("dir{}/a.txt", step % 2), format!("{filler}{secret}\n{step}\n{filler}"));
            repo.stage("b.bin", [b"\0\x01\xff".as_slice(), secret.as_bytes()].concat());
            repo.commit(&format!("Step {step}"));
            if step % 4 == 3 {
                repo.git(&["repack", "--quiet", "-adf"]);
            }
            let with = report(&cached(&repo, []).run().expect(1));
            let without = report(&scan(&repo, []).run().expect(1));
            assert_eq!(with["findings"], without["findings"], "{format}, {step}");
            assert_eq!(with["coverage"]["blobs"], without["coverage"]["blobs"]);
        }
    }
}

#[test]
fn archives_are_opened_again() {
    let repo = Repo::init();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, format!("key: {}\n", token(1)).as_bytes()).unwrap();
    repo.commit_file("a.gz", gzip.finish().unwrap());
    cached(&repo, []).run().expect(0);
    for _ in 0..2 {
        cached(&repo, ["--archives"]).run().expect(1);
    }
}

#[test]
fn a_cache_that_cannot_be_made_is_an_error() {
    let repo = sample();
    std::fs::write(repo.beside("file"), "no directory").unwrap();
    let run = scan(&repo, []).arg(format!("--cache={}", repo.beside("file").display())).run().expect(2);
    assert!(run.stderr.contains("cannot make the directory of the cache"), "{}", run.stderr);
}
