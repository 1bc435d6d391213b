//! Everything that a git repository can hold is looked at, in every kind of repository that git can make: each case
//! is a repository built by git, scanned by the binary.

use crate::support::keyward::{Keyward, Run, keyward, token};
use crate::support::repo::Repo;
use std::io::Write as _;
use std::path::Path;

/// A scan of a history with the rule `acme-token`, told as JSON with secrets in clear.
fn scan<const N: usize>(dir: &Path, args: [&str; N]) -> Keyward {
    args.iter().fold(keyward(dir, ["history", "--format", "json", "--show-secrets"]).acme(), Keyward::arg)
}

/// Path and secret of each finding.
fn found(run: &Run) -> Vec<(String, String)> {
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let text = |finding: &serde_json::Value, key: &str| finding[key].as_str().unwrap().to_owned();
    report["findings"].as_array().unwrap().iter().map(|finding| (text(finding, "path"), text(finding, "secret"))).collect()
}

/// Checks that exactly `secret` is found at `path`.
#[track_caller]
fn assert_found<const N: usize>(name: &str, dir: &Path, args: [&str; N], path: &str, secret: &str) {
    let run = scan(dir, args).run();
    assert_eq!((run.status, found(&run)), (1, vec![(path.to_owned(), secret.to_owned())]), "{name}: {}", run.stderr);
}

/// The blob with this content.
fn blob(repo: &Repo, content: &str) -> String {
    repo.git_with_input(&["hash-object", "-w", "--stdin"], content.as_bytes())
}

/// A tree with the one file `in-tree.txt`.
fn tree(repo: &Repo, content: &str) -> String {
    repo.git_with_input(&["mktree"], format!("100644 blob {}\tin-tree.txt\n", blob(repo, content)).as_bytes())
}

/// Where a secret can stand, the path that it is reported at, and how it gets there.
type Case = (&'static str, &'static str, fn(&Repo, &str));

const MESSAGE: &str = "(commit message)";

