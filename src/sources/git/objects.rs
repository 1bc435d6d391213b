//! L3: reads git objects by id, from loose files and packs, through alternates.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use gix::objs::{Find as _, FindHeader as _, Kind};
use gix::odb::Store;
use gix::odb::pack::cache::lru::MemoryCappedHashmap;
use gix::odb::pack::{data, index};
use gix::{ObjectId, oid};
use rayon::slice::ParallelSliceMut as _;

use super::causes;

/// More than this is never allocated for one object: a pack of a few bytes can claim any size.
pub(crate) const ALLOCATION_LIMIT: usize = 2 << 30;

/// Why an object could not be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ObjectError {
    /// It is not in the object database.
    #[error("missing from the object database")]
    Missing,
    /// It is there and cannot be decoded.
    #[error("{0}")]
    Corrupt(String),
    /// It is larger than allowed; the size in bytes where it is known.
    #[error("too large")]
    TooLarge(Option<u64>),
}

/// The object databases of a repository.
pub struct Objects {
    stores: Vec<Arc<Store>>,
    hash: gix::hash::Kind,
    packs: OnceLock<Vec<Pack>>,
}

/// A pack and its index.
pub struct Pack {
    /// Where in the pack the objects are.
    pub index: index::File,
    /// The objects.
    pub data: data::File,
}

impl Pack {
    /// The pack from an offset to the end of its last entry; `None` where that is before the offset.
    pub fn bytes_from(&self, offset: u64) -> Option<&[u8]> {
        self.data.entry_slice(offset..self.data.pack_end() as u64)
    }
}

impl Objects {
    /// Opens the `objects` directories, which are searched in order, each with the alternates it names.
    pub(super) fn open(directories: Vec<PathBuf>, hash: gix::hash::Kind) -> std::io::Result<Self> {
        let options = || gix::odb::store::init::Options { alloc_limit_bytes: Some(ALLOCATION_LIMIT), ..Default::default() };
        let open = |directory| Store::at_opts(directory, hash, &mut std::iter::empty(), options()).map(Arc::new);
        Ok(Objects { stores: directories.into_iter().map(open).collect::<Result<_, _>>()?, hash, packs: OnceLock::new() })
    }

    /// The last of the databases, which is the repository's own.
    pub(super) fn last(&self) -> Arc<Store> {
        self.stores.last().cloned().expect("a repository has an object directory")
    }

    /// The hash function of the object ids.
    pub fn hash(&self) -> gix::hash::Kind {
        self.hash
    }

    /// A reader for one thread that keeps up to `cache` bytes of delta bases, 0 for none.
    pub fn reader(&self, cache: usize) -> Reader {
        let handle = |store: &Arc<Store>| {
            let mut handle = store.to_cache_arc();
            handle.prevent_pack_unload();
            if cache > 0 {
                handle.set_pack_cache(move || Box::new(MemoryCappedHashmap::new(cache)));
            }
            handle
        };
        Reader { handles: self.stores.iter().map(handle).collect() }
    }

    /// Sorts ids by where they are stored, so that reading them in this order finds delta bases in the cache. Loose
    /// objects come last.
    pub fn sort_by_place<T: Copy + Send>(&self, items: &mut [T], id: impl Fn(&T) -> ObjectId + Sync + Send) {
        if items.len() < 2 {
            return;
        }
        let packs = self.packs();
        let place = |item: &T| {
            let id = id(item);
            let found = packs.iter().enumerate().find_map(|(at, pack)| Some((at, pack.index.pack_offset_at_index(pack.index.lookup(id)?))));
            (found.unwrap_or((usize::MAX, 0)), id)
        };
        items.par_sort_by_cached_key(place);
    }

    /// All packs that can be opened, largest first, as most objects are found there.
    pub fn packs(&self) -> &[Pack] {
        self.packs.get_or_init(|| self.open_packs())
    }

