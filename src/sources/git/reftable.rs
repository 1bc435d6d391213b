//! L3: reads references from a reftable, git's newer way to keep them.
//!
//! Format: <https://git-scm.com/docs/reftable>. A stack of tables, each a run of blocks of sorted records with shared
//! prefixes; newer tables override older ones. Only what a scan needs is read: names and targets, and the objects
//! that logs name. Lookup structures are passed over.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use gix::ObjectId;
use gix::bstr::ByteSlice as _;

use super::read_regular;
use super::references::Target;

/// All references of one `reftable` directory.
#[derive(Debug, Default)]
pub(super) struct Reftable {
    /// By full name, `HEAD` among them.
    pub(super) references: BTreeMap<String, Target>,
    /// Entries of logs, by the reference's full name and their age, newest last.
    logs: BTreeMap<(Vec<u8>, u64), ObjectId>,
}

/// No table is that large; a header can claim anything.
const LARGEST_BLOCK: usize = 1 << 24;

impl Reftable {
    /// Reads the stack in `directory`.
    ///
    /// # Errors
    /// Says what is wrong with which table.
    pub(super) fn read(directory: &Path, hash: gix::hash::Kind) -> Result<Self, String> {
        let list = directory.join("tables.list");
        let read = |path: &Path| read_regular(path).map_err(|error| format!("{}: {error}", path.display()));
        let tables = String::from_utf8_lossy(&read(&list)?).into_owned();
        let mut found = Reftable::default();
        for name in tables.lines().filter(|name| !name.is_empty()) {
            if name.contains(['/', '\\']) {
                return Err(format!("{}: names a table outside of its directory", list.display()));
            }
            let path = directory.join(name);
            let bytes = read(&path)?;
            found.table(&bytes, hash).ok_or_else(|| format!("{}: is not a table that can be read", path.display()))?;
        }
        Ok(found)
    }

    /// Adds what one table says to what the older ones said.
    fn table(&mut self, bytes: &[u8], hash: gix::hash::Kind) -> Option<()> {
        let header = match bytes.get(..5)? {
            b"REFT\x01" => 24,
            b"REFT\x02" => 28,
            _ => return None,
        };
        let block_size = number(bytes.get(5..8)?);
        let footer = bytes.len().checked_sub(header + 44)?;
        let (blocks, trailer) = bytes.split_at(footer);
        let (sum, rest) = (crc32fast::hash(&trailer[..header + 40]), &trailer[header + 40..]);
        if number64(rest) != u64::from(sum) {
            return None;
        }
        let log_start = usize::try_from(number64(trailer.get(header + 24..header + 32)?)).ok()?;
        let mut at = 0;
        while at < blocks.len() {
            let skip = if at == 0 { header } else { 0 };
            if blocks.get(at + skip) != Some(&b'r') {
                break;
            }
            let length = number(blocks.get(at + skip + 1..at + skip + 4)?);
            let block = blocks.get(at..at.checked_add(length)?)?;
            self.references(block.get(skip + 4..)?, hash)?;
            let is_padded = block_size > length && blocks.get(at + length).is_none_or(|byte| *byte == 0);
            at += if is_padded { block_size } else { length };
        }
        let has_only_logs = blocks.get(header) == Some(&b'g');
        if log_start == 0 && !has_only_logs { Some(()) } else { self.logs(blocks, log_start, header, hash) }
    }

    /// The records of a reference block, without the restart points at its end.
    fn references(&mut self, block: &[u8], hash: gix::hash::Kind) -> Option<()> {
        let mut records = Records::new(block, hash)?;
        while !records.rest.is_empty() {
            let kind = records.next_name()?;
            records.varint()?;
            let target = match kind {
                0 => None,
                1 => Some(Target::Object(records.id()?)),
                2 => {
                    let id = records.id()?;
                    records.id()?;
                    Some(Target::Object(id))
                }
                3 => {
                    let length = records.varint()?;
                    Some(Target::Symbolic(records.take(length)?.to_str_lossy().into_owned()))
                }
                _ => return None,
            };
            let name = records.name.to_str_lossy().into_owned();
            match target {
                Some(target) => drop(self.references.insert(name, target)),
                None => drop(self.references.remove(&name)),
            }
        }
        Some(())
    }

