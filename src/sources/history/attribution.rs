//! L3: who introduced what was found: commit, author, date and paths of blobs, commits and tags.

use std::collections::{HashMap, HashSet};

use gix::ObjectId;
use gix::bstr::{BString, ByteSlice as _};
use gix::objs::Kind;

use super::History;
use super::fate::Line;
use super::holders::Holders;
use super::packed::Packed;
use super::search::{Place, find};
use super::walk::tag_target;
use crate::findings::{Attribution, Fate};
use crate::sources::SourceError;
use crate::sources::git::{Commit, EntryKind, Signature, TreeLookup, split_message, tree_of};
use crate::text::path::display;

/// Attributions by object id, and fates in the order in which they were asked for.
pub type Traced = (HashMap<String, Vec<Attribution>>, Vec<Fate>);

impl History {
    /// Who introduced the objects `ids` (in hex), by id: one attribution for each path that a blob had, the oldest commit
    /// first, each with its own path first in `paths`. A commit or tag has one without a path. Where no commit leads to
    /// an object, its attribution has an empty `commit`.
    ///
    /// # Errors
    /// Where an id is no object id, or HEAD cannot be read.
    pub fn attribute(&self, ids: &[String]) -> Result<HashMap<String, Vec<Attribution>>, SourceError> {
        Ok(self.trace(ids, &[])?.0)
    }

    /// As [`History::attribute`], and what became of `secrets`, each of which stands in some of the objects `ids`: a fate
    /// for each, in their order.
    ///
    /// # Errors
    /// As [`History::attribute`].
    pub fn trace(&self, ids: &[String], secrets: &[Vec<String>]) -> Result<Traced, SourceError> {
        let mut wanted = ids.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
        let secrets = secrets.iter().map(|ids| ids.iter().map(parse).collect()).collect::<Result<Vec<Vec<ObjectId>>, _>>()?;
        wanted.sort_unstable();
        wanted.dedup();
        let head = self.repository.head()?;
        let reader = self.repository.objects().reader(0);
        let is_message = |id: &ObjectId| matches!(reader.header(id), Ok((Kind::Commit | Kind::Tag, _)));
        let (messages, blobs): (Vec<ObjectId>, Vec<ObjectId>) = wanted.into_iter().partition(is_message);
        let head_tree = head.and_then(|head| tree_of(&reader, &head).ok());
        let (mut attributions, mut fates) = if self.scope.is_difference {
            (self.attribute_new(&blobs, head_tree), self.fates_in_range(&secrets, &blobs))
        } else if blobs.is_empty() {
            let holders = Holders::none(self.ground(self.packed()));
            let fates = if secrets.is_empty() {
                Vec::new()
            } else {
                self.fates(&secrets, &[], &holders, &Line::of_graph(self.graph(), head, &holders))
            };
            (HashMap::new(), fates)
        } else {
            let mut found = find(self.ground(self.packed()), self.graph(), head_tree, &blobs, &self.leaks);
            let mut trees = TreeLookup::new(&reader, self.repository.objects().hash());
            let describe = |id: &ObjectId| {
                let places = found.places.remove(id).unwrap_or_default();
                let is_in_head = found.in_head.contains(id);
                let at_head = places.iter().map(|place| is_in_head && self.is_at(head_tree, place, id, &mut trees)).collect::<Vec<_>>();
                (id.to_string(), self.describe(id, &places, is_in_head, &at_head))
            };
            let attributions = blobs.iter().map(describe).collect();
            (attributions, self.fates(&secrets, &blobs, &found.holders, &Line::of_graph(self.graph(), head, &found.holders)))
        };
        let below_head = if messages.is_empty() { HashSet::new() } else { self.below(head) };
        for id in &messages {
            attributions.insert(id.to_string(), vec![self.describe_message(id, &below_head)]);
        }
        let is_in_head = |id: &ObjectId| attributions.get(&id.to_string()).is_some_and(|all| all.iter().any(|one| one.in_head));
        for (fate, ids) in fates.iter_mut().zip(&secrets) {
            fate.in_head = ids.iter().any(is_in_head);
            // What a file lost goes on to stand in the message.
            if ids.iter().any(|id| messages.binary_search(id).is_ok() && is_in_head(id)) {
                fate.removed = None;
            }
        }
        Ok((attributions, fates))
    }

