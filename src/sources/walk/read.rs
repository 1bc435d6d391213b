//! Reads files into one buffer per thread.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

use crate::blob::SkipReason;
use crate::text::system;

/// Buffer that a thread keeps, in bytes. What a larger file needs is given back after it.
const KEEP: usize = 4 << 20;
/// Buffer that a thread begins with, in bytes: most source files fit.
const FIRST: usize = 128 << 10;

/// Reads one file after the other. Four system calls a file: open, stat, read, close.
pub(super) struct Reader {
    /// Always filled to its length, so that nothing has to be zeroed for a file that fits.
    buffer: Vec<u8>,
    max_size: Option<u64>,
    follow_links: bool,
}

/// Why a file was not read.
#[derive(Debug)]
pub(super) enum Refusal {
    /// No longer there.
    Gone,
    /// No longer a regular file.
    Special,
    /// Larger than the limit.
    TooLarge { size: u64, limit: u64 },
    /// Larger than what memory is left.
    NoMemory { size: u64 },
    /// The system would not let it be read.
    Unreadable(io::Error),
}

impl Refusal {
    /// How a report says it.
    pub(super) fn explain(&self) -> (SkipReason, String) {
        match self {
            Refusal::Gone => (SkipReason::Unreadable, "it vanished during the scan".to_owned()),
            Refusal::Special => (SkipReason::Special, String::new()),
            Refusal::TooLarge { size, limit } => (SkipReason::TooLarge, format!("{size} bytes, the limit is {limit}")),
            Refusal::NoMemory { size } => (SkipReason::TooLarge, format!("{size} bytes do not fit into memory")),
            Refusal::Unreadable(error) => (SkipReason::Unreadable, system::words(error)),
        }
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        if error.kind() == ErrorKind::NotFound { Refusal::Gone } else { Refusal::Unreadable(error) }
    }
}

impl Reader {
    pub(super) fn new(max_size: Option<u64>, follow_links: bool) -> Self {
        Reader { buffer: Vec::new(), max_size, follow_links }
    }

    /// The whole content of the file at `path`. `named` paths may be symbolic links.
    pub(super) fn read(&mut self, path: &Path, named: bool) -> Result<&[u8], Refusal> {
        let mut file = open(path, named || self.follow_links)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(Refusal::Special);
        }
        let size = metadata.len();
        self.check(size)?;
        if self.buffer.len() > KEEP {
            self.buffer = Vec::new();
        }
        let mut filled = 0;
        loop {
            self.reserve(filled, size)?;
            match file.read(&mut self.buffer[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
            // Kernel files say that they have no size, and logs grow; but a file that gave what it promised is done.
            if filled as u64 == size {
                break;
            }
            self.check(filled as u64)?;
        }
        Ok(&self.buffer[..filled])
    }

    fn check(&self, size: u64) -> Result<(), Refusal> {
        match self.max_size {
            Some(limit) if size > limit => Err(Refusal::TooLarge { size, limit }),
            _ => Ok(()),
        }
    }

    /// Makes room for a file of `size` bytes, and for more than that once the buffer is full.
    fn reserve(&mut self, filled: usize, size: u64) -> Result<(), Refusal> {
        let wanted = usize::try_from(size).map_err(|_| Refusal::NoMemory { size })?;
        let wanted = if filled == self.buffer.len() && filled >= wanted { filled * 2 } else { wanted };
        let wanted = wanted.max(FIRST);
        if wanted > self.buffer.len() {
            self.buffer.try_reserve_exact(wanted - self.buffer.len()).map_err(|_| Refusal::NoMemory { size: wanted as u64 })?;
            self.buffer.resize(wanted, 0);
        }
        Ok(())
    }
}

/// Opens without waiting: between the listing and the opening, a file can be replaced by a pipe that nobody writes
/// to, or by a link to one.
pub(super) fn open(path: &Path, follow: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        let follow = if follow { 0 } else { libc::O_NOFOLLOW };
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY | follow);
    }
    #[cfg(not(unix))]
    let _ = follow;
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::{FIRST, KEEP, Reader, Refusal};
    use std::path::{Path, PathBuf};

    fn file(dir: &Path, name: &str, size: usize) -> (PathBuf, Vec<u8>) {
        let bytes: Vec<u8> = (0..size).map(|at| u8::try_from(at % 251).expect("below 251")).collect();
        let path = dir.join(name);
        std::fs::write(&path, &bytes).expect("the directory is writable");
        (path, bytes)
    }

    #[test]
    fn files_of_all_sizes_come_whole_from_one_buffer() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let mut reader = Reader::new(None, false);
        for size in [0, 1, FIRST - 1, FIRST, FIRST + 1, KEEP, KEEP + 1, 3, 2 * KEEP, FIRST] {
            let (path, bytes) = file(dir.path(), "f", size);
            assert!(reader.read(&path, false).expect("readable") == bytes, "{size} bytes");
        }
    }

    #[test]
    fn the_limit_itself_is_still_read() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let mut reader = Reader::new(Some(10), false);
        assert!(reader.read(&file(dir.path(), "ten", 10).0, false).is_ok());
        assert!(matches!(reader.read(&file(dir.path(), "eleven", 11).0, false), Err(Refusal::TooLarge { size: 11, limit: 10 })));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn files_that_say_they_are_empty_are_read_to_their_end() {
        let mut reader = Reader::new(None, false);
        assert!(reader.read(Path::new("/proc/self/status"), false).expect("readable").starts_with(b"Name:"));
        let mut bounded = Reader::new(Some(5), false);
        assert!(matches!(bounded.read(Path::new("/proc/self/status"), false), Err(Refusal::TooLarge { limit: 5, .. })));
    }

    #[cfg(unix)]
    #[test]
    fn what_became_a_pipe_or_link_is_refused_without_waiting() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let pipe = dir.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(file(dir.path(), "f", 1).0, &link).expect("links can be made");
        let mut reader = Reader::new(None, false);
        assert!(matches!(reader.read(&pipe, false), Err(Refusal::Special)));
        assert!(matches!(reader.read(&link, false), Err(Refusal::Unreadable(_))));
        assert!(reader.read(&link, true).is_ok());
    }
}
