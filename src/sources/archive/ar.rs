//! Archives of `ar`: Debian packages and static libraries. Names as System V, GNU and BSD write them
//! (<https://man.freebsd.org/cgi/man.cgi?query=ar&sektion=5>).

use std::io;

use super::{Unpacker, join};
use crate::text::path::display;

/// What it begins with.
pub(super) const MAGIC: &[u8; 8] = b"!<arch>\n";
/// Bytes in a member's header.
const HEADER: usize = 60;

pub(super) fn unpack(unpacker: &mut Unpacker<'_>, archive: &str, bytes: &[u8], depth: u32) {
    let mut rest = &bytes[MAGIC.len()..];
    // Names that are too long for a header stand in a member of their own.
    let mut names: &[u8] = b"";
    while !rest.trim_ascii_end().is_empty() {
        let Some(header) = Header::read(rest) else {
            return unpacker.cut(archive, &"no header stands where the next member begins");
        };
        if !unpacker.admit(archive) {
            return;
        }
        let data = &rest[HEADER..];
        let content = &data[..header.size.min(data.len())];
        if header.name == b"//" {
            names = content;
        }
        let (name, content) = named(header.name, names, content);
        let name = join(archive, &display(name));
        unpacker.member(&name, content, depth);
        if unpacker.stopped {
            return;
        }
        if header.size > data.len() {
            return unpacker.cut(&name, &io::Error::from(io::ErrorKind::UnexpectedEof));
        }
        // Members begin at even places.
        rest = data.get(header.size + header.size % 2..).unwrap_or_default();
    }
}

/// A member's header.
struct Header<'a> {
    name: &'a [u8],
    size: usize,
}

impl<'a> Header<'a> {
    fn read(bytes: &'a [u8]) -> Option<Header<'a>> {
        let header = bytes.get(..HEADER)?.strip_suffix(b"`\n")?;
        let size = std::str::from_utf8(&header[48..58]).ok()?.trim().parse().ok()?;
        Some(Header { name: header[..16].trim_ascii_end(), size })
    }
}

/// The name of a member and its content, which begins with a long name where BSD wrote it.
fn named<'a>(name: &'a [u8], names: &'a [u8], content: &'a [u8]) -> (&'a [u8], &'a [u8]) {
    let number = |digits: &[u8]| std::str::from_utf8(digits).ok()?.parse::<usize>().ok();
    if let Some((name, content)) = name.strip_prefix(b"#1/").and_then(number).and_then(|length| content.split_at_checked(length)) {
        let end = name.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
        return (&name[..end], content);
    }
    let long = name.strip_prefix(b"/").and_then(number).and_then(|at| names.get(at..));
    let name = match long {
        Some(long) => long.split(|&byte| byte == b'\n').next().unwrap_or_default(),
        None => name,
    };
    let is_special = name.iter().all(|&byte| byte == b'/');
    (if is_special { name } else { name.strip_suffix(b"/").unwrap_or(name) }, content)
}