    /// Fates in a range: what its own commits removed again.
    fn fates_in_range(&self, secrets: &[Vec<ObjectId>], blobs: &[ObjectId]) -> Vec<Fate> {
        let commits = &self.added().selection.commits;
        // What one commit adds, it does not remove.
        if commits.len() < 2 || blobs.is_empty() {
            return vec![Fate::default(); secrets.len()];
        }
        let roots: Vec<ObjectId> = commits.iter().map(|commit| commit.tree).collect();
        let holders = Holders::find(self.ground(Packed::none()), roots, blobs, &self.leaks);
        self.fates(secrets, blobs, &holders, &Line::of_range(commits, &holders))
    }

    fn attribute_new(&self, blobs: &[ObjectId], head: Option<ObjectId>) -> HashMap<String, Vec<Attribution>> {
        let objects = self.repository.objects();
        let reader = objects.reader(0);
        let mut trees = TreeLookup::new(&reader, objects.hash());
        let describe = |id: &ObjectId| {
            let places = self.introduced_at(id);
            let at_head: Vec<bool> = places.iter().map(|place| self.is_at(head, place, id, &mut trees)).collect();
            (id.to_string(), self.describe(id, &places, at_head.contains(&true), &at_head))
        };
        blobs.iter().map(describe).collect()
    }

    /// Whether a tree has a blob or name at a place of it.
    fn is_at(&self, tree: Option<ObjectId>, place: &Place, id: &ObjectId, trees: &mut TreeLookup<'_>) -> bool {
        let there = tree.and_then(|tree| trees.at_path(&tree, place.path.as_bstr()).ok().flatten());
        there.is_some_and(|there| there == (EntryKind::Blob, *id) || self.leaks.name(id).is_some())
    }

    /// Where commits of the range introduced a blob, the first for each path.
    fn introduced_at(&self, id: &ObjectId) -> Vec<Place> {
        let added = self.added();
        let mut places: Vec<Place> = Vec::new();
        let leaks = added.leaks.get().into_iter().flatten().filter(|introduction| introduction.blob == *id);
        let released = added.released.get().and_then(|released| released.get(id)).into_iter().flatten();
        for introduction in added.new.blobs.get(id).into_iter().flatten().chain(released).chain(leaks) {
            if places.iter().all(|place| place.path != introduction.path) {
                let commit = added.selection.commits[introduction.commit].id;
                // The commits of a range are listed from the newest.
                let rank = added.selection.commits.len() - introduction.commit;
                places.push(Place { commit: Some((commit, rank)), path: introduction.path.clone() });
            }
        }
        places
    }

    /// The attributions of one blob, one for each place; a single empty one where there is none. `at_head` says of each
    /// place whether HEAD has it there.
    fn describe(&self, id: &ObjectId, places: &[Place], in_head: bool, at_head: &[bool]) -> Vec<Attribution> {
        let reader = self.repository.objects().reader(0);
        let mut buffer = Vec::new();
        let all: Vec<String> = places.iter().map(|place| display(&place.path).into_owned()).collect();
        // A name is in no object.
        let blob = if self.leaks.name(id).is_some() { String::new() } else { id.to_string() };
        let mut attributions: Vec<Attribution> = Vec::new();
        for (number, (place, at_head)) in places.iter().zip(at_head).enumerate() {
            let (paths, at_head) = (all.clone(), *at_head);
            let mut attribution = Attribution { blob: blob.clone(), in_head, at_head, paths, ..Attribution::default() };
            attribution.paths[..=number].rotate_right(1);
            if let Some((commit, rank)) = place.commit
                && reader.read_kind(&commit, Kind::Commit, &mut buffer).is_ok()
            {
                by_commit(&mut attribution, &commit, &buffer);
                attribution.rank = rank;
            }
            attributions.push(attribution);
        }
        for path in self.staged_at(id).into_iter().filter(|path| !all.contains(path)) {
            attributions.push(Attribution { blob: blob.clone(), in_head, paths: vec![path], ..Attribution::default() });
        }
        if attributions.is_empty() {
            attributions.push(Attribution { in_head, blob, ..Attribution::default() });
        }
        attributions
    }

