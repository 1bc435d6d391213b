//! Zip archives, read along their local headers (PKWARE's APPNOTE.TXT, 4.3).
//!
//! Unpackers go by the central directory at the end. A scanner must not: what the directory does not list, or lists
//! twice under one name, lies in the file all the same, and a file that was cut short has no directory at all. It only
//! serves as a check that nothing was missed.

use std::io;

use flate2::bufread::DeflateDecoder;
use memchr::memmem;

use super::stream::Codec;
use super::{Unpacker, join};
use crate::blob::SkipReason;
use crate::text::path::display;

const LOCAL: &[u8; 4] = b"PK\x03\x04";
const CENTRAL: &[u8; 4] = b"PK\x01\x02";
const END: &[u8; 4] = b"PK\x05\x06";
const DESCRIPTOR: &[u8; 4] = b"PK\x07\x08";

pub(super) fn unpack(unpacker: &mut Unpacker<'_>, archive: &str, bytes: &[u8], depth: u32) {
    let headers = memmem::Finder::new(LOCAL);
    let (mut at, mut found) = (0, 0);
    while let Some(offset) = headers.find(&bytes[at..]) {
        at += offset;
        let Some(header) = Header::read(&bytes[at..]) else {
            at += LOCAL.len();
            continue;
        };
        found += 1;
        if !unpacker.admit(archive) {
            return;
        }
        at += header.len;
        at += member(unpacker, archive, &header, &bytes[at..], depth);
        if unpacker.stopped {
            return;
        }
    }
    check_directory(unpacker, archive, &bytes[at..], found, depth);
}

/// Whether the bytes end with the directory of a zip archive, whatever stands before it: a program that unpacks itself, a
/// script that starts it.
pub(super) fn ends_as_zip(bytes: &[u8]) -> bool {
    const FIXED: usize = 22;
    let tail = bytes.len().saturating_sub(FIXED + usize::from(u16::MAX));
    let end = memmem::rfind(&bytes[tail..], END).map(|at| tail + at);
    let directory = end.and_then(|end| {
        let size = bytes[end..].first_chunk::<FIXED>()?[12..16].try_into().ok()?;
        end.checked_sub(usize::try_from(u32::from_le_bytes(size)).ok()?)
    });
    directory.is_some_and(|at| bytes[at..].starts_with(CENTRAL))
}

/// What stands behind the last member must be a directory with no more members than were found. The comment at its end is
/// text like that of a member.
fn check_directory(unpacker: &mut Unpacker<'_>, archive: &str, rest: &[u8], found: u64, depth: u32) {
    const FIXED: usize = 22;
    let Some((end, comment)) = memmem::rfind(rest, END).and_then(|at| rest[at..].split_first_chunk::<FIXED>()) else {
        return unpacker.cut(archive, &"the archive is cut short");
    };
    if !comment.is_empty() {
        unpacker.member(&join(archive, "(comment)"), comment, depth);
    }
    let listed = short(end, 10);
    // All bits set say that the number stands elsewhere, because it is larger.
    if listed != u16::MAX && u64::from(listed) > found {
        unpacker.cut(archive, &format!("{listed} members are listed, {found} could be found"));
    }
}

/// Takes the member whose content begins `data`. Returns how much of it is its content.
fn member(unpacker: &mut Unpacker<'_>, archive: &str, header: &Header<'_>, data: &[u8], depth: u32) -> usize {
    const DEFLATE: u16 = 8;
    // Most that are named so are directories, and have none.
    if header.name.ends_with(b"/") && header.stored == Some(0) {
        return 0;
    }
    let name = join(archive, &display(header.name));
    if header.method == DEFLATE && !header.encrypted {
        return deflated(unpacker, &name, header, data, depth);
    }
    let (content, whole) = header.content(data);
    let codec = match header.method {
        _ if header.encrypted => {
            unpacker.skip(&name, SkipReason::UnsupportedArchive, "encrypted");
            return content.len();
        }
        0 => None,
        12 => Some(Codec::Bzip2),
        93 => Some(Codec::Zstd),
        95 => Some(Codec::Xz),
        method => {
            unpacker.skip(&name, SkipReason::UnsupportedArchive, &format!("compression method {method}"));
            return content.len();
        }
    };
    let result = match codec {
        None => {
            unpacker.member(&name, content, depth);
            Ok(())
        }
        Some(codec) => {
            let mut reader = unpacker.meter(codec.decode(content));
            unpacker.read_member(&name, &mut reader, false, depth)
        }
    };
    let result = if whole { result } else { Err(io::ErrorKind::UnexpectedEof.into()) };
    if let Err(error) = result {
        unpacker.cut(&name, &error);
    }
    content.len()
}

