//! L4: one scan: source → detector → findings. A [`Pipeline`] is the sink of a source; when the source is done,
//! [`Pipeline::finish`] places, judges and orders what was found (`settle`).
//!
//! Nothing is kept of a blob without matches. The result does not depend on threads. A panic over one blob costs
//! that blob only, and is reported as something that was not scanned.

mod examine;
mod hidden;
mod known;
mod moved;
mod names;
mod paths;
mod places;
mod settle;
mod sink;

pub use known::Known;
pub use places::{Places, clean, is_bare};
pub use settle::{Results, Site};

use crate::blob::{Blob, ObjectKind, Origin, Skip, SkipReason};
use crate::config::globs::PathGlobs;
use crate::config::ignore_file::IgnoreFile;
use crate::engine::{Detector, Scratch, Trace};
use crate::findings::baseline::Baseline;
use crate::findings::inline::Comment;
use crate::findings::triage::Policy;
use crate::findings::{Attribution, Fate, Secret};
use crate::sources::Sink;
use crate::sources::archive::{self, Limits};
use examine::{Examined, Found, Kin, examine};
use known::Knowledge;
use moved::Lost;
use paths::object;
use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};

/// One scan under way.
#[derive(Debug)]
pub struct Pipeline<'a> {
    detector: &'a Detector,
    policy: &'a Policy,
    places: &'a Places,
    excluded: &'a PathGlobs,
    ignored: Option<&'a IgnoreFile>,
    archives: Option<Limits>,
    /// The baseline, and the day for which it counts.
    baseline: Option<(&'a Baseline, String)>,
    /// Scratch space that no thread uses at the moment.
    #[allow(clippy::vec_box, reason = "it is moved in and out for every blob, and is a thousand bytes large")]
    idle: Mutex<Vec<Box<Scratch>>>,
    hits: Mutex<Vec<(Origin, Vec<Found>)>>,
    comments: Mutex<Vec<(Origin, Vec<Comment>)>>,
    skips: Mutex<Vec<Skip>>,
    /// Names, and whether they hold a secret.
    names: Mutex<HashMap<String, bool>>,
    /// Paths of names that were told.
    told: Mutex<HashSet<String>>,
    known: Knowledge,
    lost: Lost,
    /// Secrets that may stand in what reports show, and are no findings.
    hidden: Mutex<HashSet<Secret>>,
    /// What hides what its rules find, where some of them are off.
    hiding: Option<&'a LazyLock<Detector>>,
    /// Paths of the entries of the baseline, and whether what is there was looked at.
    awaited: HashMap<&'a str, AtomicBool>,
    /// Ids of the blobs in which nothing was found, one behind the other, where they are asked for.
    clean: Option<Mutex<Vec<u8>>>,
    progress: Progress,
}

/// How far a scan is.
#[derive(Debug, Default)]
pub struct Progress {
    /// Blobs that were scanned.
    pub blobs: AtomicU64,
    /// Bytes of these blobs.
    pub bytes: AtomicU64,
    /// Bytes of these blobs that were looked at; less where a version was scanned whose base was.
    pub looked: AtomicU64,
    /// Blobs that are no text, so that only what is certain to be a secret is told of them.
    pub binary: AtomicU64,
    /// Archives among these.
    pub closed: AtomicU64,
}

/// What history knows of objects, by object id.
pub type Attributions = HashMap<String, Vec<Attribution>>;

impl<'a> Pipeline<'a> {
    /// A scan with these rules and this policy.
    #[must_use]
    pub fn new(detector: &'a Detector, policy: &'a Policy, places: &'a Places, excluded: &'a PathGlobs) -> Self {
        Pipeline {
            detector,
            policy,
            places,
            excluded,
            ignored: None,
            archives: None,
            baseline: None,
            idle: Mutex::default(),
            hits: Mutex::default(),
            comments: Mutex::default(),
            skips: Mutex::default(),
            names: Mutex::default(),
            told: Mutex::default(),
            known: Knowledge::default(),
            lost: Lost::default(),
            hidden: Mutex::default(),
            hiding: None,
            awaited: HashMap::new(),
            clean: None,
            progress: Progress::default(),
        }
    }

