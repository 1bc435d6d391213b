//! L2: where one of many beginnings of words may stand, told by three bytes at once.

/// Length of a beginning that is looked at, in bytes.
pub(super) const LENGTH: usize = 3;
/// Buckets: two sets of eight, one bit each.
const BUCKETS: usize = 16;
/// What tells bytes apart: all of ASCII.
pub(super) const CODES: usize = 128;

/// A set of beginnings. Letters count as they are.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Starts {
    /// By half of the buckets, and by place: the buckets that have such a byte.
    pub(super) tables: [[[u8; CODES]; LENGTH]; 2],
}

impl Starts {
    /// The set of `starts`. Those with the same first byte share a bucket, so that few other words are let through.
    pub(in crate::engine) fn new(mut starts: Vec<[u8; LENGTH]>) -> Starts {
        starts.sort_unstable();
        starts.dedup();
        let mut tables = [[[0; CODES]; LENGTH]; 2];
        for (index, start) in starts.iter().enumerate() {
            let bucket = index * BUCKETS / starts.len();
            for (table, &byte) in tables[bucket / 8].iter_mut().zip(start) {
                table[usize::from(byte) % CODES] |= 1 << (bucket % 8);
            }
        }
        Starts { tables }
    }
}
