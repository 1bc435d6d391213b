//! L3: names of files and directories, which may hold a secret as their contents may.
//!
//! Each distinct name is looked at once, by itself. Where one holds a secret, which is rare, the source tells each place
//! that has it.

use super::Sink;
use crate::blob::Origin;
use crate::text::path::through;

/// Shorter names hold no secret that could be told from other names, in bytes.
pub const LEAST: usize = 16;

/// Tells `sink` the names in the path of `origin` that hold a secret, but for those of directories or files that were
/// there before: `is_known` is asked with the path up to the name.
pub fn tell(sink: &dyn Sink, path: &str, origin: &dyn Fn() -> Origin, is_known: &mut dyn FnMut(&str) -> bool) {
    for name in path.split('/').filter(|name| name.len() >= LEAST && sink.is_leak(name)) {
        if through(path, name).is_some_and(|path| !is_known(path)) {
            sink.name(Origin::Name { of: Box::new(origin()), name: name.to_owned() });
        }
    }
}
