//! The cache of blobs in which nothing was found, so that the next scan of everything costs what is new.
//!
//! A file of ids for each way of scanning: whatever could change what is found (this program, rules, thresholds,
//! limits) goes into a hash that names the file. A keyed hash over all of it tells a file that this user's runs wrote
//! from any other. A file that is not whole, or not ours, is left aside, and the scan reads everything.
//! `docs/history.md` says against whom that helps.

use super::file::{self, Readers};
use crate::config::Config;
use crate::pipeline::clean as tidy;
use crate::sources::history::Clean;
use anyhow::{Context as _, bail};
use sha2::{Digest as _, Sha256};
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// The variable that holds a key, for where the directory of the cache is not to be trusted.
pub const KEY_VARIABLE: &str = "KEYWARD_CACHE_KEY";
/// The first bytes of a file.
const MAGIC: &[u8; 8] = b"kwclean1";
/// Length of a key and of a hash in bytes.
const HASH: usize = 32;
/// More ids are not kept: 160 MB of them.
const MOST_IDS: usize = 8_000_000;
/// Files of other rule sets that are kept.
const MOST_OTHERS: usize = 3;

/// A cache that was opened.
#[derive(Debug)]
pub(super) struct Cache {
    path: PathBuf,
    key: [u8; HASH],
    settings: [u8; HASH],
    /// What was found clean before.
    pub(super) clean: Clean,
    /// Why what was there is not used.
    pub(super) note: Option<String>,
}

impl Cache {
    /// Opens the cache in `directory` for scans with `config` of the repository in `scanned`, its directories. `width` is
    /// the length of an id in bytes.
    ///
    /// # Errors
    /// Where the directory lies in the repository, or cannot be made or written to.
    pub(super) fn open(directory: &Path, scanned: &[PathBuf], config: &Config, width: usize) -> anyhow::Result<Self> {
        let cwd = std::env::current_dir().context("cannot tell the working directory")?;
        let directory = tidy(&cwd.join(directory));
        let place = existing(&directory);
        if scanned.iter().filter_map(|top| top.canonicalize().ok()).any(|top| place.starts_with(top)) {
            bail!("{}: the cache must lie outside of the repository, or whoever changes that could bring one along", directory.display());
        }
        make(&directory).with_context(|| format!("{}: cannot make the directory of the cache", directory.display()))?;
        let key = key(&directory)?;
        let settings = settings(config, width)?;
        let name = data_encoding::HEXLOWER.encode(&settings[..16]);
        let mut cache = Cache { path: directory.join(format!("clean-{name}")), key, settings, clean: Clean::new(width, &[]), note: None };
        match cache.read(width) {
            Ok(clean) => cache.clean = clean,
            Err(what) => cache.note = what.map(|what| format!("{}: {what}, so the cache was not used", cache.path.display())),
        }
        Ok(cache)
    }

    /// Adds the ids in `new`, one behind the other.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(super) fn save(&self, width: usize, new: &[u8]) -> io::Result<()> {
        if new.is_empty() && self.note.is_none() {
            return Ok(());
        }
        let before = if self.clean.len() + new.len() / width > MOST_IDS { &[] } else { self.clean.bytes() };
        let all = Clean::new(width, &[before, new].concat());
        let head = self.head();
        file::replace(&self.path, Readers::Owner, |out| {
            out.write_all(&head)?;
            out.write_all(all.bytes())?;
            out.write_all(&keyed(&self.key, &[&head, all.bytes()]))
        })?;
        self.drop_others();
        Ok(())
    }

    /// What the file holds. `Err(None)` where there is none yet.
    fn read(&self, width: usize) -> Result<Clean, Option<String>> {
        let file = match fs::File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(None),
            Err(error) => return Err(Some(crate::text::system::words(&error))),
        };
        let mut bytes = Vec::new();
        let most = (MAGIC.len() + 2 * HASH + MOST_IDS * width) as u64;
        file.take(most + 1).read_to_end(&mut bytes).map_err(|error| Some(crate::text::system::words(&error)))?;
        let body = bytes.len().checked_sub(HASH).and_then(|end| bytes.split_at_checked(end));
        let ids = body
            .filter(|(body, tag)| keyed(&self.key, &[body]) == **tag)
            .and_then(|(body, _)| body.strip_prefix(self.head().as_slice()))
            .filter(|ids| ids.len() % width == 0);
        ids.map(|ids| Clean::new(width, ids)).ok_or_else(|| Some("it is damaged, or was not written with this key".to_owned()))
    }

    fn head(&self) -> Vec<u8> {
        [&MAGIC[..], &self.settings].concat()
    }

    /// Deletes the oldest files of other rule sets. What cannot be deleted stays.
    fn drop_others(&self) {
        let Some(Ok(entries)) = self.path.parent().map(fs::read_dir) else { return };
        let is_other = |path: &PathBuf| {
            *path != self.path && path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("clean-"))
        };
        let others = entries.flatten().map(|entry| entry.path()).filter(is_other);
        let mut others: Vec<_> = others.map(|path| (path.metadata().and_then(|there| there.modified()).ok(), path)).collect();
        others.sort();
        others.reverse();
        for (_, path) in others.iter().skip(MOST_OTHERS) {
            drop(fs::remove_file(path));
        }
    }
}

