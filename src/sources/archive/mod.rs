//! L3: what is inside archives: zip (and jar, apk, docx, whl, …), tar, ar (and deb), and what gzip, bzip2, xz,
//! lzma and zstd compressed.
//!
//! Archives come from strangers. Members are unpacked one at a time into memory, never to disk; depth, sizes, ratio
//! and number are bounded by [`Limits`]; and whatever was cut short, left out or could not be decoded is a [`Skip`].
//! What was read before a fault is scanned all the same.

mod ar;
mod stream;
mod tar;
mod zip;

use std::cell::Cell;
use std::fmt::Display;
use std::io::{self, Read};
use std::rc::Rc;

use self::stream::Codec;
use crate::blob::{Skip, SkipReason};

/// How far archives are followed.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Archives in archives, the outermost counted as 1. A compressed tar is one. Default: 4.
    pub depth: u32,
    /// Largest member that is scanned, in bytes. Default: 64 MiB.
    pub member_size: u64,
    /// Bytes that decompression may give for one outermost archive, everything inside it included. Default: 1 GiB.
    pub unpacked: u64,
    /// The same as a multiple of the outermost archive's size; the first 16 MiB are free. Default: 200.
    pub ratio: u64,
    /// Members of one outermost archive, everything inside it included. Default: 100 000.
    pub members: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { depth: 4, member_size: 64 << 20, unpacked: 1 << 30, ratio: 200, members: 100_000 }
    }
}

/// What small archives may unpack to whatever the ratio, in bytes: text repeats itself.
const RATIO_FREE: u64 = 16 << 20;

/// Whether `bytes` begin like an archive, one that cannot be read included.
#[must_use]
pub fn is_archive(bytes: &[u8]) -> bool {
    detect(bytes).is_some()
}

/// Hands every file inside the archive `bytes` to `visit`, with its name and content. Archives inside are opened as
/// well; their members are named `inner.zip!member`. Bytes that are no archive have no members.
///
/// Returns what was not visited, or not whole; [`Skip::what`] is the member's name then, empty for the archive itself.
pub fn members(bytes: &[u8], limits: &Limits, visit: &mut dyn FnMut(&str, &[u8])) -> Vec<Skip> {
    let Some(kind) = detect(bytes) else { return Vec::new() };
    let by_ratio = limits.ratio.saturating_mul(bytes.len() as u64).max(RATIO_FREE);
    let budget = Rc::new(Budget { left: Cell::new(limits.unpacked.min(by_ratio)), spent: Cell::new(false) });
    let mut unpacker = Unpacker { limits, budget, members: 0, stopped: false, skips: Vec::new(), visit };
    unpacker.archive(kind, "", bytes, 1);
    unpacker.skips
}

/// Kinds of archives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Zip,
    Tar,
    Ar,
    Compressed(Codec),
    /// Known by name only.
    Unsupported(&'static str),
}

fn detect(bytes: &[u8]) -> Option<Kind> {
    match bytes {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Kind::Zip),
        [0x1f, 0x8b, 8, ..] => Some(Kind::Compressed(Codec::Gzip)),
        // What follows is the mark of a block, or that of the end where there is none.
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31 | 0x17, 0x41 | 0x72, 0x59 | 0x45, 0x26 | 0x38, 0x53 | 0x50, 0x59 | 0x90, ..] => {
            Some(Kind::Compressed(Codec::Bzip2))
        }
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Kind::Compressed(Codec::Xz)),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Kind::Compressed(Codec::Zstd)),
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Some(Kind::Unsupported("7z")),
        [b'R', b'a', b'r', b'!', 0x1a, 7, ..] => Some(Kind::Unsupported("rar")),
        [0x04, 0x22, 0x4d, 0x18, ..] | [0x02, 0x21, 0x4c, 0x18, ..] => Some(Kind::Unsupported("lz4")),
        [b'L', b'Z', b'I', b'P', 0 | 1, ..] => Some(Kind::Unsupported("lzip")),
        [0x89, b'L', b'Z', b'O', 0, b'\r', b'\n', ..] => Some(Kind::Unsupported("lzop")),
        // The third byte says how long codes may be: 9 to 16 bits.
        [0x1f, 0x9d, 0x09..=0x10 | 0x89..=0x90, ..] => Some(Kind::Unsupported("compress")),
        [0xed, 0xab, 0xee, 0xdb, ..] => Some(Kind::Unsupported("rpm")),
        [b'M', b'S', b'C', b'F', 0, 0, 0, 0, ..] => Some(Kind::Unsupported("cab")),
        _ if bytes.starts_with(ar::MAGIC) => Some(Kind::Ar),
        _ if is_cpio(bytes) => Some(Kind::Unsupported("cpio")),
        _ if stream::is_lzma(bytes) => Some(Kind::Compressed(Codec::Lzma)),
        _ if tar::is_tar(bytes) => Some(Kind::Tar),
        _ if zip::ends_as_zip(bytes) => Some(Kind::Zip),
        _ => None,
    }
}

/// Whether `bytes` begin with a header of cpio in digits, as initial file systems of Linux do.
fn is_cpio(bytes: &[u8]) -> bool {
    const HEADER: usize = 110;
    let is_marked = bytes.starts_with(b"070701") || bytes.starts_with(b"070702");
    is_marked && bytes.get(..HEADER).is_some_and(|header| header.iter().all(u8::is_ascii_hexdigit))
}

