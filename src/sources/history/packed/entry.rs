//! L3: reads what stands before the data of an entry of a pack (<https://git-scm.com/docs/pack-format>).
//!
//! The pack may be anybody's: what does not decode is no header, and nothing of what it claims is trusted here.

/// How an object is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored<'p> {
    /// Whole; the number that the format gives to kinds: 1 commit, 2 tree, 3 blob, 4 tag.
    Whole(u8),
    /// As a delta of the entry that begins so many bytes before this one.
    OnDistance(u64),
    /// As a delta of the object of this id.
    OnId(&'p [u8]),
}

/// What stands before the data of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header<'p> {
    pub(super) stored: Stored<'p>,
    /// Bytes that the data inflates to, as claimed.
    pub(super) size: u64,
    /// Bytes of the header itself: the data begins behind it.
    pub(super) length: usize,
}

/// Reads the header that `bytes` begin with; `None` where there is none. `id` is the length of an object id in bytes.
pub(super) fn read(bytes: &[u8], id: usize) -> Option<Header<'_>> {
    let mut rest = bytes;
    let first = next(&mut rest)?;
    let mut size = u64::from(first & 15);
    let (mut byte, mut shift) = (first, 4);
    while byte & 128 != 0 {
        byte = next(&mut rest)?;
        let part = u64::from(byte & 127);
        if shift > 63 || part << shift >> shift != part {
            return None;
        }
        size |= part << shift;
        shift += 7;
    }
    let stored = match first >> 4 & 7 {
        kind @ 1..=4 => Stored::Whole(kind),
        6 => Stored::OnDistance(distance(&mut rest)?),
        7 => {
            let (base, behind) = rest.split_at_checked(id)?;
            rest = behind;
            Stored::OnId(base)
        }
        _ => return None,
    };
    Some(Header { stored, size, length: bytes.len() - rest.len() })
}

/// Seven bits a byte, the highest first, where a byte that goes on stands for one more than it says.
fn distance(rest: &mut &[u8]) -> Option<u64> {
    let mut byte = next(rest)?;
    let mut value = u64::from(byte & 127);
    while byte & 128 != 0 {
        byte = next(rest)?;
        value = value.checked_add(1)?.checked_mul(128)?.checked_add(u64::from(byte & 127))?;
    }
    Some(value)
}

fn next(rest: &mut &[u8]) -> Option<u8> {
    let (&byte, behind) = rest.split_first()?;
    *rest = behind;
    Some(byte)
}

#[cfg(test)]
mod tests {
    use super::{Header, Stored, read};

    #[test]
    fn sizes_and_bases_are_read() {
        assert_eq!(read(&[0x33, 9], 20), Some(Header { stored: Stored::Whole(3), size: 3, length: 1 }));
        assert_eq!(read(&[0xbf, 0x81, 0x01], 20), Some(Header { stored: Stored::Whole(3), size: 15 + 16 + (128 << 4), length: 3 }));
        assert_eq!(read(&[0x62, 0x80, 0x05, 1], 20), Some(Header { stored: Stored::OnDistance(133), size: 2, length: 3 }));
        assert_eq!(read(&[0x71, 7, 8, 9], 2), Some(Header { stored: Stored::OnId(&[7, 8]), size: 1, length: 3 }));
    }

    #[test]
    fn what_is_cut_short_or_too_large_is_no_header() {
        for bytes in [&[][..], &[0xb3], &[0x62], &[0x62, 0x80], &[0x71, 7], &[0x00], &[0x53]] {
            assert_eq!(read(bytes, 2), None, "{bytes:?}");
        }
        assert_eq!(read(&[[0xb3].as_slice(), &[0xff; 12], &[1]].concat(), 20), None, "a size past 64 bits");
        assert_eq!(read(&[[0x62].as_slice(), &[0xff; 12], &[1]].concat(), 20), None, "a distance past 64 bits");
    }
}
