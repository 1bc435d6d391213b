//! How paths are written in reports: `/` between components on every platform, and no two paths alike.
//!
//! File names are bytes on most systems, reports are text. A byte that is not valid UTF-8 is written `\xNN`, and
//! a backslash that would read as such an escape is written `\x5c`, so that the text still names one path only.

use std::borrow::Cow;
use std::path::Path;

/// The text for a path's bytes, as they are stored in git or in an archive. Borrowed where nothing had to change.
#[must_use]
pub fn display(path: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(path) {
        Ok(text) if !text.contains("\\x") => Cow::Borrowed(text),
        _ => Cow::Owned(escape(path)),
    }
}

/// The part of a path up to a component of it and with that; `None` where the path has no such component.
#[must_use]
pub fn through<'p>(path: &'p str, component: &str) -> Option<&'p str> {
    let mut at = 0;
    path.split('/').find_map(|part| {
        let end = at + part.len();
        at = end + 1;
        (part == component).then(|| &path[..end])
    })
}

/// The path that a text of [`display_os`] names.
#[must_use]
pub fn stored(text: &str) -> Cow<'_, Path> {
    #[cfg(unix)]
    if text.contains("\\x") {
        let path: std::ffi::OsString = std::os::unix::ffi::OsStringExt::from_vec(unescape(text.as_bytes()));
        return Cow::Owned(path.into());
    }
    Cow::Borrowed(Path::new(text))
}

#[cfg(unix)]
fn unescape(mut text: &[u8]) -> Vec<u8> {
    let mut path = Vec::with_capacity(text.len());
    while let Some((&first, rest)) = text.split_first() {
        let escaped = rest.get(1..3).filter(|_| first == b'\\' && reads_as_escape(rest));
        if let Some(byte) = escaped.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()) {
            path.push(byte);
            text = &rest[3..];
        } else {
            path.push(first);
            text = rest;
        }
    }
    path
}

/// The text for a path of the operating system.
#[must_use]
pub fn display_os(path: &Path) -> Cow<'_, str> {
    #[cfg(unix)]
    return display(std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()));
    #[cfg(not(unix))]
    return Cow::Owned(path.to_string_lossy().replace('\\', "/"));
}

fn escape(path: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(path.len() + 8);
    for chunk in path.utf8_chunks() {
        let valid = chunk.valid();
        for (at, c) in valid.char_indices() {
            if c == '\\' && reads_as_escape(&valid.as_bytes()[at + 1..]) {
                text.push_str("\\x5c");
            } else {
                text.push(c);
            }
        }
        for byte in chunk.invalid() {
            write!(text, "\\x{byte:02x}").expect("a String takes everything");
        }
    }
    text
}

/// Whether a backslash in front of `rest` would be read as an escaped byte.
fn reads_as_escape(rest: &[u8]) -> bool {
    matches!(rest, [b'x', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
}

#[cfg(all(test, unix))]
mod tests {
    use super::{display, stored, through};
    use proptest::prelude::*;
    use std::borrow::Cow;

    /// The bytes of the path that a text names.
    fn unescape(text: &str) -> Vec<u8> {
        use std::os::unix::ffi::OsStrExt as _;
        stored(text).as_os_str().as_bytes().to_vec()
    }

    #[test]
    fn plain_names_are_borrowed() {
        assert!(matches!(display("src/naïve name.rs".as_bytes()), Cow::Borrowed("src/naïve name.rs")));
    }

    #[test]
    fn a_path_ends_with_the_first_component_of_that_name() {
        assert_eq!(through("a/b/c/b", "b"), Some("a/b"));
        assert_eq!(through("a", "a"), Some("a"));
        assert_eq!((through("ab/c", "b"), through("", "b")), (None, None));
    }

    #[test]
    fn invalid_bytes_are_spelled_out() {
        assert_eq!(display(b"caf\xe9/a.txt"), "caf\\xe9/a.txt");
        assert_eq!(display(b"caf\\xe9/a.txt"), "caf\\x5cxe9/a.txt");
        assert_eq!(display(b"a\\b\\xz"), "a\\b\\xz");
    }

    proptest! {
        #[test]
        fn no_two_paths_read_alike(path in prop::collection::vec(prop_oneof![Just(b'\\'), Just(b'x'), Just(b'e'), Just(b'9'), any::<u8>()], 0..24)) {
            prop_assert_eq!(unescape(&display(&path)), path);
        }
    }
}
