//! L3: object directories that borrow from each other in a circle.
//!
//! Git reads each of them once and goes on. The reader of a database refuses them all, so it is given directories in
//! their place that lead to the same files and name what they borrow from without a circle.

use std::io;
use std::path::{Path, PathBuf};

/// A directory of links that is gone with this value.
pub(super) struct Unrolled {
    root: PathBuf,
}

impl Unrolled {
    /// Stands for `directories`, of which the first borrows from all others.
    ///
    /// # Errors
    /// Where no directory or link can be made.
    pub(super) fn of(directories: &[PathBuf]) -> io::Result<Self> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| io::Error::other(error.to_string()))?;
        let root = std::env::temp_dir().join(format!("keyward-{}", data_encoding::HEXLOWER.encode(&random)));
        private(&root)?;
        let unrolled = Unrolled { root };
        for (at, directory) in directories.iter().enumerate() {
            mirror(directory, &unrolled.at(at))?;
        }
        let others: Vec<String> = (1..directories.len()).map(|at| format!("../{at}\n")).collect();
        std::fs::write(unrolled.at(0).join("info").join("alternates"), others.concat())?;
        Ok(unrolled)
    }

    /// The object directory to open.
    pub(super) fn first(&self) -> PathBuf {
        self.at(0)
    }

    fn at(&self, at: usize) -> PathBuf {
        self.root.join(at.to_string())
    }
}

impl Drop for Unrolled {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.root);
    }
}

/// Makes `to` lead to all that is in `from`, but for what it borrows from.
fn mirror(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::create_dir_all(to.join("info"))?;
    for entry in std::fs::read_dir(from.canonicalize()?)? {
        let entry = entry?;
        if entry.file_name() != "info" {
            link(&entry.path(), &to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// Makes a directory that nobody else may look into.
#[cfg(unix)]
fn private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().mode(0o700).create(path)
}

/// Makes a directory; those of others cannot be looked into where the temporary one is the user's own.
#[cfg(not(unix))]
fn private(path: &Path) -> io::Result<()> {
    std::fs::create_dir(path)
}

#[cfg(unix)]
fn link(to: &Path, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(to, at)
}

/// Links are a privilege there.
#[cfg(not(unix))]
fn link(_to: &Path, _at: &Path) -> io::Result<()> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}