/// Each begins with one commit on `main`.
const PLACES: &[Case] = &[
    ("a file that was changed", "a.txt", |repo, secret| {
        repo.commit_file("a.txt", secret);
        repo.commit_file("a.txt", "changed\n");
    }),
    ("a message of a commit", MESSAGE, |repo, secret| drop(repo.commit(&format!("Use\n\nthe key {secret}")))),
    ("an author", MESSAGE, |repo, secret| {
        let author = format!("{secret} <x@example.org>");
        repo.git(&["commit", "--quiet", "--allow-empty", "-m", "By another", "--author", &author]);
    }),
    ("a committer", MESSAGE, |repo, secret| {
        let output =
            repo.try_git(repo.dir(), &["commit", "--quiet", "--allow-empty", "-m", "For another"], &[("GIT_COMMITTER_EMAIL", secret)]);
        assert!(output.status.success());
    }),
    ("the place of a signature", MESSAGE, |repo, secret| {
        let signature = format!("gpgsig -----BEGIN PGP SIGNATURE-----\n Comment: {secret}\n \n iQEz\n -----END PGP SIGNATURE-----");
        let commit = repo.git(&["cat-file", "commit", "HEAD"]).replacen("\n\n", &format!("\n{signature}\n\n"), 1) + "\n";
        let id = repo.git_with_input(&["hash-object", "-t", "commit", "-w", "--stdin"], commit.as_bytes());
        repo.git(&["update-ref", "refs/heads/odd", &id]);
    }),
    ("a header of a commit that git does not know", MESSAGE, |repo, secret| {
        let commit = repo.git(&["cat-file", "commit", "HEAD"]).replacen("\n\n", &format!("\nx-build {secret}\n\n"), 1) + "\n";
        let id = repo.git_with_input(&["hash-object", "-t", "commit", "-w", "--stdin", "--literally"], commit.as_bytes());
        repo.git(&["update-ref", "refs/heads/odd", &id]);
    }),
    ("a message of a tag", MESSAGE, |repo, secret| drop(repo.git(&["tag", "-a", "-m", &format!("key {secret}"), "v1"]))),
    ("a tag of a tag", MESSAGE, |repo, secret| {
        repo.git(&["tag", "-a", "-m", &format!("key {secret}"), "inner"]);
        repo.git(&["tag", "-a", "-m", "outer", "outer", "inner"]);
        repo.git(&["tag", "-d", "inner"]);
    }),
    ("the tag of a blob", "(unreachable)", |repo, secret| drop(repo.git(&["tag", "-a", "-m", "blob", "v1", &blob(repo, secret)]))),
    ("the tag of a tree", "in-tree.txt", |repo, secret| drop(repo.git(&["tag", "-a", "-m", "tree", "v1", &tree(repo, secret)]))),
    ("a reference to a blob", "(unreachable)", |repo, secret| drop(repo.git(&["update-ref", "refs/odd/x", &blob(repo, secret)]))),
    ("a reference to a tree", "in-tree.txt", |repo, secret| drop(repo.git(&["update-ref", "refs/odd/x", &tree(repo, secret)]))),
    ("the oldest stash", "a.txt", |repo, secret| {
        for content in [secret, "second\n", "third\n"] {
            repo.write("a.txt", content);
            repo.git(&["stash", "push", "--quiet"]);
        }
    }),
    ("an untracked file of a stash", "untracked.txt", |repo, secret| {
        repo.write("untracked.txt", secret);
        repo.git(&["stash", "push", "--quiet", "--include-untracked"]);
    }),
    ("what was staged when a stash was made", "a.txt", |repo, secret| {
        repo.stage("a.txt", secret);
        repo.write("a.txt", "after\n");
        repo.git(&["stash", "push", "--quiet"]);
    }),
    ("an amended commit, which the reflog has", "a.txt", |repo, secret| {
        repo.commit_file("a.txt", secret);
        repo.stage("a.txt", "amended\n");
        repo.git(&["commit", "--quiet", "--amend", "--no-edit"]);
    }),
    ("a commit that was reset, which only the reflog of HEAD has", "a.txt", |repo, secret| {
        repo.git(&["checkout", "--quiet", "--detach"]);
        repo.commit_file("a.txt", secret);
        repo.git(&["checkout", "--quiet", "main"]);
    }),
    ("a commit that only an interrupted merge names", "b.txt", |repo, secret| {
        repo.git(&["checkout", "--quiet", "-b", "other"]);
        let commit = repo.commit_file("b.txt", secret);
        repo.git(&["checkout", "--quiet", "main"]);
        repo.git(&["branch", "--quiet", "-D", "other"]);
        repo.git(&["reflog", "expire", "--expire=all", "--all"]);
        std::fs::write(repo.dir().join(".git/MERGE_HEAD"), commit + "\n").unwrap();
    }),
    ("what was fetched and got no name", "b.txt", |repo, secret| {
        let other = Repo::init();
        other.commit_file("b.txt", secret);
        repo.git(&["fetch", "--quiet", other.dir().to_str().unwrap(), "main"]);
    }),
    ("the state before a reset, which has no log", "b.txt", |repo, secret| {
        repo.git(&["config", "core.logAllRefUpdates", "false"]);
        repo.git(&["checkout", "--quiet", "--detach"]);
        repo.commit_file("b.txt", secret);
        repo.git(&["reset", "--quiet", "--hard", "main"]);
        repo.git(&["reflog", "expire", "--expire=all", "--all"]);
    }),
    ("the index", "dir/staged.txt", |repo, secret| {
        repo.stage("dir/staged.txt", secret);
        repo.write("dir/staged.txt", "the work tree is something else\n");
    }),
    ("the index of another work tree", "staged.txt", |repo, secret| {
        let linked = repo.beside("linked");
        repo.git(&["worktree", "add", "--quiet", "--detach", linked.to_str().unwrap()]);
        std::fs::write(linked.join("staged.txt"), secret).unwrap();
        repo.git_in(&linked, &["add", "staged.txt"]);
    }),
    ("the reflog of another work tree", "b.txt", |repo, secret| {
        let linked = repo.beside("linked");
        repo.git(&["worktree", "add", "--quiet", "--detach", linked.to_str().unwrap()]);
        std::fs::write(linked.join("b.txt"), secret).unwrap();
        repo.git_in(&linked, &["add", "b.txt"]);
        repo.git_in(&linked, &["commit", "--quiet", "-m", "Linked"]);
        repo.git_in(&linked, &["reset", "--quiet", "--hard", "HEAD~1"]);
    }),
    ("one side of a conflict in the index", "a.txt", |repo, secret| {
        let stage = format!("100644 {} 2\ta.txt\n", blob(repo, secret));
        repo.git_with_input(&["update-index", "--index-info"], format!("0 {}\ta.txt\n{stage}", "0".repeat(40)).as_bytes());
    }),
    ("what only a merge adds", "evil.txt", |repo, secret| {
        repo.git(&["checkout", "--quiet", "-b", "side"]);
        repo.commit_file("side.txt", "side\n");
        repo.git(&["checkout", "--quiet", "main"]);
        repo.git(&["merge", "--quiet", "--no-commit", "--no-ff", "side"]);
        repo.stage("evil.txt", secret);
        repo.commit("Merge");
    }),
    ("a note", "", |repo, secret| drop(repo.git(&["notes", "add", "-m", secret, "HEAD"]))),
    ("a replacement", "a.txt", |repo, secret| {
        repo.git(&["checkout", "--quiet", "-b", "other"]);
        let other = repo.commit_file("a.txt", secret);
        repo.git(&["checkout", "--quiet", "main"]);
        repo.git(&["replace", "main", &other]);
        repo.git(&["branch", "--quiet", "-D", "other"]);
    }),
    ("a remote branch", "a.txt", |repo, secret| {
        repo.git(&["checkout", "--quiet", "--detach"]);
        let commit = repo.commit_file("a.txt", secret);
        repo.git(&["update-ref", "refs/remotes/origin/topic", &commit]);
        repo.git(&["checkout", "--quiet", "main"]);
    }),
    ("a symbolic link", "link", |repo, secret| {
        let target = blob(repo, &format!("https://example.org/{secret}"));
        repo.git(&["update-index", "--add", "--cacheinfo", &format!("120000,{target},link")]);
        repo.commit("Link");
    }),
    ("a file that became a link", "a.txt", |repo, secret| {
        repo.git(&["update-index", "--cacheinfo", &format!("120000,{},a.txt", blob(repo, secret))]);
        repo.commit("Type change");
    }),
    ("the URL of a submodule", ".gitmodules", |repo, secret| {
        let head = repo.git(&["rev-parse", "HEAD"]);
        repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{head},vendor")]);
        let modules = format!("[submodule \"vendor\"]\n\tpath = vendor\n\turl = https://x:{secret}@example.org/vendor.git\n");
        repo.commit_file(".gitmodules", modules);
    }),
    ("a file under a line that says that it is binary", "a.dat", |repo, secret| {
        repo.commit_file(".gitattributes", "*.dat binary -diff -text\n");
        repo.commit_file("a.dat", secret);
    }),
    ("a file that a filter is to change", "a.dat", |repo, secret| {
        repo.commit_file(".gitattributes", "*.dat filter=hide diff=hide\n");
        for key in ["filter.hide.smudge", "filter.hide.clean", "diff.hide.textconv"] {
            repo.git(&["config", key, "true"]);
        }
        let id = blob(repo, secret);
        repo.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{id},a.dat")]);
        repo.commit("Filtered");
    }),
];

