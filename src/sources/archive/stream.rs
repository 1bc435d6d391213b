//! Compressed streams: one file, or a tar that is unpacked as it comes out.

use std::io::{self, Read};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use super::{Unpacker, join, tar};
use crate::text::path::display;

/// Largest window that a decoder may ask for, in KiB: that of `xz -9` and `zstd --ultra` with room to spare.
const WINDOW_KIB: u32 = 160 << 10;

/// Compression formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Codec {
    /// RFC 1952.
    Gzip,
    /// bzip2.
    Bzip2,
    /// The .xz file format.
    Xz,
    /// RFC 8878.
    Zstd,
}

impl Codec {
    /// The decompressed `bytes`, all streams in them one after the other.
    pub(super) fn decode(self, bytes: &[u8]) -> Box<dyn Read + '_> {
        match self {
            Codec::Gzip => Box::new(MultiGzDecoder::new(bytes)),
            Codec::Bzip2 => Box::new(MultiBzDecoder::new(bytes)),
            Codec::Xz => Box::new(XzReader::new_mem_limit(bytes, true, WINDOW_KIB)),
            Codec::Zstd => Box::new(Zstd { rest: bytes, frame: None }),
        }
    }
}

pub(super) fn unpack(unpacker: &mut Unpacker<'_>, codec: Codec, archive: &str, bytes: &[u8], depth: u32) {
    let mut reader = unpacker.meter(codec.decode(bytes));
    let mut head = Vec::new();
    let fault = (&mut reader).take(tar::BLOCK as u64).read_to_end(&mut head).err();
    if tar::is_tar(&head) {
        return tar::unpack_stream(unpacker, archive, &mut head.chain(reader), depth);
    }
    if !unpacker.admit(archive) {
        return;
    }
    let name = join(archive, &stored_name(codec, bytes));
    let result = match fault {
        None => unpacker.read_member(&name, &mut head.chain(reader), false, depth),
        Some(error) => {
            unpacker.member(&name, &head, depth);
            Err(error)
        }
    };
    if let Err(error) = result {
        unpacker.cut(&name, &error);
    }
}

/// The name that gzip stores, `content` elsewhere.
fn stored_name(codec: Codec, bytes: &[u8]) -> String {
    let gzip = (codec == Codec::Gzip).then(|| MultiGzDecoder::new(bytes));
    let name = gzip.as_ref().and_then(|gzip| gzip.header()?.filename()).filter(|name| !name.is_empty());
    name.map_or_else(|| "content".to_owned(), |name| display(name).into_owned())
}

/// All frames of a Zstandard file; the decoder itself reads one.
struct Zstd<'a> {
    rest: &'a [u8],
    frame: Option<StreamingDecoder<&'a [u8], FrameDecoder>>,
}

impl Zstd<'_> {
    /// Opens the next frame. Skippable ones hold no data.
    fn open(&mut self) -> io::Result<()> {
        const SKIPPABLE_HEADER: usize = 8;
        match StreamingDecoder::new_with_max_window_size(self.rest, u64::from(WINDOW_KIB) << 10) {
            Ok(frame) => self.frame = Some(frame),
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                let end = usize::try_from(length).unwrap_or(usize::MAX).saturating_add(SKIPPABLE_HEADER);
                self.rest = self.rest.get(end..).ok_or(io::ErrorKind::UnexpectedEof)?;
            }
            Err(error) => return Err(io::Error::other(error)),
        }
        Ok(())
    }
}

impl Read for Zstd<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(frame) = &mut self.frame {
                let read = frame.read(buffer)?;
                if read > 0 || buffer.is_empty() {
                    return Ok(read);
                }
                self.rest = frame.get_ref();
                self.frame = None;
            }
            if self.rest.is_empty() {
                return Ok(0);
            }
            self.open()?;
        }
    }
}
