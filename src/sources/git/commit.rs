//! L3: commit objects, read leniently: histories hold commits that no current git would write.
//!
//! Format: header lines, an empty line, the message; a header line that begins with a space continues the one before
//! (<https://git-scm.com/docs/git-hash-object> checks less than it says, so nothing but `tree` is required here).

use gix::ObjectId;
use gix::bstr::ByteSlice as _;

use super::{ObjectError, Reader};

/// The parts of a commit that scanning and attribution use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit<'a> {
    /// The tree it records.
    pub tree: ObjectId,
    /// Its parents, in order.
    pub parents: Vec<ObjectId>,
    /// The `author` line behind its keyword.
    pub author: &'a [u8],
    /// The `committer` line behind its keyword.
    pub committer: &'a [u8],
    /// Everything behind the headers.
    pub message: &'a [u8],
}

impl<'a> Commit<'a> {
    /// Reads a commit object's bytes.
    ///
    /// # Errors
    /// [`ObjectError::Corrupt`] where it names no tree, or a parent that is no object id.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ObjectError> {
        let (headers, message) = split_message(bytes);
        let mut commit = Commit { tree: ObjectId::null(gix::hash::Kind::Sha1), parents: Vec::new(), author: b"", committer: b"", message };
        let mut has_tree = false;
        for line in headers.lines() {
            match line.split_once_str(b" ") {
                Some((b"tree", id)) if !has_tree => {
                    commit.tree = object_id(id)?;
                    has_tree = true;
                }
                Some((b"parent", id)) => commit.parents.push(object_id(id)?),
                Some((b"author", who)) if commit.author.is_empty() => commit.author = who,
                Some((b"committer", who)) if commit.committer.is_empty() => commit.committer = who,
                _ => {}
            }
        }
        if has_tree { Ok(commit) } else { Err(ObjectError::Corrupt("the commit names no tree".to_owned())) }
    }

    /// Committer date in seconds since 1970; 0 where it cannot be read.
    pub fn time(&self) -> i64 {
        seconds(self.committer.rsplit_once_str(b">").map_or(b"", |(_, when)| when))
    }
}

/// The tree of a commit.
///
/// # Errors
/// Where the commit cannot be read.
pub fn tree_of(reader: &Reader, commit: &ObjectId) -> Result<ObjectId, ObjectError> {
    let mut buffer = Vec::new();
    reader.read_kind(commit, gix::objs::Kind::Commit, &mut buffer)?;
    Ok(Commit::parse(&buffer)?.tree)
}

/// Headers and message of a commit or tag.
pub fn split_message(bytes: &[u8]) -> (&[u8], &[u8]) {
    bytes.split_once_str(b"\n\n").unwrap_or((bytes, b""))
}

fn object_id(hex: &[u8]) -> Result<ObjectId, ObjectError> {
    ObjectId::from_hex(hex.trim_end()).map_err(|_| ObjectError::Corrupt("a header holds no object id".to_owned()))
}

/// Who and when: `NAME <EMAIL> SECONDS OFFSET`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The name, invalid UTF-8 replaced.
    pub name: String,
    /// The e-mail, invalid UTF-8 replaced.
    pub email: String,
    /// Seconds since 1970; 0 where it cannot be read.
    pub seconds: i64,
    /// East of UTC, in seconds; 0 where it cannot be read.
    pub offset: i32,
}

impl Signature {
    /// Reads what can be read of it.
    pub fn parse(line: &[u8]) -> Self {
        let (who, when) = line.rsplit_once_str(b">").unwrap_or((line, b""));
        let (name, email) = who.split_once_str(b"<").unwrap_or((who, b""));
        let (seconds, offset) = (seconds(when), when.fields().nth(1).and_then(offset_seconds).unwrap_or(0));
        let text = |bytes: &[u8]| bytes.trim().to_str_lossy().into_owned();
        Signature { name: text(name), email: text(email), seconds, offset }
    }

    /// The date in RFC 3339 with its own offset; empty where it is past what the calendar holds.
    pub fn rfc3339(&self) -> String {
        let time = gix::date::Time::new(self.seconds, self.offset);
        time.format(gix::date::time::format::ISO8601_STRICT).unwrap_or_default()
    }
}

/// The seconds that `SECONDS OFFSET` begins with; 0 where they cannot be read.
fn seconds(when: &[u8]) -> i64 {
    when.fields().next().and_then(|field| field.to_str().ok()?.parse().ok()).unwrap_or(0)
}

/// `+0130` as seconds.
fn offset_seconds(field: &[u8]) -> Option<i32> {
    let (sign, digits) = match field.split_first()? {
        (b'+', digits) => (1, digits),
        (b'-', digits) => (-1, digits),
        _ => return None,
    };
    let value: i32 = digits.to_str().ok().filter(|digits| digits.len() <= 4)?.parse().ok()?;
    let seconds = (value / 100) * 3600 + (value % 100) * 60;
    (seconds < 24 * 3600).then_some(sign * seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_read_with_continued_headers() {
        let tree = "1".repeat(40);
        let parent = "2".repeat(40);
        let text = format!(
            "tree {tree}\nparent {parent}\nauthor A B <a@b> 1 +0100\ncommitter C <c@d> 90 -0030\ngpgsig x\n parent y\n\nparent z\n\nmore"
        );
        let commit = Commit::parse(text.as_bytes()).unwrap();
        assert_eq!((commit.tree.to_string(), commit.parents.len(), commit.time()), (tree, 1, 90));
        assert_eq!(commit.message, b"parent z\n\nmore");
    }

    #[test]
    fn a_commit_without_a_tree_is_corrupt() {
        assert!(matches!(Commit::parse(b"author A <a> 1 +0000\n\n"), Err(ObjectError::Corrupt(_))));
    }

    #[test]
    fn dates_keep_the_authors_offset() {
        let dates = [("N <e> 1700000000 +0530", "2023-11-15T03:43:20+05:30"), ("N <e> 0 -0800", "1969-12-31T16:00:00-08:00")];
        for (line, expected) in dates {
            assert_eq!(Signature::parse(line.as_bytes()).rfc3339(), expected);
        }
    }

    #[test]
    fn a_broken_signature_does_no_harm() {
        for line in ["", "name", "<", "n <e", "n <e> x y", "n <e> 99999999999999999999 +9999", "n <e>1 é"] {
            Signature::parse(line.as_bytes()).rfc3339();
        }
        assert_eq!(Signature::parse(b"N <e> 9223372036854775807 +0000").rfc3339(), "");
    }
}