#[test]
fn a_secret_is_found_wherever_a_repository_can_hold_it() {
    for (seed, (name, path, build)) in (100..).zip(PLACES) {
        for format in ["files", "reftable"] {
            let repo = Repo::init_with(&[&format!("--ref-format={format}")]);
            repo.commit_file("a.txt", "first\n");
            let secret = token(seed);
            build(&repo, &secret);
            let path = if *name == "a note" { repo.git(&["rev-parse", "main"]) } else { (*path).to_owned() };
            assert_found(&format!("{name}, {format}"), repo.dir(), [], &path, &secret);
        }
    }
}

#[test]
fn what_nothing_leads_to_is_told_as_such_where_it_is_asked_for() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "first\n");
    let secret = token(1);
    let dangling: [fn(&Repo, &str) -> String; 3] = [
        |repo, secret| blob(repo, secret),
        |repo, secret| tree(repo, &format!("{secret} tree\n")),
        |repo, secret| repo.git(&["commit-tree", "-m", "Lost", &tree(repo, &format!("{secret} commit\n"))]),
    ];
    for build in dangling {
        build(&repo, &secret);
        scan(repo.dir(), []).run().expect(0);
    }
    let run = scan(repo.dir(), ["--unreachable"]).run().expect(1);
    assert!(found(&run).iter().all(|(path, found)| path == "(unreachable)" && *found == secret), "{}", run.stdout);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let blobs: Vec<_> = report["findings"].as_array().unwrap().iter().map(|finding| &finding["commit"]).collect();
    assert!(blobs.iter().all(|commit| *commit == ""), "{blobs:?}");
    let run = keyward(repo.dir(), ["history", "--unreachable"]).acme().run().expect(1);
    assert!(run.stdout.contains("in no commit, but still in the object database"), "{}", run.stdout);
}

