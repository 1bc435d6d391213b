//! Tar archives: plain, or as they come out of a decompressor.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use ::tar::{Archive, Entry};

use super::{Unpacker, join};
use crate::text::path::display;

/// Bytes in a header; everything is a multiple of it.
pub(super) const BLOCK: usize = 512;
/// Bytes that may stand between the contents of two members: headers, long names, extensions, padding.
const BETWEEN: u64 = 1 << 20;

/// Whether `bytes` begin with a tar header. Its checksum tells, as the oldest tars have no magic.
pub(super) fn is_tar(bytes: &[u8]) -> bool {
    let Some(header) = bytes.first_chunk::<BLOCK>() else { return false };
    let field = &header[148..156];
    let digits = field.trim_ascii_start().split(|&byte| byte == 0 || byte == b' ').next().unwrap_or_default();
    let Some(stated) = std::str::from_utf8(digits).ok().and_then(|digits| u32::from_str_radix(digits, 8).ok()) else {
        return false;
    };
    let sum = |bytes: &[u8]| bytes.iter().map(|&byte| u32::from(byte)).sum::<u32>();
    // The checksum counts its own field as blanks.
    stated == sum(header) - sum(field) + 8 * u32::from(b' ')
}

pub(super) fn unpack(unpacker: &mut Unpacker<'_>, archive: &str, mut bytes: &[u8], depth: u32) {
    unpack_stream(unpacker, archive, &mut bytes, depth);
}

pub(super) fn unpack_stream(unpacker: &mut Unpacker<'_>, archive: &str, reader: &mut dyn Read, depth: u32) {
    let (allowed, zeros) = (Rc::new(Cell::new(BETWEEN)), Rc::new(Cell::new(0)));
    let mut tar = Archive::new(Fence { inner: reader, allowed: Rc::clone(&allowed), zeros: Rc::clone(&zeros) });
    // Concatenated archives have the blocks that mark an end between them.
    tar.set_ignore_zeros(true);
    let entries = match tar.entries() {
        Ok(entries) => entries,
        Err(error) => return unpacker.cut(archive, &error),
    };
    let mut faulty = false;
    for entry in entries {
        match entry {
            Ok(mut entry) => {
                if !unpacker.admit(archive) {
                    return;
                }
                take(unpacker, archive, &mut entry, &allowed, depth);
            }
            Err(error) => {
                faulty = true;
                unpacker.cut(archive, &error);
            }
        }
        if unpacker.stopped {
            return;
        }
    }
    // A block of zeros marks the end. Where a fault ended it, that has been said.
    if zeros.get() < BLOCK && !faulty {
        unpacker.cut(archive, &"the archive is cut short");
    }
}

fn take<R: Read>(unpacker: &mut Unpacker<'_>, archive: &str, entry: &mut Entry<'_, R>, allowed: &Cell<u64>, depth: u32) {
    let kind = entry.header().entry_type();
    let sparse = kind.is_gnu_sparse();
    // A sparse file's size counts its holes, which are not in the archive.
    let stored = if sparse { entry.header().entry_size().unwrap_or(0) } else { entry.size() };
    allowed.set(stored.saturating_add(BETWEEN));
    if !(kind.is_file() || kind.is_contiguous() || sparse) {
        return;
    }
    let name = join(archive, &display(&entry.path_bytes()));
    if entry.size() > unpacker.limits.member_size {
        return unpacker.too_large(&name, entry.size());
    }
    let holes = entry.size().saturating_sub(stored);
    if holes > 0 && !unpacker.spend(holes) {
        return unpacker.cut(&name, &"holes");
    }
    match unpacker.read_member(&name, entry, false, depth) {
        Ok(()) => allowed.set(BETWEEN),
        Err(error) => unpacker.cut(&name, &error),
    }
}

/// Bounds what the tar reader takes in at a time: it keeps long names and extensions in memory, and their stated
/// size is the archive's word.
struct Fence<'a> {
    inner: &'a mut dyn Read,
    allowed: Rc<Cell<u64>>,
    /// How many zeros the last bytes were.
    zeros: Rc<Cell<usize>>,
}

impl Read for Fence<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let allowed = self.allowed.get();
        if allowed == 0 {
            return Err(io::Error::other("more than 1 MiB between two members"));
        }
        let bound = usize::try_from(allowed).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.inner.read(&mut buffer[..bound])?;
        self.allowed.set(allowed - read as u64);
        match buffer[..read].iter().rposition(|&byte| byte != 0) {
            Some(last) => self.zeros.set(read - 1 - last),
            None => self.zeros.set(self.zeros.get() + read),
        }
        Ok(read)
    }
}
