//! Records what a source hands on.

use std::sync::Mutex;

use keyward::blob::{Blob, ObjectKind, Origin, Skip};
use keyward::sources::Sink;

/// A blob with its bytes kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Recorded {
    pub(crate) origin: Origin,
    pub(crate) bytes: Vec<u8>,
    pub(crate) previous: Vec<u8>,
}

/// Keeps every blob and skip.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    blobs: Mutex<Vec<Recorded>>,
    skips: Mutex<Vec<Skip>>,
}

impl Sink for Recorder {
    fn blob(&self, blob: Blob<'_>) {
        let recorded = Recorded { origin: blob.origin, bytes: blob.bytes.to_vec(), previous: blob.previous.to_vec() };
        self.blobs.lock().unwrap().push(recorded);
    }

    fn skip(&self, skip: Skip) {
        self.skips.lock().unwrap().push(skip);
    }
}

impl Recorder {
    /// The blobs, sorted by origin.
    pub(crate) fn blobs(&self) -> Vec<Recorded> {
        let mut blobs = self.blobs.lock().unwrap().clone();
        blobs.sort();
        blobs
    }

    /// Path, content and predecessor of each blob that has a path, as text.
    pub(crate) fn files(&self) -> Vec<(String, String, String)> {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let file = |blob: Recorded| Some((blob.origin.path()?, text(blob.bytes), text(blob.previous)));
        self.blobs().into_iter().filter_map(file).collect()
    }

    /// Ids of the objects of one kind, sorted, each as often as it came.
    pub(crate) fn ids(&self, wanted: ObjectKind) -> Vec<String> {
        let id = |blob: Recorded| match blob.origin {
            Origin::Object { id, kind } if kind == wanted => Some(id),
            _ => None,
        };
        self.blobs().into_iter().filter_map(id).collect()
    }

    /// What was left out: name, reason and detail.
    pub(crate) fn skips(&self) -> Vec<Skip> {
        self.skips.lock().unwrap().clone()
    }
}
