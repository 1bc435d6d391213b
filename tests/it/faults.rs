//! Damaged repositories: the rest is scanned, what could not be read is named, and the exit status says so.

use crate::support::keyward::{Keyward, keyward, token};
use crate::support::repo::Repo;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Checks that a scan finds the secret of `healthy.txt`, names what contains `what` as not scanned, and is incomplete.
#[track_caller]
fn assert_named(repo: &Repo, what: &str, reasons: &[&str]) {
    let run = keyward(repo.dir(), ["history", "--format", "json"]).acme().run().expect(1);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["findings"][0]["path"], "healthy.txt", "{}", run.stdout);
    let skips = report["coverage"]["skips"].as_array().unwrap();
    let is_named = |skip: &&serde_json::Value| skip["what"].as_str().unwrap().contains(what);
    let skip = skips.iter().find(is_named).unwrap_or_else(|| panic!("{what} is not in {skips:?}"));
    assert!(reasons.contains(&skip["reason"].as_str().unwrap()), "{skip}");
    // Without findings the status is that of an incomplete scan.
    let run = keyward(repo.dir(), ["history", "--min-severity", "critical"]).acme().run().expect(2);
    assert!(run.stdout.contains("INCOMPLETE") && run.stdout.contains(what), "{}", run.stdout);
}

/// A repository with a secret in a file, beside which a fault is to be put.
fn healthy() -> Repo {
    let repo = Repo::init();
    repo.commit_file("healthy.txt", token(1));
    repo
}

/// An entry of a pack that is made by hand.
struct Entry {
    /// As in entries of packs: 3 for a blob, 6 for a delta of an earlier entry of this pack.
    kind: u8,
    /// The size that the entry claims.
    claimed: u64,
    /// For a delta the number of its base.
    base: usize,
    /// What is stored.
    content: Vec<u8>,
    /// The id under which the index lists it.
    id: Vec<u8>,
}

impl Entry {
    fn blob(content: &[u8]) -> Entry {
        Entry { kind: 3, claimed: content.len() as u64, base: 0, content: content.to_vec(), id: blob_id(content) }
    }

    /// The delta that makes `result` of the entry `base`.
    fn delta(base: usize, instructions: Vec<u8>, result: &[u8]) -> Entry {
        Entry { kind: 6, claimed: instructions.len() as u64, base, content: instructions, id: blob_id(result) }
    }
}

fn blob_id(content: &[u8]) -> Vec<u8> {
    gix::objs::compute_hash(gix::hash::Kind::Sha1, gix::objs::Kind::Blob, content).unwrap().as_slice().to_vec()
}

fn hex(id: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(id)
}

/// A size as deltas write it.
fn size(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7f {
        bytes.push(0x80 | u8::try_from(number & 0x7f).unwrap());
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap());
    bytes
}

/// The instruction that copies from the base.
fn copy(from: u16, length: u16) -> Vec<u8> {
    [&[0x80 | 0x03 | 0x30][..], &from.to_le_bytes(), &length.to_le_bytes()].concat()
}

/// The instruction that puts in bytes.
fn insert(bytes: &[u8]) -> Vec<u8> {
    [&[u8::try_from(bytes.len()).unwrap()][..], bytes].concat()
}

