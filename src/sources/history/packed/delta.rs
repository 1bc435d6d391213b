//! L3: applies git's delta instructions (<https://git-scm.com/docs/pack-format#_deltified_representation>).
//!
//! The instructions come from a pack that anybody may have made, so every copy is checked against the base and
//! every size against what was claimed; memory is taken as instructions earn it, not as sizes claim it.

use std::ops::Range;

use crate::blob::Copied;

/// What is wrong with a delta.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum DeltaError {
    /// It ends in the middle of an instruction.
    #[error("the delta is cut short")]
    Truncated,
    /// It was made for a base of another size.
    #[error("the delta belongs to another base")]
    WrongBase,
    /// It copies from beyond the base's end.
    #[error("the delta copies from beyond its base")]
    OutOfBase,
    /// The result is not as long as the delta says.
    #[error("the delta lies about the size of its result")]
    WrongSize,
    /// The instruction that is reserved.
    #[error("the delta holds a reserved instruction")]
    Reserved,
    /// Past the limit, in bytes.
    #[error("the result would be larger than {0} bytes")]
    TooLarge(usize),
}

/// Rebuilds into `result` what `delta` makes of `base`, and notes in `copies` what was copied; neighbours in both are
/// one. `limit` is the largest result in bytes.
pub(super) fn apply(base: &[u8], delta: &[u8], limit: usize, result: &mut Vec<u8>, copies: &mut Vec<Copied>) -> Result<(), DeltaError> {
    result.clear();
    copies.clear();
    let mut rest = delta;
    if size(&mut rest)? != base.len() as u64 {
        return Err(DeltaError::WrongBase);
    }
    let claimed = usize::try_from(size(&mut rest)?).ok().filter(|&size| size <= limit).ok_or(DeltaError::TooLarge(limit))?;
    // A small delta can honestly claim a large result by copying; one that lies ends at its first false step.
    result.reserve(claimed.min(base.len().saturating_add(delta.len())));
    while let Some((&instruction, behind)) = rest.split_first() {
        rest = behind;
        let piece = match instruction {
            0 => return Err(DeltaError::Reserved),
            1..=127 => take(&mut rest, usize::from(instruction))?,
            _ => {
                let place = copied(base.len(), instruction, &mut rest)?;
                note(copies, result.len(), &place);
                &base[place]
            }
        };
        if result.len() + piece.len() > claimed {
            return Err(DeltaError::WrongSize);
        }
        result.extend_from_slice(piece);
    }
    if result.len() == claimed { Ok(()) } else { Err(DeltaError::WrongSize) }
}

/// A size: seven bits a byte, the lowest first.
fn size(rest: &mut &[u8]) -> Result<u64, DeltaError> {
    let mut value = 0u64;
    for shift in (0..63).step_by(7) {
        let byte = take(rest, 1)?[0];
        value |= u64::from(byte & 127) << shift;
        if byte < 128 {
            return Ok(value);
        }
    }
    Err(DeltaError::Truncated)
}

fn take<'d>(rest: &mut &'d [u8], length: usize) -> Result<&'d [u8], DeltaError> {
    let (piece, behind) = rest.split_at_checked(length).ok_or(DeltaError::Truncated)?;
    *rest = behind;
    Ok(piece)
}

/// The stretch of the base that a copy instruction names: offset in bits 0–3, length in bits 4–6, 0 for 64 KiB.
fn copied(base: usize, instruction: u8, rest: &mut &[u8]) -> Result<Range<usize>, DeltaError> {
    let (mut offset, mut length) = (0usize, 0usize);
    for bit in 0..4 {
        if instruction & 1 << bit != 0 {
            offset |= usize::from(take(rest, 1)?[0]) << (8 * bit);
        }
    }
    for bit in 0..3 {
        if instruction & 16 << bit != 0 {
            length |= usize::from(take(rest, 1)?[0]) << (8 * bit);
        }
    }
    let length = if length == 0 { 1 << 16 } else { length };
    if offset.saturating_add(length) <= base { Ok(offset..offset + length) } else { Err(DeltaError::OutOfBase) }
}

fn note(copies: &mut Vec<Copied>, at: usize, place: &Range<usize>) {
    match copies.last_mut() {
        Some(last) if last.at + last.length == at && last.from + last.length == place.start => last.length += place.len(),
        _ => copies.push(Copied { at, from: place.start, length: place.len() }),
    }
}

#[cfg(test)]
mod tests {
    use super::{Copied, DeltaError, apply};
    use proptest::prelude::*;

    fn applied(base: &[u8], delta: &[u8]) -> Result<Vec<u8>, DeltaError> {
        let (mut result, mut copies) = (Vec::new(), Vec::new());
        apply(base, delta, 1 << 20, &mut result, &mut copies).map(|()| result)
    }

    #[test]
    fn copies_and_inserts_make_the_result() {
        // Copy 3 bytes from 2, insert "xy".
        assert_eq!(applied(b"abcdef", &[6, 5, 0x91, 2, 3, 2, b'x', b'y']), Ok(b"cdexy".to_vec()));
    }

    #[test]
    fn copies_are_noted_and_neighbours_joined() {
        let (mut result, mut copies) = (Vec::new(), Vec::new());
        // Copy 2 bytes from 0 and 2 from 2, insert "x", copy 2 from 4, copy 1 from 0.
        let delta = [6, 8, 0x90, 2, 0x91, 2, 2, 1, b'x', 0x91, 4, 2, 0x90, 1];
        apply(b"abcdef", &delta, 100, &mut result, &mut copies).unwrap();
        assert_eq!(result, b"abcdxefa");
        let expected = [(0, 0, 4), (5, 4, 2), (7, 0, 1)].map(|(at, from, length)| Copied { at, from, length });
        assert_eq!(copies, expected);
    }

    #[test]
    fn lies_are_told() {
        assert_eq!(applied(b"abc", &[4, 1, 1, b'x']), Err(DeltaError::WrongBase));
        assert_eq!(applied(b"abc", &[3, 2, 1, b'x']), Err(DeltaError::WrongSize));
        assert_eq!(applied(b"abc", &[3, 1, 2, b'x', b'y']), Err(DeltaError::WrongSize));
        assert_eq!(applied(b"abc", &[3, 4, 0x91, 2, 4]), Err(DeltaError::OutOfBase));
        assert_eq!(applied(b"abc", &[3, 1, 0]), Err(DeltaError::Reserved));
        assert_eq!(applied(b"abc", &[3, 5, 5, b'x']), Err(DeltaError::Truncated));
        assert_eq!(applied(b"abc", &[3, 0xff, 0xff, 0xff, 0xff, 0x7f]), Err(DeltaError::TooLarge(1 << 20)));
    }

    proptest! {
        #[test]
        fn any_bytes_end_in_a_result_or_an_error(base in proptest::collection::vec(any::<u8>(), 0..64), delta in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(result) = applied(&base, &delta) {
                prop_assert!(result.len() <= 1 << 20);
            }
        }
    }
}