/// Forms of content in which a secret is found, each as the bytes of the file `secret.bin`.
fn forms(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    use data_encoding::{BASE64, HEXLOWER};
    let line = format!("API_KEY = \"{secret}\"\n");
    let utf16 = |text: &str, big: bool| -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let percent = secret.replace('_', "%5F");
    let notebook = format!("{{\"cells\": [{{\"source\": [\"key = \\\"{secret}\\\"\\n\"]}}]}}\n");
    vec![
        ("text", line.clone().into_bytes()),
        ("without a line end", secret.as_bytes().to_vec()),
        ("lines that end with a carriage return", format!("one\rtwo\r{line}\rthree\r").into_bytes()),
        ("UTF-8 with a byte order mark", [b"\xef\xbb\xbf", line.as_bytes()].concat()),
        ("UTF-16, little endian, with a mark", [b"\xff\xfe".to_vec(), utf16(&line, false)].concat()),
        ("UTF-16, big endian, with a mark", [b"\xfe\xff".to_vec(), utf16(&line, true)].concat()),
        ("UTF-16, little endian", utf16(&line, false)),
        ("UTF-16, big endian", utf16(&line, true)),
        ("NUL bytes around it", [b"\0\x01\x02\0\0\xff\xfe\0".as_slice(), line.as_bytes(), b"\0\0\x80\x81\0"].concat()),
        ("Latin 1", [b"caf\xe9 = \"\xfc\"\n".as_slice(), line.as_bytes()].concat()),
        ("a terminal's colours", format!("\u{1b}[32mAPI_KEY\u{1b}[0m=\u{1b}[1;33m{secret}\u{1b}[0m\n").into_bytes()),
        ("one line of a megabyte", [" x=1;".repeat(120_000), line.clone(), " y=2;".repeat(120_000)].concat().into_bytes()),
        ("a notebook", notebook.into_bytes()),
        ("base64", format!("data: {}\n", BASE64.encode(line.as_bytes())).into_bytes()),
        ("hexadecimal digits", format!("data: {}\n", HEXLOWER.encode(line.as_bytes())).into_bytes()),
        ("percent escapes", format!("https://example.org/?key={percent}\n").into_bytes()),
    ]
}

#[test]
fn a_secret_is_found_in_every_form_of_content() {
    let secret = token(7);
    for (name, content) in forms(&secret) {
        let repo = Repo::init();
        repo.commit_file("secret.bin", content);
        repo.git(&["rm", "--quiet", "secret.bin"]);
        repo.commit("Remove");
        assert_found(name, repo.dir(), [], "secret.bin", &secret);
        repo.git(&["gc", "--quiet"]);
        assert_found(name, repo.dir(), [], "secret.bin", &secret);
    }
}