/// Puts a pack of these entries, and its index, into the repository.
fn add_pack(repo: &Repo, entries: &[Entry]) -> PathBuf {
    let mut pack = b"PACK\0\0\0\x02".to_vec();
    pack.extend(u32::try_from(entries.len()).unwrap().to_be_bytes());
    let mut offsets: Vec<u32> = Vec::new();
    for entry in entries {
        let offset = pack.len();
        offsets.push(u32::try_from(offset).unwrap());
        let first = entry.kind << 4 | u8::try_from(entry.claimed & 15).unwrap();
        match entry.claimed >> 4 {
            0 => pack.push(first),
            rest => pack.extend([vec![first | 0x80], size(rest)].concat()),
        }
        if entry.kind == 6 {
            let mut distance = offset - offsets[entry.base] as usize;
            let mut bytes = vec![u8::try_from(distance & 0x7f).unwrap()];
            while distance > 0x7f {
                distance = (distance >> 7) - 1;
                bytes.push(0x80 | u8::try_from(distance & 0x7f).unwrap());
            }
            pack.extend(bytes.iter().rev());
        }
        let mut encoder = flate2::write::ZlibEncoder::new(&mut pack, flate2::Compression::fast());
        encoder.write_all(&entry.content).unwrap();
        encoder.finish().unwrap();
    }
    let checksum = |bytes: &[u8]| {
        let mut hasher = gix::hash::hasher(gix::hash::Kind::Sha1);
        hasher.update(bytes);
        hasher.try_finalize().unwrap().as_slice().to_vec()
    };
    let of_pack = checksum(&pack);
    pack.extend(&of_pack);
    let mut sorted: Vec<(&[u8], u32)> = entries.iter().map(|entry| entry.id.as_slice()).zip(offsets).collect();
    sorted.sort_unstable();
    let mut index = b"\xfftOc\0\0\0\x02".to_vec();
    for byte in 0..=255_u8 {
        index.extend(u32::try_from(sorted.partition_point(|(id, _)| id[0] <= byte)).unwrap().to_be_bytes());
    }
    index.extend(sorted.iter().flat_map(|(id, _)| *id));
    index.extend(sorted.iter().flat_map(|_| [0; 4]));
    index.extend(sorted.iter().flat_map(|(_, offset)| offset.to_be_bytes()));
    index.extend(&of_pack);
    let of_index = checksum(&index);
    index.extend(of_index);
    let path = repo.dir().join(".git/objects/pack").join(format!("pack-{}.pack", hex(&of_pack)));
    std::fs::write(&path, pack).unwrap();
    std::fs::write(path.with_extension("idx"), index).unwrap();
    path
}

/// Commits a tree that has the blob `id` beside what HEAD has, whether it can be read or not.
fn commit_blob(repo: &Repo, id: &[u8]) {
    let tree = format!("{}\n100644 blob {}\tother.txt\n", repo.git(&["ls-tree", "HEAD"]), hex(id));
    let tree = repo.git_with_input(&["mktree", "--missing"], tree.as_bytes());
    let commit = repo.git(&["commit-tree", "-p", "HEAD", "-m", "Other", &tree]);
    repo.git(&["update-ref", "HEAD", &commit]);
}

/// The only pack.
fn pack_of(repo: &Repo) -> PathBuf {
    let mut packs = std::fs::read_dir(repo.dir().join(".git/objects/pack")).unwrap().map(|entry| entry.unwrap().path());
    packs.find(|path| path.extension().is_some_and(|extension| extension == "pack")).unwrap()
}

