//! Writes files whole or not at all: beside their place first, then moved there, so that nobody ever reads half a
//! file, and an old one stays where a new one fails.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Who may read a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readers {
    /// Whoever could read the old one, or the system's default.
    AsBefore,
    /// The owner only.
    Owner,
}

/// Tries out that a file can be made, and leaves none behind: it would be scanned.
pub(super) fn check(path: &Path) -> io::Result<()> {
    match Place::of(path)? {
        Place::Device => OpenOptions::new().write(true).open(path).map(drop),
        Place::File { beside, .. } => {
            create(&beside, Readers::AsBefore)?;
            fs::remove_file(&beside)
        }
    }
}

/// Puts what `write` writes in the place of a file. Links are followed; devices and pipes are written to as they are.
pub(super) fn replace(path: &Path, readers: Readers, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let through = |file: File| {
        let mut buffered = BufWriter::new(file);
        write(&mut buffered)?;
        buffered.flush()
    };
    let (beside, path) = match Place::of(path)? {
        Place::Device => return through(OpenOptions::new().write(true).open(path)?),
        Place::File { beside, path } => (beside, path),
    };
    let file = create(&beside, readers)?;
    if let (Readers::AsBefore, Ok(before)) = (readers, fs::metadata(&path)) {
        file.set_permissions(before.permissions())?;
    }
    through(file).and_then(|()| fs::rename(&beside, path)).inspect_err(|_| drop(fs::remove_file(&beside)))
}

/// What is at a path.
enum Place {
    /// A device or pipe: `/dev/stderr`, a process substitution.
    Device,
    /// A file that is there, or will be.
    File {
        /// The temporary file.
        beside: PathBuf,
        /// The file itself, with links followed.
        path: PathBuf,
    },
}

impl Place {
    fn of(path: &Path) -> io::Result<Place> {
        let path = match fs::metadata(path) {
            Ok(there) if there.is_dir() => return Err(io::Error::new(ErrorKind::IsADirectory, "it is a directory")),
            Ok(there) if !there.is_file() => return Ok(Place::Device),
            Ok(_) => path.canonicalize()?,
            Err(_) => path.to_owned(),
        };
        let name = path.file_name().ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "it has no file name"))?;
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}.tmp", std::process::id()));
        Ok(Place::File { beside: path.with_file_name(hidden), path })
    }
}

/// Makes a new file. What a killed run left there goes; a link is not followed.
fn create(path: &Path, readers: Readers) -> io::Result<File> {
    let _ = fs::remove_file(path);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    if readers == Readers::Owner {
        owner_only(&mut options);
    }
    options.open(path)
}

#[cfg(unix)]
fn owner_only(options: &mut OpenOptions) {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
}

#[cfg(not(unix))]
fn owner_only(_options: &mut OpenOptions) {}
