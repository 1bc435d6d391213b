//! L3: applies git's delta instructions (<https://git-scm.com/docs/pack-format#_deltified_representation>).
//!
//! The instructions come from a pack that anybody may have made, so every copy is checked against the base and
//! every size against what was claimed; memory is taken as instructions earn it, not as sizes claim it.

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

/// Rebuilds into `result` what `delta` makes of `base`. `limit` is the largest result in bytes.
pub(super) fn apply(base: &[u8], delta: &[u8], limit: usize, result: &mut Vec<u8>) -> Result<(), DeltaError> {
    result.clear();
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
            _ => copied(base, instruction, &mut rest)?,
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
fn copied<'b>(base: &'b [u8], instruction: u8, rest: &mut &[u8]) -> Result<&'b [u8], DeltaError> {
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
    base.get(offset..).and_then(|tail| tail.get(..length)).ok_or(DeltaError::OutOfBase)
}

#[cfg(test)]
mod tests {
    use super::{DeltaError, apply};
    use proptest::prelude::*;

    fn applied(base: &[u8], delta: &[u8]) -> Result<Vec<u8>, DeltaError> {
        let mut result = Vec::new();
        apply(base, delta, 1 << 20, &mut result).map(|()| result)
    }

    #[test]
    fn copies_and_inserts_make_the_result() {
        // Copy 3 bytes from 2, insert "xy".
        assert_eq!(applied(b"abcdef", &[6, 5, 0x91, 2, 3, 2, b'x', b'y']), Ok(b"cdexy".to_vec()));
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