    /// The log blocks, which are deflated one by one.
    fn logs(&mut self, blocks: &[u8], start: usize, header: usize, hash: gix::hash::Kind) -> Option<()> {
        let mut at = start;
        while at < blocks.len() {
            let skip = if at == 0 { header } else { 0 };
            if blocks.get(at + skip) != Some(&b'g') {
                // The footer says that logs begin here.
                if at == start {
                    return None;
                }
                break;
            }
            let length = number(blocks.get(at + skip + 1..at + skip + 4)?).checked_sub(skip + 4)?;
            let deflated = blocks.get(at + skip + 4..)?;
            let mut decoder = flate2::bufread::ZlibDecoder::new(deflated);
            let mut block = Vec::new();
            decoder.by_ref().take(length.min(LARGEST_BLOCK) as u64 + 1).read_to_end(&mut block).ok()?;
            if block.len() != length {
                return None;
            }
            self.log(&block, hash)?;
            at += skip + 4 + usize::try_from(decoder.total_in()).ok()?;
        }
        Some(())
    }

    fn log(&mut self, block: &[u8], hash: gix::hash::Kind) -> Option<()> {
        let mut records = Records::new(block, hash)?;
        while !records.rest.is_empty() {
            let kind = records.next_name()?;
            let (name, age) = records.name.split_at_checked(records.name.len().checked_sub(8)?)?;
            // Newest first in the table: the age is kept as its complement.
            let age = u64::MAX - number64(age);
            let key = (name.strip_suffix(b"\0")?.to_owned(), age);
            if kind == 0 {
                self.logs.remove(&key);
                continue;
            }
            records.id()?;
            let id = records.id()?;
            for _ in 0..2 {
                let length = records.varint()?;
                records.take(length)?;
            }
            records.varint()?;
            records.take(2)?;
            let length = records.varint()?;
            records.take(length)?;
            if !id.is_null() {
                self.logs.insert(key, id);
            }
        }
        Some(())
    }

    /// What the log of one reference names, newest first.
    pub(super) fn log_of(&self, name: &str) -> impl Iterator<Item = ObjectId> + '_ {
        let name = name.as_bytes().to_owned();
        self.logs.range((name.clone(), 0)..=(name, u64::MAX)).rev().map(|(_, id)| *id)
    }

    /// What all logs name, with the reference's full name, newest first in each.
    pub(super) fn logged(&self) -> impl Iterator<Item = (String, ObjectId)> + '_ {
        self.logs.iter().rev().map(|((name, _), id)| (name.to_str_lossy().into_owned(), *id))
    }
}

/// Goes through the records of a block.
struct Records<'b> {
    rest: &'b [u8],
    hash: gix::hash::Kind,
    /// The full name of the current record.
    name: Vec<u8>,
}

impl<'b> Records<'b> {
    fn new(block: &'b [u8], hash: gix::hash::Kind) -> Option<Self> {
        let (rest, count) = block.split_at_checked(block.len().checked_sub(2)?)?;
        let restarts = usize::from(u16::from_be_bytes([count[0], count[1]])) * 3;
        Some(Records { rest: rest.get(..rest.len().checked_sub(restarts)?)?, hash, name: Vec::new() })
    }

    /// Reads the next name; what kind of record it is.
    fn next_name(&mut self) -> Option<u64> {
        let shared = usize::try_from(self.varint()?).ok()?;
        let suffix = self.varint()?;
        if shared > self.name.len() {
            return None;
        }
        self.name.truncate(shared);
        let own = self.take(suffix >> 3)?;
        self.name.extend_from_slice(own);
        Some(suffix & 7)
    }

    fn take(&mut self, length: u64) -> Option<&'b [u8]> {
        let (taken, rest) = self.rest.split_at_checked(usize::try_from(length).ok()?)?;
        self.rest = rest;
        Some(taken)
    }

    fn id(&mut self) -> Option<ObjectId> {
        self.take(self.hash.len_in_bytes() as u64).and_then(|bytes| ObjectId::try_from(bytes).ok())
    }

    /// A number of any length, each byte but the last with its top bit set and counting from one.
    fn varint(&mut self) -> Option<u64> {
        let mut value: u64 = 0;
        loop {
            let byte = self.take(1)?[0];
            value = value.checked_shl(7).filter(|shifted| shifted >> 7 == value)? | u64::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                return Some(value);
            }
            value = value.checked_add(1)?;
        }
    }
}

fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |value, byte| value << 8 | usize::from(*byte))
}

fn number64(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte))
}
