//! Packs that anybody may have made: entries of all kinds, most of which name each other as git's do, and some of which
//! lie about sizes, bases and contents, in a repository whose branch leads to the first of them. Whatever they are, a
//! scan comes to an end and names what it cannot read; what it reads is what a reader of single objects reads.
#![no_main]

#[path = "parts/objects.rs"]
mod objects;
#[path = "parts/size.rs"]
mod size;

use keyward::blob::{Blob, ObjectKind, Origin, Skip};
use keyward::sources::Sink;
use keyward::sources::git::{GitEnvironment, Repository};
use keyward::sources::history::{History, HistoryOptions};
use libfuzzer_sys::fuzz_target;
use size::delta_size;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};

/// An entry: kind, what is wrong with it, base, bytes.
type Entry = (u8, u8, u8, Vec<u8>);

/// More entries say nothing new.
const MOST: usize = 40;

/// A repository without a pack.
static REPOSITORY: LazyLock<PathBuf> = LazyLock::new(|| {
    let shared = Path::new("/dev/shm");
    let above = if shared.is_dir() { shared.to_owned() } else { std::env::temp_dir() };
    let top = above.join(format!("keyward-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(top.join("objects/pack")).expect("a directory can be made");
    std::fs::create_dir_all(top.join("refs")).expect("a directory can be made");
    for (name, text) in [
        ("HEAD", "ref: refs/heads/main\n".to_owned()),
        ("config", "[core]\n\trepositoryformatversion = 0\n\tbare = true\n".to_owned()),
        ("packed-refs", format!("{} refs/heads/main\n", "01".repeat(20))),
    ] {
        std::fs::write(top.join(name), text).expect("a file can be written");
    }
    top
});

/// Keeps blobs by id, in hex.
#[derive(Default)]
struct Kept(Mutex<BTreeMap<String, Vec<u8>>>);

impl Sink for Kept {
    fn blob(&self, blob: Blob<'_>) {
        if let Origin::Object { id, kind: ObjectKind::Blob } = blob.origin {
            let before = self.0.lock().expect("no thread panics").insert(id, blob.bytes.to_vec());
            assert!(before.is_none(), "each object is read once");
        }
    }

    fn is_leak(&self, name: &str) -> bool {
        name.len() % 2 == 0
    }

    fn skip(&self, _skip: Skip) {}
}

fuzz_target!(|entries: Vec<Entry>| {
    let entries = &entries[..entries.len().min(MOST)];
    let (pack, offsets) = pack(entries);
    let directory = REPOSITORY.join("objects/pack");
    std::fs::write(directory.join("pack-1.pack"), pack).expect("the pack can be written");
    std::fs::write(directory.join("pack-1.idx"), index(&offsets)).expect("the index can be written");
    let options = HistoryOptions { repo: REPOSITORY.clone(), unreachable: true, threads: 1, ..HistoryOptions::default() };
    let environment = GitEnvironment::none(&REPOSITORY);
    let Ok(history) = History::open_in(options, &environment) else { return };
    let kept = Kept::default();
    history.scan(&kept).expect("what cannot be read is a skip");
    let blobs = kept.0.into_inner().expect("no thread panics");
    let reader = Repository::open(&REPOSITORY, &environment).expect("it was opened before").objects().reader(0);
    let mut content = Vec::new();
    for (id, bytes) in &blobs {
        let id = gix::ObjectId::from_hex(id.as_bytes()).expect("an id");
        if reader.read(&id, &mut content).is_ok() {
            assert_eq!(&content, bytes, "{id}");
        }
    }
    let ids: Vec<String> = blobs.into_keys().collect();
    history.trace(&ids, &[ids.clone()]).expect("HEAD can be read");
});

fn pack(entries: &[Entry]) -> (Vec<u8>, Vec<u32>) {
    let mut pack = b"PACK\0\0\0\x02".to_vec();
    pack.extend((entries.len() as u32).to_be_bytes());
    let mut offsets = Vec::new();
    // What entries come to, where they tell the truth.
    let mut contents: Vec<Option<Vec<u8>>> = Vec::new();
    for (at, (kind, fault, base, bytes)) in entries.iter().enumerate() {
        let kind = [3, 1, 2, 4, 6, 7, 6, 2][usize::from(kind % 8)];
        // What a branch leads to is a commit at most times.
        let kind = if at == 0 && fault & 4 == 0 { 1 } else { kind };
        let base = usize::from(*base) % entries.len();
        let (content, result) = if fault & 1 == 0 { content(kind, base, bytes, &contents, entries) } else { (bytes.clone(), None) };
        contents.push(result);
        let claimed = match fault >> 5 {
            5 => content.len() / 2,
            6 => 4 << 30,
            7 => usize::from(*fault),
            _ => content.len(),
        };
        let offset = pack.len();
        offsets.push(offset as u32);
        header(kind, claimed, &mut pack);
        match kind {
            6 => distance(if base < at { offset - offsets[base] as usize } else { base }, &mut pack),
            7 => pack.extend(objects::id(base)),
            _ => {}
        }
        deflate(&content, fault & 2 != 0, &mut pack);
    }
    pack.extend([0; 20]);
    (pack, offsets)
}

/// An entry before it is deflated, and what it comes to, where that is known.
fn content(kind: u8, base: usize, bytes: &[u8], contents: &[Option<Vec<u8>>], entries: &[Entry]) -> (Vec<u8>, Option<Vec<u8>>) {
    let whole = match kind {
        1 => objects::commit(base, bytes, entries.len()),
        2 => objects::tree(bytes, entries.len()),
        4 => objects::tag(base, bytes),
        6 | 7 => {
            let known = contents.get(base).cloned().flatten();
            let (delta, result) = objects::delta(&known.clone().unwrap_or_default(), bytes, entries.len());
            return (delta, known.map(|_| result));
        }
        _ => bytes.to_vec(),
    };
    (whole.clone(), Some(whole))
}

/// The index of the pack.
fn index(offsets: &[u32]) -> Vec<u8> {
    let mut index = b"\xfftOc\0\0\0\x02".to_vec();
    for byte in 0..256_usize {
        index.extend((byte.min(offsets.len()) as u32).to_be_bytes());
    }
    index.extend((0..offsets.len()).flat_map(objects::id));
    index.extend(offsets.iter().flat_map(|_| [0; 4]));
    index.extend(offsets.iter().flat_map(|offset| offset.to_be_bytes()));
    index.extend([0; 40]);
    index
}

/// Kind and size of an entry: four bits of the size in the first byte, then seven in each.
fn header(kind: u8, mut size: usize, pack: &mut Vec<u8>) {
    let first = kind << 4 | (size & 15) as u8;
    size >>= 4;
    pack.push(if size > 0 { first | 0x80 } else { first });
    if size > 0 {
        pack.extend(delta_size(size));
    }
}

/// How far back a base is: seven bits in each byte, the highest first, and each byte but the last counts from one.
fn distance(mut distance: usize, pack: &mut Vec<u8>) {
    let mut bytes = vec![(distance & 0x7f) as u8];
    while distance > 0x7f {
        distance = (distance >> 7) - 1;
        bytes.push(0x80 | (distance & 0x7f) as u8);
    }
    pack.extend(bytes.iter().rev());
}

/// A zlib stream of stored blocks; `raw` bytes as they are.
fn deflate(content: &[u8], raw: bool, pack: &mut Vec<u8>) {
    if raw {
        return pack.extend(content);
    }
    pack.extend([0x78, 0x01]);
    let mut blocks = content.chunks(0xffff).peekable();
    if content.is_empty() {
        pack.extend([1, 0, 0, 0xff, 0xff]);
    }
    while let Some(block) = blocks.next() {
        let length = block.len() as u16;
        pack.push(u8::from(blocks.peek().is_none()));
        pack.extend(length.to_le_bytes());
        pack.extend((!length).to_le_bytes());
        pack.extend(block);
    }
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in content {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    pack.extend((b << 16 | a).to_be_bytes());
}