/// The same file in archives of all kinds: name of the archive, path of the member, bytes.
fn archives(secret: &str) -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let content = format!("key: {secret}\n");
    let zip = |name: &str| {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
        writer.finish().unwrap().into_inner()
    };
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    builder.append_data(&mut header, "in/a.env", content.as_bytes()).unwrap();
    let tar = builder.into_inner().unwrap();
    let gzip = |bytes: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    bzip2.write_all(&tar).unwrap();
    let mut xz = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(1)).unwrap();
    xz.write_all(&tar).unwrap();
    let zstd = ruzstd::encoding::compress_to_vec(&tar[..], ruzstd::encoding::CompressionLevel::Fastest);
    vec![
        ("a.zip", "in/a.env", zip("in/a.env")),
        ("a.jar", "META-INF/a.properties", zip("META-INF/a.properties")),
        ("a.docx", "word/document.xml", zip("word/document.xml")),
        ("a.tar", "in/a.env", tar.clone()),
        ("a.tar.gz", "in/a.env", gzip(&tar)),
        ("a.tar.bz2", "in/a.env", bzip2.finish().unwrap()),
        ("a.tar.xz", "in/a.env", xz.finish().unwrap()),
        ("a.tar.zst", "in/a.env", zstd),
    ]
}

#[test]
fn a_secret_is_found_in_archives_of_every_kind() {
    let secret = token(8);
    for (name, member, content) in archives(&secret) {
        let repo = Repo::init();
        repo.commit_file(name, content);
        assert_found(name, repo.dir(), ["--archives"], &format!("{name}!{member}"), &secret);
    }
}

/// Kinds of repositories, made of one whose history holds a secret: where the scan goes to.
type Make = fn(&Repo) -> std::path::PathBuf;

const KINDS: &[(&str, Make)] = &[
    ("loose objects", |repo| repo.dir().to_owned()),
    ("the repository itself", |repo| repo.dir().join(".git")),
    ("a directory in it", |repo| {
        std::fs::create_dir(repo.dir().join("below")).unwrap();
        repo.dir().join("below")
    }),
    ("one pack", |repo| {
        repo.git(&["gc", "--quiet"]);
        repo.dir().to_owned()
    }),
    ("a commit-graph and packed references", |repo| {
        repo.git(&["gc", "--quiet"]);
        repo.git(&["commit-graph", "write", "--reachable"]);
        repo.git(&["pack-refs", "--all"]);
        repo.dir().to_owned()
    }),
    ("several packs under a multi-pack-index", |repo| {
        repo.git(&["repack", "--quiet", "-d"]);
        repo.commit_file("more.txt", "more\n");
        repo.git(&["repack", "--quiet", "-d"]);
        repo.git(&["multi-pack-index", "write"]);
        repo.dir().to_owned()
    }),
    ("a pack that is kept", |repo| {
        repo.git(&["repack", "--quiet", "-a", "-d"]);
        for pack in packs(repo) {
            std::fs::write(pack.with_extension("keep"), "kept\n").unwrap();
        }
        repo.commit_file("more.txt", "more\n");
        repo.git(&["gc", "--quiet"]);
        assert_eq!(packs(repo).len(), 2);
        repo.dir().to_owned()
    }),
    ("the same objects in two packs and loose", |repo| {
        let ids: Vec<String> = repo.git(&["rev-list", "--objects", "--no-object-names", "--all"]).lines().map(str::to_owned).collect();
        let base = repo.dir().join(".git/objects/pack/pack");
        for some in [&ids[..], &ids[1..]] {
            repo.git_with_input(&["pack-objects", "--quiet", base.to_str().unwrap()], (some.join("\n") + "\n").as_bytes());
        }
        assert_eq!(packs(repo).len(), 2);
        repo.dir().to_owned()
    }),
    ("a bare clone", |repo| {
        let path = repo.beside("bare.git");
        repo.git(&["clone", "--quiet", "--bare", "--no-local", repo.dir().to_str().unwrap(), path.to_str().unwrap()]);
        path
    }),
    ("a clone that borrows its objects", |repo| {
        let path = repo.beside("borrowing");
        repo.git(&["clone", "--quiet", "--shared", repo.dir().to_str().unwrap(), path.to_str().unwrap()]);
        assert!(path.join(".git/objects/info/alternates").is_file());
        path
    }),
    ("a linked work tree", |repo| {
        let path = repo.beside("linked");
        repo.git(&["worktree", "add", "--quiet", "--detach", path.to_str().unwrap()]);
        path
    }),
    ("a repository whose directory lies elsewhere", |repo| {
        let path = repo.beside("moved");
        repo.git(&[
            "clone",
            "--quiet",
            "--separate-git-dir",
            repo.beside("elsewhere").to_str().unwrap(),
            repo.dir().to_str().unwrap(),
            path.to_str().unwrap(),
        ]);
        path
    }),
    ("a submodule", |repo| {
        let above = repo.beside("above");
        repo.git(&["init", "--quiet", above.to_str().unwrap()]);
        repo.git_in(&above, &["submodule", "--quiet", "add", repo.dir().to_str().unwrap(), "below"]);
        assert!(above.join("below/.git").is_file());
        above.join("below")
    }),
];