/// Writes a file that git made read-only.
fn overwrite(path: &Path, bytes: &[u8]) {
    std::fs::remove_file(path).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// Offset and length in the pack of an object, as git tells them.
fn stored(repo: &Repo, id: &str) -> (usize, usize) {
    let listed = repo.git(&["verify-pack", "-v", pack_of(repo).with_extension("idx").to_str().unwrap()]);
    let line = listed.lines().find(|line| line.starts_with(id)).unwrap();
    let numbers: Vec<usize> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    (numbers[2], numbers[1])
}

#[test]
fn a_damaged_stream_in_a_pack_is_named() {
    // A flipped bit in the content, one in the checksum of the stream, and one in the entry's header.
    for fault in ["content", "checksum", "header"] {
        let repo = healthy();
        repo.commit_file("other.txt", "incompressible 7f3a9c51e0b8d246\n");
        let id = repo.git(&["rev-parse", "HEAD:other.txt"]);
        repo.git(&["repack", "-adq"]);
        let (offset, length) = stored(&repo, &id);
        let mut pack = std::fs::read(pack_of(&repo)).unwrap();
        let at = match fault {
            "content" => offset + length / 2,
            "checksum" => offset + length - 2,
            _ => offset,
        };
        pack[at] ^= 0x40;
        overwrite(&pack_of(&repo), &pack);
        assert_named(&repo, &id, &["corrupt"]);
    }
}

#[test]
fn a_wrong_crc_in_an_index_hides_nothing() {
    let repo = healthy();
    repo.git(&["repack", "-adq"]);
    let path = pack_of(&repo).with_extension("idx");
    let mut index = std::fs::read(&path).unwrap();
    let count = usize::try_from(u32::from_be_bytes(index[8 + 255 * 4..8 + 256 * 4].try_into().unwrap())).unwrap();
    let crcs = 8 + 256 * 4 + count * 20;
    index[crcs..crcs + count * 4].fill(0x5a);
    overwrite(&path, &index);
    let run = keyward(repo.dir(), ["history"]).acme().run().expect(1);
    assert!(run.stdout.contains("healthy.txt:1:1") && !run.stdout.contains("INCOMPLETE"), "{}", run.stdout);
}

#[test]
fn an_entry_of_the_index_with_a_damaged_mode_is_scanned() {
    let repo = healthy();
    repo.write(".gitignore", "*.env\n");
    repo.stage("staged.env", token(5));
    let path = repo.dir().join(".git/index");
    let mut index = std::fs::read(&path).unwrap();
    // The path comes behind 62 bytes, of which the mode is the seventh four.
    let mode = index.windows(10).position(|at| at == b"staged.env").unwrap() - 62 + 24;
    assert_eq!(index[mode..mode + 4], [0, 0, 0x81, 0xa4]);
    index[mode + 2] = 0x70;
    std::fs::write(&path, index).unwrap();
    for command in ["history", "staged"] {
        let run = keyward(repo.dir(), [command]).acme().run().expect(1);
        assert!(run.stdout.contains("staged.env:1:1"), "{command}: {}", run.stdout);
    }
    let run = keyward(repo.dir(), ["scan"]).acme().run().expect(1);
    assert!(run.stdout.contains(".git/index ("), "its checksum is wrong: {}", run.stdout);
}

#[test]
fn what_a_truncated_pack_lacks_is_named() {
    let repo = healthy();
    for number in 0..20 {
        repo.stage(&format!("with-{number:02}.txt"), token(100 + number).repeat(4));
    }
    repo.commit("Many");
    repo.git(&["repack", "-adq"]);
    let ids: Vec<String> = repo.git(&["ls-tree", "-r", "--object-only", "HEAD"]).lines().map(str::to_owned).collect();
    let last = ids.iter().max_by_key(|id| stored(&repo, id).0).unwrap().clone();
    let healthy = stored(&repo, &repo.git(&["rev-parse", "HEAD:healthy.txt"])).0;
    let cut = stored(&repo, &last).0 + 5;
    assert!(healthy < cut);
    let pack = std::fs::read(pack_of(&repo)).unwrap();
    overwrite(&pack_of(&repo), &pack[..cut]);
    let run = keyward(repo.dir(), ["history"]).acme().run();
    assert!(run.stdout.contains("healthy.txt:1:1") && run.stdout.contains(&format!("blob {last}")), "{}", run.stdout);
    assert!(run.stdout.contains("INCOMPLETE"), "{}", run.stdout);
    // A pack without content at all: every object is named or the scan refused.
    overwrite(&pack_of(&repo), &pack[..12]);
    let run = keyward(repo.dir(), ["history"]).acme().run().expect(2);
    assert!(run.stdout.contains("INCOMPLETE") || run.stderr.contains("keyward: error"), "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_missing_or_damaged_tree_is_named() {
    for damage in [false, true] {
        let repo = healthy();
        repo.commit_file("dir/below.txt", "below\n");
        let id = repo.git(&["rev-parse", "HEAD:dir"]);
        let path = repo.dir().join(".git/objects").join(&id[..2]).join(&id[2..]);
        std::fs::remove_file(&path).unwrap();
        if damage {
            std::fs::write(&path, b"x\x9c no stream").unwrap();
        }
        assert_named(&repo, &format!("tree {id}"), &["missing", "corrupt"]);
    }
}

#[test]
fn deltas_that_lie_about_sizes_are_named() {
    let base = "a line of the base\n".repeat(20);
    let whole = copy(0, u16::try_from(base.len()).unwrap());
    let (length, result) = (base.len() as u64, format!("{base}more\n"));
    for (base_size, result_size, instructions) in [
        // For another base, with a larger result, with a smaller one, with one of terabytes.
        (length + 1, length + 5, [whole.clone(), insert(b"more\n")].concat()),
        (length, length + 500, [whole.clone(), insert(b"more\n")].concat()),
        (length, length, [whole.clone(), insert(b"more\n")].concat()),
        (length, 1 << 42, [whole.clone(), insert(b"more\n")].concat()),
        // A copy from beyond the end, an instruction that is cut short, and the one that is reserved.
        (length, length, copy(300, 200)),
        (length, length + 9, [whole.clone(), vec![9, b'x']].concat()),
        (length, length, [whole.clone(), vec![0]].concat()),
    ] {
        let repo = healthy();
        let delta = Entry::delta(0, [size(base_size), size(result_size), instructions].concat(), result.as_bytes());
        let id = delta.id.clone();
        add_pack(&repo, &[Entry::blob(base.as_bytes()), delta]);
        commit_blob(&repo, &id);
        assert_named(&repo, &format!("blob {}", hex(&id)), &["corrupt", "too-large"]);
    }
}

#[test]
fn claimed_sizes_are_not_believed() {
    for claimed in [3, 100, 4 << 30, (1 << 40) + 7] {
        let repo = healthy();
        let entry = Entry { claimed, ..Entry::blob(b"of a few bytes\n") };
        let id = entry.id.clone();
        add_pack(&repo, &[entry]);
        commit_blob(&repo, &id);
        assert_named(&repo, &format!("blob {}", hex(&id)), &["corrupt", "too-large"]);
    }
}

/// Two deltas of a thousand instructions that make two gigabytes of a few bytes, in a process that has one.
#[cfg(target_os = "linux")]
#[test]
fn a_delta_that_makes_gigabytes_is_named_and_not_built() {
    const PIECE: u64 = 0xff_ffff;
    let repo = healthy();
    let base = "a".repeat(0xffff);
    let large = 1000 * base.len() as u64;
    let delta =
        |base_size: u64, result: u64, instruction: &[u8], count: usize| [size(base_size), size(result), instruction.repeat(count)].concat();
    let first = delta(base.len() as u64, large, &copy(0, 0xffff), 1000);
    let second = delta(large, 120 * PIECE, &[0xf0, 0xff, 0xff, 0xff], 120);
    let entries = [Entry::blob(base.as_bytes()), Entry::delta(0, first, b"large"), Entry::delta(1, second, b"huge")];
    add_pack(&repo, &entries);
    commit_blob(&repo, &entries[2].id);
    let rules = repo.beside("acme.yaml");
    std::fs::write(&rules, crate::support::keyward::RULES).unwrap();
    let mut command = repo.command("sh", repo.dir());
    command.args(["-c", "ulimit -v 1000000; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_keyward"), "history", "--threads", "2"]);
    let output = command.args(["--disable", "all", "--rules", "acme-token", "--rule-file"]).arg(&rules).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("healthy.txt:1:1") && text.contains(&format!("too large: blob {}", hex(&entries[2].id))), "{text}");
}

