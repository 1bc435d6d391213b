//! Objects as git writes them, made of the bytes of a fuzzer, so that what is read goes on to what it names.

use crate::size::delta_size;

/// The id of the object of this number.
pub fn id(number: usize) -> [u8; 20] {
    [number as u8 + 1; 20]
}

fn hex(number: usize) -> String {
    format!("{:02x}", number as u8 + 1).repeat(20)
}

/// A commit with the tree `tree`, and a parent for each of the first bytes that names an object.
pub fn commit(tree: usize, bytes: &[u8], count: usize) -> Vec<u8> {
    let mut text = format!("tree {}\n", hex(tree));
    for parent in bytes.iter().take(3).filter(|byte| usize::from(**byte) < count) {
        text += &format!("parent {}\n", hex(usize::from(*parent)));
    }
    let date = bytes.first().copied().unwrap_or_default();
    text += &format!("author A <a> {date} +0000\ncommitter A <a> {date} +0000\n\n");
    [text.as_bytes(), bytes].concat()
}

/// A tag of an object.
pub fn tag(object: usize, bytes: &[u8]) -> Vec<u8> {
    let text = format!("object {}\ntype commit\ntag v\ntagger A <a> 1 +0000\n\n", hex(object));
    [text.as_bytes(), bytes].concat()
}

/// A tree with an entry for every two bytes: mode and name, object.
pub fn tree(bytes: &[u8], count: usize) -> Vec<u8> {
    let mut entries = Vec::new();
    for (at, pair) in bytes.chunks_exact(2).enumerate() {
        let mode = ["100644", "40000", "40000", "120000", "160000", "100755", "1", "100664"][usize::from(pair[0] & 7)];
        entries.extend(format!("{mode} {at}-{}\0", pair[0] >> 3).into_bytes());
        entries.extend(id(usize::from(pair[1]) % count));
    }
    entries
}

/// A delta to a base of this length that says the truth: for every two bytes a copy, or a piece that is put in. Also
/// what it comes to.
pub fn delta(base: &[u8], bytes: &[u8], count: usize) -> (Vec<u8>, Vec<u8>) {
    let (mut instructions, mut result) = (Vec::new(), Vec::new());
    for pair in bytes.chunks_exact(2) {
        if pair[0] & 1 == 0 && !base.is_empty() {
            let from = usize::from(pair[0] >> 1) * base.len() / 128;
            let length = (usize::from(pair[1]) + 1).min(base.len() - from);
            instructions.push(0b1011_0011);
            instructions.extend((from as u16).to_le_bytes());
            instructions.extend((length as u16).to_le_bytes());
            result.extend_from_slice(&base[from..from + length]);
        } else {
            let piece = if pair[0] & 2 == 0 { tree(pair, count) } else { pair.to_vec() };
            instructions.push(piece.len() as u8);
            instructions.extend_from_slice(&piece);
            result.extend(piece);
        }
    }
    let sizes = [delta_size(base.len()), delta_size(result.len())].concat();
    ([sizes, instructions].concat(), result)
}
