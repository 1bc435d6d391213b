//! Archives of strangers: nothing beyond the limits is unpacked.
#![no_main]

use keyward::sources::archive::{Limits, members};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { depth: 3, member_size: 1 << 16, unpacked: 1 << 20, ratio: 50, members: 100 };
    let (mut count, mut total) = (0, 0);
    let _skips = members(bytes, &limits, &mut |_, member| {
        assert!(member.len() as u64 <= limits.member_size);
        count += 1;
        total += member.len() as u64;
    });
    // Stored members are slices of the archive and cost nothing, so they do not count as unpacked.
    assert!(count <= limits.members && total <= limits.unpacked + (limits.members * bytes.len() as u64));
});