/// The packs of a repository.
fn packs(repo: &Repo) -> Vec<std::path::PathBuf> {
    let files = std::fs::read_dir(repo.dir().join(".git/objects/pack")).unwrap();
    files.map(|file| file.unwrap().path()).filter(|path| path.extension().is_some_and(|extension| extension == "pack")).collect()
}

#[test]
fn a_secret_of_the_past_is_found_in_every_kind_of_repository() {
    let formats = [["files", "sha1"], ["files", "sha256"], ["reftable", "sha1"], ["reftable", "sha256"]];
    for [references, objects] in formats {
        for (seed, (name, make)) in (200..).zip(KINDS) {
            let repo = Repo::init_with(&[&format!("--ref-format={references}"), &format!("--object-format={objects}")]);
            let (secret, lines) = (token(seed), "a line\n".repeat(40));
            repo.commit_file("dir/a.txt", format!("{lines}{secret}\n"));
            repo.commit_file("dir/a.txt", format!("{lines}gone\n"));
            repo.git(&["tag", "-a", "-m", "Tagged", "v1"]);
            let dir = make(&repo);
            assert_found(&format!("{name}, {references}, {objects}"), &dir, [], "dir/a.txt", &secret);
        }
    }
}

#[test]
fn what_a_clone_lacks_is_told_and_makes_the_scan_incomplete() {
    let origin = Repo::init();
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    for number in 0..3 {
        origin.commit_file("dir/a.txt", format!("version {number}\n"));
    }
    let secret = token(9);
    origin.commit_file("b.txt", &secret);
    let blob = origin.git(&["rev-parse", "HEAD~3:dir/a.txt"]);
    let tree = origin.git(&["rev-parse", "HEAD~3:dir"]);
    for (arguments, said) in [
        (&["--depth=1"][..], "missing from the object database: history (shallow clone: fetch the whole history".to_owned()),
        (&["--filter=blob:none"], format!("blob {blob}")),
        (&["--filter=tree:0", "--no-checkout"], "missing from the object database".to_owned()),
        (&["--filter=tree:1"], format!("tree {tree}")),
    ] {
        let clone = Repo::clone_of(&origin, arguments);
        let run = keyward(clone.dir(), ["history", "--exclude", "b.txt"]).acme().run().expect(2);
        assert!(run.stdout.contains(&said), "{arguments:?}: {}", run.stdout);
        let run = keyward(clone.dir(), ["history"]).acme().run();
        let has_checkout = !arguments.contains(&"--no-checkout");
        assert_eq!((run.status, run.stdout.contains("b.txt:1:1")), if has_checkout { (1, true) } else { (2, false) }, "{arguments:?}");
    }
}