#[test]
fn a_chain_of_ten_thousand_deltas_is_read() {
    const LENGTH: usize = 10_000;
    let repo = healthy();
    let filler = "the same in all versions\n".repeat(8);
    let text = |number: usize| {
        let secret = if number == LENGTH { token(2) } else { String::new() };
        (format!("{number:05} {secret}\n"), filler.clone())
    };
    let whole = |number: usize| [text(number).0, text(number).1].concat();
    let mut entries = vec![Entry::blob(whole(0).as_bytes())];
    for number in 1..=LENGTH {
        let (before, (head, tail)) = (text(number - 1), text(number));
        let from = u16::try_from(before.0.len()).unwrap();
        let instructions = [
            size(whole(number - 1).len() as u64),
            size(whole(number).len() as u64),
            insert(head.as_bytes()),
            copy(from, u16::try_from(tail.len()).unwrap()),
        ];
        entries.push(Entry::delta(number - 1, instructions.concat(), whole(number).as_bytes()));
    }
    let last = entries[LENGTH].id.clone();
    add_pack(&repo, &entries);
    commit_blob(&repo, &last);
    let run = keyward(repo.dir(), ["history", "--unreachable", "--format", "json", "--show-secrets"]).acme().run().expect(1);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["coverage"]["skips"], serde_json::json!([]));
    assert_eq!(report["coverage"]["blobs"], 10_002);
    assert_eq!(report["findings"][1]["secret"], token(2), "{}", run.stdout);
}

#[test]
fn deltas_that_are_built_on_each_other_are_named() {
    let repo = healthy();
    let base = Entry::blob(b"base\n");
    let delta = Entry::delta(0, [size(5), size(5), copy(0, 5)].concat(), b"circle\n");
    let id = delta.id.clone();
    let path = add_pack(&repo, &[base, delta]);
    // The distance to the base becomes zero: the entry is built on itself.
    let mut pack = std::fs::read(&path).unwrap();
    let at = pack.len() - 20;
    let entry = (12..at).rev().find(|at| pack[*at] >> 4 == 6 && pack[at + 2] == 0x78).unwrap();
    pack[entry + 1] = 0;
    overwrite(&path, &pack);
    commit_blob(&repo, &id);
    assert_named(&repo, &format!("blob {}", hex(&id)), &["corrupt"]);
}

