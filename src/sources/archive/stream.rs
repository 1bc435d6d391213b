//! Compressed streams: one file, or a tar that is unpacked as it comes out.

use std::io::{self, Read};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::GzDecoder;
use lzma_rust2::{LzmaReader, XzReader};
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
    /// LZMA alone, which came before .xz.
    Lzma,
    /// RFC 8878.
    Zstd,
}

impl Codec {
    /// The decompressed `bytes`, all streams in them one after the other.
    pub(super) fn decode(self, bytes: &[u8]) -> Box<dyn Read + '_> {
        match self {
            Codec::Gzip => Box::new(Gzip { rest: bytes, member: None }),
            Codec::Bzip2 => Box::new(MultiBzDecoder::new(bytes)),
            Codec::Xz => Box::new(XzReader::new_mem_limit(bytes, true, WINDOW_KIB)),
            Codec::Lzma => match LzmaReader::new_mem_limit(bytes, WINDOW_KIB, None) {
                Ok(reader) => Box::new(reader),
                Err(error) => Box::new(Refused(Some(error))),
            },
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
    let gzip = (codec == Codec::Gzip).then(|| GzDecoder::new(bytes));
    let name = gzip.as_ref().and_then(|gzip| gzip.header()?.filename()).filter(|name| !name.is_empty());
    name.map_or_else(|| "content".to_owned(), |name| display(name).into_owned())
}

/// Whether `bytes` begin as LZMA alone, which has no magic: the properties that every encoder takes by default, a
/// dictionary of a size that encoders choose, a size of the content that is unknown or below 256 GiB, and the zero that
/// coded data begin with.
pub(super) fn is_lzma(bytes: &[u8]) -> bool {
    let Some([0x5d, d0, d1, d2, d3, size @ .., 0]) = bytes.first_chunk::<14>() else { return false };
    let (dictionary, size) = (u32::from_le_bytes([*d0, *d1, *d2, *d3]), u64::from_le_bytes(*size));
    let is_chosen = dictionary.is_power_of_two() || (dictionary % 3 == 0 && (dictionary / 3).is_power_of_two());
    dictionary >= 1 << 12 && is_chosen && (size == u64::MAX || size < 1 << 38)
}

/// A stream that its decoder does not take.
struct Refused(Option<io::Error>);

impl Read for Refused {
    fn read(&mut self, _buffer: &mut [u8]) -> io::Result<usize> {
        Err(self.0.take().unwrap_or_else(|| io::ErrorKind::InvalidData.into()))
    }
}

/// All members of a gzip file, up to the zeros that tapes and block devices leave behind the last.
struct Gzip<'a> {
    rest: &'a [u8],
    member: Option<GzDecoder<&'a [u8]>>,
}

impl Read for Gzip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(member) = &mut self.member {
                let read = member.read(buffer)?;
                if read > 0 || buffer.is_empty() {
                    return Ok(read);
                }
                self.rest = member.get_ref();
                self.member = None;
            }
            if self.rest.iter().all(|byte| *byte == 0) {
                return Ok(0);
            }
            self.member = Some(GzDecoder::new(self.rest));
        }
    }
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
