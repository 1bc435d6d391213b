//! L3: standard input as one blob.

use std::io::Read;

use super::{Coverage, Sink, SourceError};
use crate::blob::{Blob, Origin, Skip, SkipReason};

/// Scans all of `input` under the reported path `name`.
///
/// At most `max_size` bytes are kept (`None` = no limit). Where there are more, the first `max_size` are scanned all
/// the same, and the rest is a [`SkipReason::TooLarge`] skip.
///
/// # Errors
/// Where `input` cannot be read to its end: half of a stream must not pass for the whole.
pub fn scan(name: &str, input: &mut dyn Read, max_size: Option<u64>, sink: &dyn Sink) -> Result<Coverage, SourceError> {
    let mut bytes = Vec::new();
    let bound = max_size.map_or(u64::MAX, |limit| limit.saturating_add(1));
    input.take(bound).read_to_end(&mut bytes).map_err(|error| SourceError::Path { path: name.to_owned(), error })?;
    // Nothing is what a command leaves that failed, so it does not count as a file.
    let blobs = u64::from(!bytes.is_empty());
    if let Some(limit) = max_size.filter(|&limit| bytes.len() as u64 > limit) {
        bytes.pop();
        let detail = format!("only the first {limit} bytes were scanned; raise the size limit to scan the rest");
        sink.skip(Skip { what: name.to_owned(), reason: SkipReason::TooLarge, detail });
    }
    sink.blob(Blob { bytes: &bytes, origin: Origin::Stdin { path: name.to_owned() }, previous: &[] });
    Ok(Coverage { scope: name.to_owned(), blobs, bytes: bytes.len() as u64, ..Coverage::default() })
}