    fn open_packs(&self) -> Vec<Pack> {
        let mut directories: Vec<PathBuf> = Vec::new();
        for store in &self.stores {
            directories.push(store.path().to_owned());
            directories.extend(store.alternate_db_paths().unwrap_or_default());
        }
        let mut seen = std::collections::HashSet::new();
        directories.retain(|directory| seen.insert(super::files::canonical(directory)));
        let open = |path: PathBuf| {
            let data = data::File::at(path.with_extension("pack"), self.hash).ok()?.with_alloc_limit_bytes(Some(ALLOCATION_LIMIT));
            Some(Pack { index: index::File::at(path, self.hash).ok()?, data })
        };
        let mut packs: Vec<Pack> = directories
            .iter()
            .filter_map(|directory| std::fs::read_dir(directory.join("pack")).ok())
            .flat_map(|files| files.flatten().map(|file| file.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "idx"))
            .filter_map(open)
            .collect();
        packs.sort_by_key(|pack| (std::cmp::Reverse(pack.index.num_objects()), pack.index.path().to_owned()));
        packs
    }

    /// The ids of all objects in pack order, then loose ones. An id comes as often as it is stored.
    pub fn ids(&self) -> impl Iterator<Item = Result<ObjectId, ObjectError>> + '_ {
        let order = gix::odb::store::iter::Ordering::PackAscendingOffsetThenLooseLexicographical;
        self.stores.iter().flat_map(move |store| {
            let (ids, failed) = match store.iter() {
                Ok(ids) => (Some(ids.with_ordering(order)), None),
                Err(error) => (None, Some(Err(ObjectError::Corrupt(causes(&error))))),
            };
            let ids = ids.into_iter().flatten().map(|id| id.map_err(|error| ObjectError::Corrupt(causes(&error))));
            ids.chain(failed)
        })
    }
}

/// Reads objects. One thread's: it caches.
pub struct Reader {
    handles: Vec<gix::odb::HandleArc>,
}

impl Reader {
    /// Reads an object into `buffer` and says what kind it is.
    ///
    /// # Errors
    /// Says whether it is missing, corrupt or past the allocation limit.
    pub fn read(&self, id: &oid, buffer: &mut Vec<u8>) -> Result<Kind, ObjectError> {
        self.first(|handle| Ok(handle.try_find(id, buffer)?.map(|data| data.kind)))
    }

    /// The kind and size of an object, without its content.
    ///
    /// # Errors
    /// As [`Reader::read`].
    pub fn header(&self, id: &oid) -> Result<(Kind, u64), ObjectError> {
        self.first(|handle| Ok(handle.try_header(id)?.map(|header| (header.kind, header.size))))
    }

    /// Reads a blob of at most `limit` bytes.
    ///
    /// # Errors
    /// As [`Reader::read`], and where the object is no blob.
    pub fn read_blob(&self, id: &oid, limit: Option<u64>, buffer: &mut Vec<u8>) -> Result<(), ObjectError> {
        if let Some(limit) = limit {
            let (_, size) = self.header(id)?;
            if size > limit {
                return Err(ObjectError::TooLarge(Some(size)));
            }
        }
        self.read_kind(id, Kind::Blob, buffer)
    }

    /// Reads an object that has to be of `kind`.
    ///
    /// # Errors
    /// As [`Reader::read`], and where it is of another kind.
    pub fn read_kind(&self, id: &oid, kind: Kind, buffer: &mut Vec<u8>) -> Result<(), ObjectError> {
        let found = self.read(id, buffer)?;
        if found == kind { Ok(()) } else { Err(ObjectError::Corrupt(format!("is a {found} where a {kind} should be"))) }
    }

    /// Asks one database after another. A damaged copy in one does not hide a good one in the next.
    fn first<T>(&self, mut ask: impl FnMut(&gix::odb::HandleArc) -> gix::Result<Option<T>>) -> Result<T, ObjectError> {
        let mut failure = ObjectError::Missing;
        for handle in &self.handles {
            match ask(handle) {
                Ok(Some(found)) => return Ok(found),
                Ok(None) => {}
                Err(error) if error.is_resource_exhausted() => failure = ObjectError::TooLarge(None),
                Err(error) => failure = ObjectError::Corrupt(causes(&error)),
            }
        }
        Err(failure)
    }
}
