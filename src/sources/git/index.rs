//! L3: reads an index file, which may be damaged or made to do harm.

use std::path::Path;

use gix::bstr::ByteSlice as _;
use gix::index::State;

use super::causes;

/// Reads the index at `path`.
///
/// # Errors
/// Says what is wrong with it.
pub fn read_index(path: &Path, hash: gix::hash::Kind) -> Result<State, String> {
    if !std::fs::metadata(path).map_err(|error| error.to_string())?.is_file() {
        return Err("it is no regular file".to_owned());
    }
    let index = gix::index::File::at(path, hash, true, gix::index::decode::Options::default()).map_err(|error| causes(&error))?;
    let state: State = index.into();
    if state.entries().is_empty() && std::fs::read(path).is_ok_and(|bytes| bytes.contains_str("link")) {
        return Err("it is a split index that does not say which entries are its own".to_owned());
    }
    let sorted = state.entries().is_sorted_by(|a, b| (a.path(&state), a.stage_raw()) <= (b.path(&state), b.stage_raw()));
    if sorted { Ok(state) } else { Err("its entries are out of order".to_owned()) }
}