/// Takes a deflated member. Such a stream knows its own end, whatever the header says of its length.
fn deflated(unpacker: &mut Unpacker<'_>, name: &str, header: &Header<'_>, data: &[u8], depth: u32) -> usize {
    let mut rest = data;
    let mut reader = unpacker.meter(DeflateDecoder::new(&mut rest));
    let result = unpacker.read_member(name, &mut reader, true, depth);
    drop(reader);
    let consumed = data.len() - rest.len();
    if let Err(error) = result {
        unpacker.cut(name, &error);
        return consumed.max(header.content(data).0.len());
    }
    consumed
}

/// A local file header.
struct Header<'a> {
    method: u16,
    encrypted: bool,
    /// Bytes of content as stored; `None` where they are stated only behind it.
    stored: Option<u64>,
    name: &'a [u8],
    /// Bytes of the header, name and extra fields included.
    len: usize,
}

impl<'a> Header<'a> {
    /// The header at the start of `bytes`; `None` where the signature is there by chance. One that is cut off is
    /// left to the check of the directory.
    fn read(bytes: &'a [u8]) -> Option<Header<'a>> {
        const FIXED: usize = 30;
        const METHODS: [u16; 16] = [0, 1, 2, 3, 4, 5, 6, 8, 9, 12, 14, 18, 93, 95, 98, 99];
        let fixed = bytes.get(..FIXED)?;
        let (flags, method) = (short(fixed, 6), short(fixed, 8));
        // The version needed counts in tenths; 6.3 is the latest.
        if fixed[4] > 63 || !METHODS.contains(&method) {
            return None;
        }
        let names = FIXED + usize::from(short(fixed, 26));
        let len = names + usize::from(short(fixed, 28));
        let (name, extra) = (bytes.get(FIXED..names)?, bytes.get(names..len)?);
        let stored = match long(fixed, 18) {
            u32::MAX => zip64_stored(extra),
            0 if flags & 8 != 0 => None,
            size => Some(u64::from(size)),
        };
        Some(Header { method, encrypted: flags & 1 != 0, stored, name, len })
    }

    /// The content at the start of `data`, and whether it is all there.
    fn content<'d>(&self, data: &'d [u8]) -> (&'d [u8], bool) {
        match self.stored {
            Some(size) => {
                let size = usize::try_from(size).unwrap_or(usize::MAX);
                (&data[..size.min(data.len())], size <= data.len())
            }
            None => match next_record(data) {
                Some(end) => (&data[..end], true),
                None => (data, false),
            },
        }
    }
}

/// Where the next record of any kind begins.
fn next_record(data: &[u8]) -> Option<usize> {
    memmem::find_iter(data, b"PK").find(|&at| [DESCRIPTOR, CENTRAL, LOCAL].iter().any(|record| data[at..].starts_with(*record)))
}

/// The stored size in the extra field that 64-bit sizes stand in: uncompressed first, then compressed.
fn zip64_stored(mut extra: &[u8]) -> Option<u64> {
    while let Some((head, rest)) = extra.split_at_checked(4) {
        let (field, more) = rest.split_at_checked(usize::from(short(head, 2)))?;
        if short(head, 0) == 1 {
            return field.get(8..16).or(field.get(..8)).map(|size| u64::from_le_bytes(size.try_into().expect("eight bytes")));
        }
        extra = more;
    }
    None
}

fn short(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn long(bytes: &[u8], at: usize) -> u32 {
    u32::from(short(bytes, at)) | u32::from(short(bytes, at + 2)) << 16
}