    /// Opens archives, and scans what is in them instead of their own bytes.
    #[must_use]
    pub fn with_archives(self, limits: Limits) -> Self {
        Pipeline { archives: Some(limits), ..self }
    }

    /// Keeps the ids of blobs in which nothing was found.
    #[must_use]
    pub fn with_clean(self) -> Self {
        Pipeline { clean: Some(Mutex::default()), ..self }
    }

    /// The ids of the blobs in which nothing was found so far, one behind the other, where they are kept.
    #[must_use]
    pub fn take_clean(&self) -> Vec<u8> {
        self.clean.as_ref().map(|clean| std::mem::take(&mut *lock(clean))).unwrap_or_default()
    }

    /// Leaves out the paths of an ignore file.
    #[must_use]
    pub fn with_ignored(self, ignored: Option<&'a IgnoreFile>) -> Self {
        Pipeline { ignored, ..self }
    }

    /// Suppresses what a baseline accepts on the day `today`, YYYY-MM-DD.
    #[must_use]
    pub fn with_baseline(self, baseline: &'a Baseline, today: String) -> Self {
        let awaited = baseline.paths().map(|path| (path, AtomicBool::new(false))).collect();
        Pipeline { baseline: Some((baseline, today)), awaited, ..self }
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Ids of the objects in which something was found or accepted, or goes on to stand, sorted: what attribution is needed for.
    #[must_use]
    pub fn objects(&self) -> Vec<String> {
        let (hits, comments) = (lock(&self.hits), lock(&self.comments));
        let origins = hits.iter().map(|(origin, _)| origin).chain(comments.iter().map(|(origin, _)| origin));
        let mut ids: Vec<String> = origins.filter_map(object).map(|(id, _)| id.to_owned()).collect();
        drop((hits, comments));
        ids.extend(self.secrets().into_iter().flat_map(|secret| secret.objects));
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// What was found in objects so far, each secret with the objects that it stands in, new or not, all ordered.
    #[must_use]
    pub fn secrets(&self) -> Vec<Known> {
        self.known.secrets(&lock(&self.hits))
    }

    /// Takes note of what became of a secret.
    pub fn tell(&self, known: Known, fate: Fate) {
        self.known.tell(known, fate);
    }

    /// Whether the configuration excludes what is at a path that is known before attribution.
    fn excludes(&self, origin: &Origin) -> bool {
        let is_excluded = |path: &str| {
            (!self.excluded.is_empty() && self.excluded.is_match(&self.places.configured(origin, path))) || self.ignores(origin, path)
        };
        origin.path().is_some_and(|path| is_excluded(&path))
    }

    /// Whether the ignore file leaves out what is at a path.
    fn ignores(&self, origin: &Origin, path: &str) -> bool {
        self.ignored.is_some_and(|ignored| self.places.below(ignored.root(), origin, path).is_some_and(|path| ignored.is_match(&path)))
    }

    /// Takes note that what is at a path is looked at.
    fn meet(&self, origin: &Origin) {
        if self.awaited.is_empty() {
            return;
        }
        let identity = origin.path().map(|path| self.places.identity(origin, &path));
        if let Some(seen) = identity.and_then(|identity| self.awaited.get(identity.as_str())) {
            seen.store(true, Ordering::Relaxed);
        }
    }

    /// Scans a blob, or the members of the archive that it is.
    fn take(&self, blob: Blob<'_>, kin: Kin<'_>) -> Option<Trace> {
        if self.excludes(&blob.origin) {
            let detail = String::new();
            self.skip(Skip { what: blob.origin.label(), reason: SkipReason::Excluded, detail });
            return None;
        }
        self.meet(&blob.origin);
        self.progress.blobs.fetch_add(1, Ordering::Relaxed);
        self.progress.bytes.fetch_add(blob.bytes.len() as u64, Ordering::Relaxed);
        match &self.archives {
            Some(limits) if archive::is_archive(blob.bytes) => {
                self.unpack(&blob, limits);
                None
            }
            _ => self.scan(blob, kin),
        }
    }

    /// Scans one blob's bytes, and keeps what was found.
    fn scan(&self, blob: Blob<'_>, kin: Kin<'_>) -> Option<Trace> {
        let examined = self.examined(&blob, kin)?;
        if examined.is_binary {
            self.progress.binary.fetch_add(1, Ordering::Relaxed);
            self.progress.closed.fetch_add(u64::from(archive::is_archive(blob.bytes)), Ordering::Relaxed);
        }
        self.keep(blob.origin, examined)
    }

    /// Scans one blob's bytes.
    fn examined(&self, blob: &Blob<'_>, kin: Kin<'_>) -> Option<Examined> {
        let mut scratch = lock(&self.idle).pop().unwrap_or_default();
        // The scratch space of a scan that panicked is thrown away: it may be half written.
        let scanned = catch_unwind(AssertUnwindSafe(|| (examine(self.eyes(), blob, kin, &mut scratch), scratch)));
        let Ok((examined, scratch)) = scanned else {
            self.skip(panicked(blob.origin.label()));
            return None;
        };
        let looked = examined.trace.as_ref().map_or(blob.bytes.len(), Trace::looked);
        self.progress.looked.fetch_add(looked as u64, Ordering::Relaxed);
        lock(&self.idle).push(scratch);
        Some(examined)
    }

    /// Keeps what was found in a blob, and says what was not looked at.
    fn keep(&self, origin: Origin, examined: Examined) -> Option<Trace> {
        self.note_clean(&origin, &examined);
        if examined.cut {
            let detail = format!("more than {} matches; those behind the first were not looked at", examine::MOST_MATCHES);
            self.skip(Skip { what: origin.label(), reason: SkipReason::TooManyMatches, detail });
        }
        if examined.undecoded {
            let detail = "it encodes more than is decoded of one blob; decode it and scan the result".to_owned();
            self.skip(Skip { what: origin.label(), reason: SkipReason::EncodedLimit, detail });
        }
        if !examined.comments.is_empty() {
            lock(&self.comments).push((origin.clone(), examined.comments));
        }
        self.hide(examined.carried.iter().map(|(_, secret)| secret.clone()));
        self.known.carry(&origin, examined.carried);
        if !examined.found.is_empty() {
            lock(&self.hits).push((origin, examined.found));
        }
        examined.trace
    }

    /// Takes note of a blob in which there was nothing to report or to tell. Archives are never among them: a member is
    /// an origin of its own.
    fn note_clean(&self, origin: &Origin, examined: &Examined) {
        if let (Some(clean), Origin::Object { id, kind: ObjectKind::Blob }) = (&self.clean, origin)
            && examined.is_nothing()
            && let Ok(id) = data_encoding::HEXLOWER.decode(id.as_bytes())
        {
            lock(clean).extend(id);
        }
    }

    /// Scans the members of an archive, and what of its own bytes is in none of them, such as names and comments. All that
    /// members hold counts as new, also where the archive had a predecessor.
    fn unpack(&self, blob: &Blob<'_>, limits: &Limits) {
        let mut known: HashSet<(usize, Secret)> = HashSet::new();
        let mut visit = |name: &str, bytes: &[u8]| {
            let member =
                Blob { bytes, origin: Origin::Member { archive: Box::new(blob.origin.clone()), name: name.to_owned() }, previous: &[] };
            let Some(examined) = self.examined(&member, Kin::None) else { return };
            known.extend(examined.found.iter().map(|one| (one.rule, one.secret.clone())));
            if !self.excludes(&member.origin) {
                self.meet(&member.origin);
                self.keep(member.origin, examined);
            }
        };
        let label = blob.origin.label();
        let Ok(skips) = catch_unwind(AssertUnwindSafe(|| archive::members(blob.bytes, limits, &mut visit))) else {
            return self.skip(panicked(label));
        };
        for skip in skips {
            let what = if skip.what.is_empty() { label.clone() } else { format!("{label}!{}", skip.what) };
            self.skip(Skip { what, ..skip });
        }
        let mut found = self.examined(blob, Kin::None).unwrap_or_default().found;
        found.retain(|one| !known.contains(&(one.rule, one.secret.clone())));
        if !found.is_empty() {
            lock(&self.hits).push((blob.origin.clone(), found));
        }
    }
}

/// What is said of a blob whose scan panicked.
fn panicked(what: String) -> Skip {
    let detail = "internal error while it was scanned; please report it with the message above".to_owned();
    Skip { what, reason: SkipReason::Corrupt, detail }
}

/// Nothing that is done under these locks leaves its data half changed.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