    /// The paths that an index has a blob or a name at and HEAD has not.
    fn staged_at(&self, id: &ObjectId) -> Vec<String> {
        let mut paths = self.indexed_through(id);
        paths.extend(self.indexed().paths.get(id).into_iter().flatten().cloned());
        if paths.is_empty() {
            return Vec::new();
        }
        let reader = self.repository.objects().reader(0);
        let mut trees = TreeLookup::new(&reader, self.repository.objects().hash());
        let head = self.repository.head().ok().flatten().and_then(|head| tree_of(&reader, &head).ok());
        let mut is_in_head =
            |path: &BString| head.is_some_and(|head| matches!(trees.at_path(&head, path.as_bstr()), Ok(Some((_, there))) if there == *id));
        paths.retain(|path| !is_in_head(path));
        paths.iter().map(|path| display(path).into_owned()).collect()
    }

    /// The attribution of a commit or tag to itself; a tag's `commit` is the one it names.
    fn describe_message(&self, id: &ObjectId, below_head: &HashSet<ObjectId>) -> Attribution {
        let mut attribution = Attribution { blob: id.to_string(), in_head: below_head.contains(id), ..Attribution::default() };
        let mut buffer = Vec::new();
        match self.repository.objects().reader(0).read(id, &mut buffer) {
            Ok(Kind::Commit) => by_commit(&mut attribution, id, &buffer),
            Ok(Kind::Tag) => {
                let target = tag_target(&buffer);
                attribution.commit = target.map(|id| id.to_string()).unwrap_or_default();
                attribution.in_head = target.is_some_and(|id| below_head.contains(&id));
                let (headers, message) = split_message(&buffer);
                let tagger = headers.lines().find_map(|line| line.strip_prefix(b"tagger ")).unwrap_or_default();
                signed(&mut attribution, tagger, message);
            }
            _ => {}
        }
        attribution
    }

    /// The commits that HEAD leads to, as far as they are in scope.
    fn below(&self, head: Option<ObjectId>) -> HashSet<ObjectId> {
        let mut below = HashSet::new();
        if self.scope.is_difference {
            let commits: HashMap<ObjectId, &[ObjectId]> =
                self.added().selection.commits.iter().map(|commit| (commit.id, commit.parents.as_slice())).collect();
            let mut open: Vec<ObjectId> = head.into_iter().collect();
            while let Some(id) = open.pop() {
                if let Some(parents) = commits.get(&id)
                    && below.insert(id)
                {
                    open.extend_from_slice(parents);
                }
            }
            return below;
        }
        let graph = self.graph();
        let mut open: Vec<u32> = head.and_then(|head| graph.place(&head)).into_iter().collect();
        while let Some(place) = open.pop() {
            let node = &graph.commits[place as usize];
            if below.insert(node.id) {
                open.extend_from_slice(&node.parents);
            }
        }
        below
    }
}

fn parse(id: &String) -> Result<ObjectId, SourceError> {
    ObjectId::from_hex(id.as_bytes()).map_err(|_| SourceError::Git { what: format!("`{id}` is no object id") })
}

/// Fills in commit, author, date and subject.
pub(super) fn by_commit(attribution: &mut Attribution, id: &ObjectId, bytes: &[u8]) {
    attribution.commit = id.to_string();
    if let Ok(commit) = Commit::parse(bytes) {
        signed(attribution, commit.author, commit.message);
    }
}

/// Fills in author, date and subject.
fn signed(attribution: &mut Attribution, author: &[u8], message: &[u8]) {
    let author = Signature::parse(author);
    attribution.date = author.rfc3339();
    attribution.author = author.name;
    attribution.email = author.email;
    attribution.subject = message.trim_start().lines().next().unwrap_or_default().trim().to_str_lossy().into_owned();
}
