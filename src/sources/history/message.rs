//! L3: what of commits and tags is scanned: who, when, the message and extra headers.
//!
//! Object ids and the base64 of signatures are left out: they are long random strings by nature. Whatever else somebody
//! put in the place of a signature stays.

use gix::bstr::ByteSlice as _;

use crate::blob::ObjectKind;
use crate::sources::git::split_message;

/// Headers that hold nothing but an id or a kind of object.
const WITHOUT_TEXT: [&[u8]; 4] = [b"tree", b"parent", b"object", b"type"];

/// Kinds of objects.
const KINDS: [&[u8]; 4] = [b"commit", b"tree", b"blob", b"tag"];

/// Headers that hold a signature.
const SIGNED: [&[u8]; 2] = [b"gpgsig", b"gpgsig-sha256"];

/// Lines that begin a signature at the end of a tag's message, and those that end it.
const SIGNATURES: [(&[u8], &[u8]); 4] = [
    (b"-----BEGIN PGP SIGNATURE-----", b"-----END PGP SIGNATURE-----"),
    (b"-----BEGIN PGP MESSAGE-----", b"-----END PGP MESSAGE-----"),
    (b"-----BEGIN SSH SIGNATURE-----", b"-----END SSH SIGNATURE-----"),
    (b"-----BEGIN SIGNED MESSAGE-----", b"-----END SIGNED MESSAGE-----"),
];

/// Puts the text of a commit or tag object into `text`.
pub(super) fn text_of(kind: ObjectKind, bytes: &[u8], text: &mut Vec<u8>) {
    text.clear();
    append(bytes, text);
    if kind == ObjectKind::Tag {
        drop_signature(text);
    }
}

fn append(bytes: &[u8], text: &mut Vec<u8>) {
    let (headers, message) = split_message(bytes);
    let mut lines = headers.lines_with_terminator().peekable();
    while let Some(line) = lines.next() {
        let name = line.split(|byte| *byte == b' ' || *byte == b'\n').next().unwrap_or_default();
        let mut continued: Vec<u8> = Vec::new();
        while let Some(next) = lines.next_if(|next| next.starts_with(b" ")) {
            continued.extend_from_slice(&next[1..]);
        }
        if name == b"mergetag" {
            // A whole tag object, of which the first line stands behind the header's name: `object ID`.
            append(&continued, text);
            drop_signature(text);
            text.push(b'\n');
        } else if SIGNED.contains(&name) {
            append_typed(&[&line[name.len()..], &continued].concat(), text);
        } else if !(WITHOUT_TEXT.contains(&name) && continued.is_empty() && says_nothing(line[name.len()..].trim())) {
            text.extend_from_slice(line);
            text.extend_from_slice(&continued);
        }
    }
    if !text.ends_with(b"\n") {
        text.push(b'\n');
    }
    text.push(b'\n');
    text.extend_from_slice(message);
}

/// Whether a value is an id or a kind, as git writes it.
fn says_nothing(value: &[u8]) -> bool {
    KINDS.contains(&value) || value.iter().all(u8::is_ascii_hexdigit)
}

/// Appends what of a signature is no armour: lines before and behind it, and headers in it.
fn append_typed(signature: &[u8], text: &mut Vec<u8>) {
    let mut is_inside = false;
    for line in signature.lines().map(<[u8]>::trim) {
        let is_end = line.starts_with(b"-----END ");
        if is_end || SIGNATURES.iter().any(|(begin, _)| line == *begin) {
            is_inside = !is_end;
        } else if !(line.is_empty() || is_inside && is_base64(line)) {
            text.extend_from_slice(line);
            text.push(b'\n');
        }
    }
}

/// Whether a line is base64, or the checksum behind it.
fn is_base64(line: &[u8]) -> bool {
    line.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(byte))
}

/// Cuts off a signature that ends the text, but for what of it is no armour.
fn drop_signature(text: &mut Vec<u8>) {
    for (begin, end) in SIGNATURES {
        let is_start = |at: usize| at == 0 || text[at - 1] == b'\n';
        if text.trim_end().ends_with(end)
            && let Some(start) = text.rfind(begin).filter(|start| is_start(*start))
        {
            let signature = text.split_off(start);
            append_typed(&signature, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(kind: ObjectKind, object: &str) -> String {
        let mut text = Vec::new();
        text_of(kind, object.as_bytes(), &mut text);
        String::from_utf8(text).unwrap()
    }

    fn signature(of: &str) -> String {
        let dashes = "-".repeat(5);
        format!("{dashes}BEGIN {of} SIGNATURE{dashes}\n\nabc\n{dashes}END {of} SIGNATURE{dashes}\n")
    }

    #[test]
    fn a_commit_keeps_people_headers_and_message() {
        let folded = signature("PGP").replace('\n', "\n ");
        let object =
            format!("tree 1\nparent 2\nauthor A <a> 1 +0\ncommitter C <c> 2 +0\ngpgsig {folded}\nencoding latin1\n\nSubject\n\nBody\n");
        assert_eq!(text(ObjectKind::Commit, &object), "author A <a> 1 +0\ncommitter C <c> 2 +0\nencoding latin1\n\nSubject\n\nBody\n");
    }

    #[test]
    fn what_is_no_signature_stays_in_the_place_of_one() {
        let folded = signature("PGP").replacen("\n\n", "\nComment: a note\n\n", 1).replace('\n', "\n ");
        let object = format!("tree 1\ngpgsig {folded}\ngpgsig-sha256 typed\n here\n\nSubject\n");
        assert_eq!(text(ObjectKind::Commit, &object), "Comment: a note\ntyped\nhere\n\nSubject\n");
        let object = format!("tag v1\n\nNotes\n{}", signature("SSH").replacen("\n\n", "\na note\n", 1));
        assert_eq!(text(ObjectKind::Tag, &object), "tag v1\n\nNotes\na note\n");
    }

    #[test]
    fn a_tag_loses_only_the_signature_at_its_end() {
        for of in ["PGP", "SSH"] {
            let object = format!("object 1\ntype commit\ntag v1\ntagger T <t> 1 +0\n\nNotes\n{}", signature(of));
            assert_eq!(text(ObjectKind::Tag, &object), "tag v1\ntagger T <t> 1 +0\n\nNotes\n");
            let object = format!("tag v1\n\n{}and more\n", signature(of));
            assert!(text(ObjectKind::Tag, &object).contains("abc"));
        }
    }

    #[test]
    fn a_tag_inside_a_merge_is_kept_without_its_ids() {
        let object = format!(
            "tree 1\nmergetag object 3\n type commit\n tag v2\n tagger T <t> 1 +0\n \n Notes\n {}\n\nMerge\n",
            signature("PGP").trim_end().replace('\n', "\n ")
        );
        assert_eq!(text(ObjectKind::Commit, &object), "tag v2\ntagger T <t> 1 +0\n\nNotes\n\n\nMerge\n");
    }

    #[test]
    fn an_object_without_headers_or_message_does_no_harm() {
        for object in ["", "\n\n", "tree", "mergetag", "gpgsig x\n y", "a\n b"] {
            text(ObjectKind::Commit, object);
            text(ObjectKind::Tag, object);
        }
    }
}
