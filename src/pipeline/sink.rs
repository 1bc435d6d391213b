//! What a source hands over, and what it asks, while it is read.

use super::{Kin, Pipeline, lock};
use crate::blob::{Blob, Origin, Skip};
use crate::engine::{Base, Trace};
use crate::sources::Sink;

impl Sink for Pipeline<'_> {
    fn blob(&self, blob: Blob<'_>) {
        self.take(blob, Kin::None);
    }

    fn version(&self, blob: Blob<'_>, base: Option<Base<'_>>) -> Option<Trace> {
        self.take(blob, Kin::Versions(base))
    }

    fn is_leak(&self, name: &str) -> bool {
        self.holds_secret(name)
    }

    fn name(&self, origin: Origin) {
        self.tell_name(origin);
    }

    fn leaves_out(&self, origin: &Origin) -> bool {
        self.excludes(origin)
    }

    fn seeks_replaced(&self) -> bool {
        self.has_movable()
    }

    fn replaced(&self, blob: Blob<'_>) {
        self.keep_lost(&blob);
    }

    fn judges_paths(&self) -> bool {
        self.accepts_by_path()
    }

    fn take_accepted(&self, origin: &Origin, bytes: &mut Vec<u8>) -> bool {
        self.drop_accepted(origin, bytes)
    }

    fn skip(&self, skip: Skip) {
        lock(&self.skips).push(skip);
    }
}
