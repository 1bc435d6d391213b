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
        // To open and close a pipe tells its reader that all was written.
        Place::Device if is_pipe(path) => Ok(()),
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

/// How often a file is opened that others replace meanwhile: a file system may never tell the same of it twice.
const MOST_ATTEMPTS: usize = 1000;

/// A file that is being changed by this run alone.
pub(super) struct Held {
    path: PathBuf,
    /// What is locked; nothing where it is no file.
    file: Option<File>,
    /// Whether it was not there before.
    is_new: bool,
}

/// Waits until no other run of this program changes the file at `path`, and keeps others waiting until the result is
/// dropped. A file that is not there is made, empty.
pub(super) fn hold(path: &Path) -> io::Result<Held> {
    for _ in 0..MOST_ATTEMPTS {
        let (path, is_new) = match fs::metadata(path) {
            Ok(there) if !there.is_file() => return Ok(Held { path: path.to_owned(), file: None, is_new: false }),
            Ok(_) => (path.canonicalize()?, false),
            Err(error) if error.kind() == ErrorKind::NotFound && path.symlink_metadata().is_err() => (path.to_owned(), true),
            Err(error) => return Err(error),
        };
        let opened = if is_new { OpenOptions::new().write(true).create_new(true).open(&path) } else { File::open(&path) };
        let file = match opened {
            Ok(file) => file,
            // Another run was faster.
            Err(error) if matches!(error.kind(), ErrorKind::AlreadyExists | ErrorKind::NotFound) && parent_is_there(&path) => continue,
            Err(error) => return Err(error),
        };
        // Without locks, as on some network file systems, runs at the same time may still lose what the other wrote.
        let is_locked = file.lock().is_ok();
        // The one that waited longer has replaced the file meanwhile.
        if !is_locked || is_at(&file, &path)? {
            return Ok(Held { path, file: Some(file), is_new });
        }
    }
    Ok(Held { path: path.to_owned(), file: None, is_new: false })
}

impl Held {
    /// Whether it was not there before.
    pub(super) fn is_new(&self) -> bool {
        self.is_new
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let is_empty = |file: &File| file.metadata().is_ok_and(|there| there.len() == 0);
        if self.is_new && self.file.as_ref().is_some_and(|file| is_empty(file) && is_at(file, &self.path).unwrap_or(false)) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn parent_is_there(path: &Path) -> bool {
    path.parent().is_none_or(|parent| parent.as_os_str().is_empty() || parent.is_dir())
}

/// Whether an open file is the one at a path.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    match fs::metadata(path) {
        Ok(there) => Ok(is_same(&there, &file.metadata()?)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn is_same(a: &fs::Metadata, b: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
fn is_same(a: &fs::Metadata, b: &fs::Metadata) -> bool {
    let times = |there: &fs::Metadata| (there.len(), there.created().ok(), there.modified().ok());
    times(a) == times(b)
}

#[cfg(unix)]
fn is_pipe(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    fs::metadata(path).is_ok_and(|there| there.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_pipe(_path: &Path) -> bool {
    false
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
            Err(_) => place(path),
        };
        let name = path.file_name().ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "it has no file name"))?;
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}.tmp", std::process::id()));
        Ok(Place::File { beside: path.with_file_name(hidden), path })
    }
}

/// The most links that lead to one another.
const MOST_LINKS: usize = 40;

/// Where a file is or will be: the same for all spellings and links that lead there.
pub(super) fn place(path: &Path) -> PathBuf {
    if let Ok(there) = path.canonicalize() {
        return there;
    }
    let mut place = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(target) = fs::read_link(&place) else { break };
        place = place.parent().unwrap_or(Path::new("")).join(target);
    }
    let parent = place.parent().map(|parent| if parent.as_os_str().is_empty() { Path::new(".") } else { parent });
    let named = parent.and_then(|parent| parent.canonicalize().ok()).zip(place.file_name());
    named.map_or_else(|| path.to_owned(), |(parent, name)| parent.join(name))
}

/// Removes what is at a path where it is a file; a link to it stays, and leads there again when it is written.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(there) if there.is_file() => fs::remove_file(place(path)),
        _ => Ok(()),
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