/// The walk through one outermost archive.
struct Unpacker<'a> {
    limits: &'a Limits,
    budget: Rc<Budget>,
    members: u64,
    /// A limit on the whole was reached: nothing more is opened.
    stopped: bool,
    skips: Vec<Skip>,
    visit: &'a mut dyn FnMut(&str, &[u8]),
}

impl Unpacker<'_> {
    fn archive(&mut self, kind: Kind, name: &str, bytes: &[u8], depth: u32) {
        match kind {
            Kind::Zip => zip::unpack(self, name, bytes, depth),
            Kind::Tar => tar::unpack(self, name, bytes, depth),
            Kind::Ar => ar::unpack(self, name, bytes, depth),
            Kind::Compressed(codec) => stream::unpack(self, codec, name, bytes, depth),
            Kind::Unsupported(format) => self.skip(name, SkipReason::UnsupportedArchive, format),
        }
    }

    /// Counts a member of `archive`; `false` where no more may follow.
    fn admit(&mut self, archive: &str) -> bool {
        if !self.stopped && self.members == self.limits.members {
            self.stop(archive, &format!("more than {} members", self.limits.members));
        }
        self.members += 1;
        !self.stopped
    }

    /// Takes a member whose content is at hand, out of an archive at `depth`.
    fn member(&mut self, name: &str, bytes: &[u8], depth: u32) {
        if bytes.is_empty() && name.ends_with('/') {
            // A directory.
            return;
        }
        if bytes.len() as u64 > self.limits.member_size {
            return self.too_large(name, bytes.len() as u64);
        }
        match detect(bytes) {
            None => (self.visit)(name, bytes),
            Some(_) if depth >= self.limits.depth => {
                self.skip(name, SkipReason::ArchiveLimit, &format!("archives in archives are opened {} deep", self.limits.depth));
            }
            Some(kind) => self.archive(kind, name, bytes, depth + 1),
        }
    }

    /// Takes a member by reading it to its end. What is too large is read all the same where `drain` is set, for
    /// the sake of what comes behind it.
    fn read_member(&mut self, name: &str, reader: &mut dyn Read, drain: bool, depth: u32) -> io::Result<()> {
        let mut bytes = Vec::new();
        let mut result = reader.take(self.limits.member_size.saturating_add(1)).read_to_end(&mut bytes).map(drop);
        if bytes.len() as u64 > self.limits.member_size {
            if drain {
                result = io::copy(reader, &mut io::sink()).map(drop);
            }
            self.too_large(name, bytes.len() as u64);
        } else {
            self.member(name, &bytes, depth);
        }
        result
    }

    fn too_large(&mut self, name: &str, at_least: u64) {
        let detail = format!("{at_least} bytes or more, the limit for members is {}", self.limits.member_size);
        self.skip(name, SkipReason::TooLarge, &detail);
    }

    /// Takes note that reading `name` ended before its end.
    fn cut(&mut self, name: &str, error: &dyn Display) {
        if self.budget.spent.get() {
            let detail = format!("more than {} bytes unpacked, or {} times the archive's size", self.limits.unpacked, self.limits.ratio);
            self.stop(name, &detail);
        } else {
            self.skip(name, SkipReason::Corrupt, &error.to_string());
        }
    }

    fn stop(&mut self, name: &str, detail: &str) {
        if !std::mem::replace(&mut self.stopped, true) {
            self.skip(name, SkipReason::ArchiveLimit, detail);
        }
    }

    fn skip(&mut self, name: &str, reason: SkipReason, detail: &str) {
        self.skips.push(Skip { what: name.to_owned(), reason, detail: detail.to_owned() });
    }

    /// Takes `bytes` off what may still be unpacked; `false` where that is not enough.
    fn spend(&mut self, bytes: u64) -> bool {
        let left = self.budget.left.get().checked_sub(bytes);
        self.budget.spent.set(self.budget.spent.get() || left.is_none());
        self.budget.left.set(left.unwrap_or(0));
        left.is_some()
    }

    /// A decompressor's output, counted.
    fn meter<R: Read>(&self, inner: R) -> Meter<R> {
        Meter { inner, budget: Rc::clone(&self.budget) }
    }
}

fn join(archive: &str, member: &str) -> String {
    if archive.is_empty() { member.to_owned() } else { format!("{archive}!{member}") }
}

/// Bytes that decompression may still give.
struct Budget {
    left: Cell<u64>,
    /// More was asked for than there was.
    spent: Cell<bool>,
}

/// Reads until the budget is spent.
struct Meter<R> {
    inner: R,
    budget: Rc<Budget>,
}

impl<R: Read> Read for Meter<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.budget.left.get();
        if left == 0 && !buffer.is_empty() {
            // The end may have come just here.
            if self.inner.read(&mut [0])? == 0 {
                return Ok(0);
            }
            self.budget.spent.set(true);
            return Err(io::Error::other("the limit for unpacked bytes is reached"));
        }
        let bound = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.inner.read(&mut buffer[..bound])?;
        self.budget.left.set(left - read as u64);
        Ok(read)
    }
}
