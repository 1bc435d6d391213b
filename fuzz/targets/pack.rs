//! Packs that anybody may have made: entries of all kinds that lie about sizes, bases and contents, in a repository
//! whose branch leads to the first of them. Whatever they are, a scan comes to an end and names what it cannot read.
#![no_main]

#[path = "parts/size.rs"]
mod size;

use keyward::blob::{Blob, Skip};
use keyward::sources::Sink;
use keyward::sources::git::GitEnvironment;
use keyward::sources::history::{History, HistoryOptions};
use libfuzzer_sys::fuzz_target;
use size::delta_size;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

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

struct Nothing;

impl Sink for Nothing {
    fn blob(&self, _blob: Blob<'_>) {}

    fn skip(&self, _skip: Skip) {}
}

fuzz_target!(|entries: Vec<Entry>| {
    let entries = &entries[..entries.len().min(MOST)];
    let (pack, offsets) = pack(entries);
    let directory = REPOSITORY.join("objects/pack");
    std::fs::write(directory.join("pack-1.pack"), pack).expect("the pack can be written");
    std::fs::write(directory.join("pack-1.idx"), index(&offsets)).expect("the index can be written");
    let options = HistoryOptions { repo: REPOSITORY.clone(), unreachable: true, threads: 1, ..HistoryOptions::default() };
    let Ok(history) = History::open_in(options, &GitEnvironment::none(&REPOSITORY)) else { return };
    history.scan(&Nothing).expect("what cannot be read is a skip");
});

fn pack(entries: &[Entry]) -> (Vec<u8>, Vec<u32>) {
    let mut pack = b"PACK\0\0\0\x02".to_vec();
    pack.extend((entries.len() as u32).to_be_bytes());
    let mut offsets = Vec::new();
    for (at, (kind, fault, base, bytes)) in entries.iter().enumerate() {
        let kind = [3, 1, 2, 4, 6, 7, 6, 7][usize::from(kind % 8)];
        let base = usize::from(*base) % entries.len();
        let mut content = Vec::new();
        if kind > 4 && fault & 1 == 0 {
            content.extend(delta_size(entries[base].3.len()));
            content.extend(delta_size(bytes.len()));
        }
        content.extend(bytes);
        let claimed = match fault >> 5 {
            0 => content.len() / 2,
            1 => 4 << 30,
            2 => usize::from(*fault),
            _ => content.len(),
        };
        let offset = pack.len();
        offsets.push(offset as u32);
        header(kind, claimed, &mut pack);
        match kind {
            6 => distance(if base < at { offset - offsets[base] as usize } else { base }, &mut pack),
            7 => pack.extend([base as u8 + 1; 20]),
            _ => {}
        }
        deflate(&content, fault & 2 != 0, &mut pack);
    }
    pack.extend([0; 20]);
    (pack, offsets)
}

/// The index of the pack: the id of each object is its number, 20 times.
fn index(offsets: &[u32]) -> Vec<u8> {
    let mut index = b"\xfftOc\0\0\0\x02".to_vec();
    for byte in 0..256_usize {
        index.extend((byte.min(offsets.len()) as u32).to_be_bytes());
    }
    index.extend((0..offsets.len()).flat_map(|at| [at as u8 + 1; 20]));
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
