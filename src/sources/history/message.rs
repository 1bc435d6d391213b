//! L3: what of commits and tags is scanned: who, when, the message and extra headers.
//!
//! Object ids and signatures are left out. They are long random strings by nature, and nobody can type a secret there.

use gix::bstr::ByteSlice as _;

use crate::blob::ObjectKind;
use crate::sources::git::split_message;

/// Headers that hold nothing but ids or a signature.
const WITHOUT_TEXT: [&[u8]; 6] = [b"tree", b"parent", b"object", b"type", b"gpgsig", b"gpgsig-sha256"];

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
        } else if !WITHOUT_TEXT.contains(&name) {
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

/// Cuts off a signature that ends the text.
fn drop_signature(text: &mut Vec<u8>) {
    for (begin, end) in SIGNATURES {
        let is_start = |at: usize| at == 0 || text[at - 1] == b'\n';
        if text.trim_end().ends_with(end)
            && let Some(start) = text.rfind(begin).filter(|start| is_start(*start))
        {
            text.truncate(start);
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