#[test]
fn a_promisor_that_vanished_is_not_asked() {
    let origin = healthy();
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    origin.commit_file("old.txt", "old\n");
    let old = origin.git(&["rev-parse", "HEAD:old.txt"]);
    origin.git(&["rm", "--quiet", "old.txt"]);
    origin.commit("Remove");
    let clone = Repo::clone_of(&origin, &["--filter=blob:none"]);
    drop(origin);
    assert_named(&clone, &format!("blob {old}"), &["missing"]);
}

#[test]
#[cfg(unix)]
fn pipes_in_the_place_of_what_git_remembers_are_not_waited_for() {
    let repo = healthy();
    for name in ["FETCH_HEAD", "MERGE_HEAD", "ORIG_HEAD"] {
        assert!(std::process::Command::new("mkfifo").arg(repo.dir().join(".git").join(name)).status().unwrap().success());
    }
    let run = keyward(repo.dir(), ["history"]).acme().run().expect(1);
    assert!(run.stdout.contains("healthy.txt:1:1"), "{}", run.stdout);
    repo.write("staged.txt", token(2));
    repo.git(&["add", "staged.txt"]);
    let run = keyward(repo.dir(), ["staged"]).acme().run().expect(1);
    assert!(run.stdout.contains("staged.txt:1:1"), "{}", run.stdout);
}

/// Puts a pipe in the place of a file of the repository.
#[cfg(unix)]
fn pipe(repo: &Repo, name: &str) {
    let path = repo.dir().join(".git").join(name);
    drop(std::fs::remove_file(&path));
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success(), "{}", path.display());
}

#[test]
#[cfg(unix)]
fn pipes_in_the_place_of_what_is_opened_are_named_and_not_waited_for() {
    let files = ["HEAD", "config", "commondir", "index", "packed-refs", "shallow", "refs/heads/main"];
    for name in files.into_iter().chain(["objects/info/alternates", "objects/pack/multi-pack-index"]) {
        let repo = healthy();
        pipe(&repo, name);
        for command in ["history", "staged"] {
            let run = keyward(repo.dir(), [command]).acme().run().expect(2);
            assert!(run.stderr.contains(name.rsplit('/').next().unwrap()), "{name}: {}", run.stderr);
        }
        // A scan of the work tree reads no references.
        let run = keyward(repo.dir(), ["scan"]).acme().run().expect(1);
        assert!(run.stdout.contains("healthy.txt:1:1"), "{name}: {}", run.stdout);
        assert_eq!(run.stdout.contains("a pipe or device"), name != "refs/heads/main", "{name}: {}", run.stdout);
    }
    let repo = healthy();
    pipe(&repo, "info/exclude");
    let run = keyward(repo.dir(), ["scan"]).acme().run().expect(1);
    assert!(run.stdout.contains("regular files: .git/info/exclude"), "{}", run.stdout);
    for ending in ["idx", "pack"] {
        let repo = healthy();
        repo.git(&["repack", "-a", "-d", "--quiet"]);
        let pack = pack_of(&repo).with_extension(ending);
        pipe(&repo, pack.strip_prefix(repo.dir().join(".git")).unwrap().to_str().unwrap());
        let run = keyward(repo.dir(), ["history"]).acme().run().expect(2);
        assert!(run.stderr.contains(&format!(".{ending}: a pipe or device")), "{}", run.stderr);
    }
}

#[test]
#[cfg(unix)]
fn what_a_repository_borrows_through_others_is_found_and_what_cannot_be_is_named() {
    let base = healthy();
    // Each is deeper in the directories than the one that it borrows from, by a path that starts at its own.
    let clone = |from: &Path, to: &str| {
        let to = base.beside(to);
        base.git(&["clone", "--quiet", "--shared", from.to_str().unwrap(), to.to_str().unwrap()]);
        to
    };
    let middle = clone(base.dir(), "a/middle");
    let top = clone(&middle, "b/c/top");
    let alternates = ".git/objects/info/alternates";
    std::fs::write(middle.join(alternates), "../../../../repo/.git/objects\n").unwrap();
    std::fs::write(top.join(alternates), "../../../../../a/middle/.git/objects\n").unwrap();
    base.git_in(&top, &["fsck"]);
    let run = keyward(&top, ["history"]).acme().run().expect(1);
    assert!(run.stdout.contains("healthy.txt:1:1"), "{}", run.stdout);
    std::fs::write(base.dir().join(alternates), format!("{}\n", top.join(".git/objects").display())).unwrap();
    let run = keyward(&top, ["history"]).acme().run().expect(1);
    assert!(run.stdout.contains("healthy.txt:1:1"), "{}", run.stdout);
    for (named, status) in [("/dev/null", 2), (top.join(".git/config").to_str().unwrap(), 2), ("/no/such/directory", 1)] {
        std::fs::write(base.dir().join(alternates), format!("{named}\n")).unwrap();
        let run = keyward(&top, ["history"]).acme().run().expect(status);
        let is_told = run.stderr.contains(&format!("names {named}, which is no directory: take the line out"));
        assert_eq!(is_told, status == 2, "{}", run.stderr);
    }
}

