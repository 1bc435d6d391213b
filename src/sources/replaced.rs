//! L3: files as they were before a change, for telling what it moved from what it brings.

use gix::ObjectId;
use gix::bstr::BString;

use super::Sink;
use super::git::Reader;
use crate::blob::{Blob, Origin};
use crate::text::path::display;

/// Files that are compared: a change of more is read for what it brings only.
pub(super) const MOST: usize = 20_000;

/// What is said where there are more.
pub(super) const TOO_MANY: &str = "too much was changed to look for all that was only moved from other files: it may count as new";

/// A file that a change replaced or took away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Replaced {
    pub(super) path: BString,
    pub(super) was: ObjectId,
    /// What stands at the path now: nothing, or one file, or one for each branch that is looked at.
    pub(super) is: Vec<ObjectId>,
}

/// The contents of a file before and after a change.
#[derive(Debug, Default)]
pub(super) struct Contents {
    was: Vec<u8>,
    is: Vec<u8>,
    buffer: Vec<u8>,
}

impl Contents {
    /// Tells `sink` of a file. One that cannot be read as it was, or as it is, has lost nothing.
    pub(super) fn tell(&mut self, file: &Replaced, reader: &Reader, limit: Option<u64>, sink: &dyn Sink) {
        self.is.clear();
        for id in &file.is {
            if reader.read_blob(id, limit, &mut self.buffer).is_err() {
                return;
            }
            self.is.extend_from_slice(&self.buffer);
            self.is.push(b'\n');
        }
        if reader.read_blob(&file.was, limit, &mut self.was).is_ok() {
            let origin = Origin::Index { path: display(&file.path).into_owned(), id: file.was.to_string() };
            sink.replaced(Blob { bytes: &self.was, origin, previous: &self.is });
        }
    }
}