/// Where the user's caches are: `XDG_CACHE_HOME`, `LOCALAPPDATA`, or `.cache` in the home directory.
///
/// # Errors
/// Where none of them is known.
pub fn default_directory() -> anyhow::Result<PathBuf> {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let above = set("XDG_CACHE_HOME").or_else(|| set("LOCALAPPDATA")).or_else(|| set("HOME").map(|home| home.join(".cache")));
    above.map(|above| above.join("keyward")).context("no directory for caches is known; name one, as in --cache=DIR")
}

/// Makes a directory, and those above it, for the user only.
fn make(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(directory)
}

/// The path with links followed, as far as it exists.
fn existing(path: &Path) -> PathBuf {
    for above in path.ancestors() {
        if let Ok(real) = above.canonicalize() {
            return real.join(path.strip_prefix(above).unwrap_or(Path::new("")));
        }
    }
    path.to_owned()
}

/// The key: of the environment, else the one in the directory, which is made where there is none.
fn key(directory: &Path) -> anyhow::Result<[u8; HASH]> {
    if let Some(key) = std::env::var_os(KEY_VARIABLE).filter(|key| !key.is_empty()) {
        return Ok(Sha256::digest(key.as_encoded_bytes()).into());
    }
    let path = directory.join("key");
    if let Some(key) = fs::read(&path).ok().filter(|_| is_private(&path)).and_then(|key| <[u8; HASH]>::try_from(key).ok()) {
        return Ok(key);
    }
    let mut key = [0; HASH];
    getrandom::fill(&mut key).map_err(|error| anyhow::anyhow!("no random numbers for the key of the cache: {error}"))?;
    file::replace(&path, Readers::Owner, |out| out.write_all(&key)).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(key)
}

/// Whether a file can be read and written by its owner only, as far as the system tells.
fn is_private(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        path.symlink_metadata().is_ok_and(|there| there.is_file() && there.permissions().mode() % 0o100 == 0)
    }
    #[cfg(not(unix))]
    path.is_file()
}

/// A hash of all that could change what is found in a blob.
fn settings(config: &Config, width: usize) -> anyhow::Result<[u8; HASH]> {
    let mut hash = Sha256::new();
    let program = std::env::current_exe().context("cannot tell which program this is, so no cache can be used")?;
    let mut program = fs::File::open(program).context("cannot read this program, so no cache can be used")?;
    io::copy(&mut program, &mut hash).context("cannot read this program, so no cache can be used")?;
    let mut add = |name: &str, value: &[u8]| {
        hash.update((name.len() as u64).to_le_bytes());
        hash.update(name);
        hash.update((value.len() as u64).to_le_bytes());
        hash.update(value);
    };
    let rules =
        |set: &crate::rules::RuleSet| serde_json::to_vec(&set.rules().iter().map(AsRef::as_ref).collect::<Vec<&crate::rules::Rule>>());
    add("active", &rules(&config.active_rules())?);
    add("all", &rules(&config.rules)?);
    add("severity", config.min_severity.value.as_str().as_bytes());
    add("confidence", config.min_confidence.value.as_str().as_bytes());
    add("size", format!("{:?}", config.max_size.value.limit()).as_bytes());
    add("archives", &[u8::from(config.archives.value)]);
    add("width", &[u8::try_from(width).expect("ids have at most 64 bytes")]);
    Ok(hash.finalize().into())
}

/// HMAC-SHA256 (RFC 2104).
fn keyed(key: &[u8; HASH], parts: &[&[u8]]) -> [u8; HASH] {
    let pad = |with: u8| {
        let mut block = [with; 64];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        block
    };
    let mut inner = Sha256::new().chain_update(pad(0x36));
    for part in parts {
        inner.update(part);
    }
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner.finalize()).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::keyed;

    #[test]
    fn the_keyed_hash_is_the_one_of_the_standard() {
        // RFC 4231 has no key of this length; this is Python's `hmac` with the key 00 01 … 1f over "what is hashed".
        let key = std::array::from_fn(|at| u8::try_from(at).unwrap());
        let expected = ["8943dbd054211649", "8c855bb0c3c71f2a", "b8067e909fa396a9", "eedee47f728d5273"].concat();
        assert_eq!(data_encoding::HEXLOWER.encode(&keyed(&key, &[b"what is ", b"hashed"])), expected);
    }
}