#[test]
#[cfg(unix)]
fn object_directories_in_a_circle_are_read_once_each() {
    let base = healthy();
    base.git(&["repack", "--quiet", "-a", "-d"]);
    let other = base.beside("other");
    base.git(&["clone", "--quiet", "--shared", base.dir().to_str().unwrap(), other.to_str().unwrap()]);
    std::fs::write(other.join("own.txt"), token(8)).unwrap();
    base.git_in(&other, &["add", "own.txt"]);
    base.git_in(&other, &["commit", "--quiet", "-m", "Own"]);
    let borrow = |by: &Path, from: &Path| {
        let list = by.join(".git/objects/info/alternates");
        std::fs::write(list, format!("{}\n", from.join(".git/objects").display())).unwrap();
    };
    borrow(base.dir(), &other);
    let temporary = base.beside("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let run = |dir: &Path, args: &[&str]| {
        let run = args.iter().fold(keyward(dir, []), Keyward::arg);
        run.env("TMPDIR", &temporary).acme().run()
    };
    base.git_in(&other, &["rev-parse", "HEAD~1"]);
    for args in [&["history"][..], &["history", "--unreachable"], &["history", "--full"], &["history", "--range", "HEAD"]] {
        let run = run(&other, args).expect(1);
        assert!(run.stdout.contains("healthy.txt:1:1") && run.stdout.contains("own.txt:1:1"), "{args:?}: {}", run.stdout);
        let run = run.stdout.lines().find(|line| line.starts_with("scanned ")).unwrap().to_owned();
        assert!(!run.contains("not scanned"), "{run}");
    }
    let added = run(&other, &["history", "--range", "HEAD~1..HEAD"]).expect(1);
    assert!(!added.stdout.contains("healthy.txt") && added.stdout.contains("own.txt:1:1"), "{}", added.stdout);
    run(&other, &["staged"]).expect(0);
    let tree = run(&other, &["scan"]).expect(1);
    assert!(!tree.stdout.contains("INCOMPLETE") && tree.stderr.is_empty(), "{tree:?}");
    // What borrows from itself alone is a circle too.
    borrow(base.dir(), base.dir());
    assert!(run(base.dir(), &["history"]).expect(1).stdout.contains("healthy.txt:1:1"));
    std::fs::remove_file(base.dir().join("healthy.txt")).unwrap();
    base.git(&["rm", "--quiet", "--cached", "healthy.txt"]);
    base.commit("Clean");
    run(base.dir(), &["history", "--range", "HEAD~1..HEAD"]).expect(0);
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0);
    // Where no links can be made, it says what to do.
    let run = keyward(base.dir(), ["history"]).env("TMPDIR", base.beside("none")).acme().run().expect(2);
    assert!(run.stderr.contains("take the line that leads back out of `objects/info/alternates`"), "{}", run.stderr);
}

#[test]
#[cfg(unix)]
fn logs_and_work_trees_that_cannot_be_read_are_named() {
    use std::os::unix::fs::PermissionsExt as _;
    for name in ["logs", "logs/refs/heads/main", "worktrees", "worktrees/linked", "ORIG_HEAD"] {
        let repo = healthy();
        repo.git(&["worktree", "add", "--quiet", "--detach", "../linked"]);
        repo.git(&["update-ref", "ORIG_HEAD", "HEAD"]);
        let path = repo.dir().join(".git").join(name);
        let was = std::fs::metadata(&path).unwrap().permissions();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
        // The administrator may read everything.
        let is_refused = std::fs::read_dir(&path).is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied)
            || std::fs::read(&path).is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied);
        let run = keyward(repo.dir(), ["history", "--format", "json"]).acme().run().expect(1);
        std::fs::set_permissions(&path, was).unwrap();
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(report["coverage"]["complete"], !is_refused, "{name}: {}", report["coverage"]);
    }
}
