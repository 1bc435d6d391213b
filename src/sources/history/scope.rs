//! L3: turns the options of a history scan into commits to start from and commits to leave out.

use gix::ObjectId;
use gix::bstr::ByteSlice as _;
use gix::glob::wildmatch;
use gix::hashtable::HashSet;

use super::HistoryOptions;
use super::range::{Ends, resolve};
use super::refs::{self, Tip};
use super::revision::revision;
use crate::blob::Skip;
use crate::sources::SourceError;
use crate::sources::git::Repository;

/// Words of a range that are shown.
const MOST_SHOWN: usize = 8;

/// What to scan, looked up.
#[derive(Debug, Default)]
pub(super) struct Scope {
    pub(super) ends: Ends,
    /// Seconds since 1970.
    pub(super) since: Option<i64>,
    /// Whether only what commits add is asked for, and not all that they hold.
    pub(super) is_difference: bool,
    /// Whether everything is asked for: what any reference, log, index or unfinished operation leads to.
    pub(super) is_all: bool,
    /// References that are followed.
    pub(super) refs: u64,
    /// In words, for the report.
    pub(super) shown: String,
    /// References that could not be read.
    pub(super) broken: Vec<Skip>,
    /// Names of references that are scanned themselves.
    pub(super) names: Vec<String>,
    pub(super) notes: Vec<String>,
}

impl Scope {
    /// Looks up what `options` name.
    pub(super) fn find(repository: &Repository, options: &HistoryOptions) -> Result<Self, SourceError> {
        let mut scope = Scope { shown: shown(options), ..Scope::default() };
        if let Some(range) = &options.range {
            scope.ends = resolve(repository, range)?;
        }
        for branch in &options.branches {
            let tips = branches(repository, branch)?;
            scope.names.extend(tips.iter().map(|(name, _)| name.clone()).filter(|name| name.starts_with("refs/")));
            scope.ends.included.extend(tips);
        }
        scope.refs = scope.ends.included.len() as u64;
        if options.range.is_none() && options.branches.is_empty() {
            let all = refs::all(repository)?;
            scope.ends.included = all.list;
            scope.refs = all.refs;
            scope.broken = all.broken;
            scope.names = all.names;
        }
        if let Some(remote) = &options.not_in {
            scope.exclude_remote(repository, remote)?;
        }
        if options.since.is_some() {
            // Nobody knows since when a reference has its name.
            scope.names.clear();
        }
        scope.names.extend(options.names.iter().cloned());
        if options.not_known {
            let known = refs::all(repository)?;
            scope.ends.excluded.extend(known.list.into_iter().map(|(_, id)| id));
            scope.broken.extend(known.broken);
        }
        if let Some(date) = &options.since {
            scope.since = Some(seconds(date)?);
        }
        // What a range does to submodules is told by its commits, also where it leaves out none.
        let follows_links = options.submodules && options.range.is_some();
        scope.is_difference = !scope.ends.excluded.is_empty() || !scope.ends.sides.is_empty() || scope.since.is_some() || follows_links;
        scope.is_all = !scope.is_difference && options.range.is_none() && options.branches.is_empty();
        if scope.is_difference && options.unreachable {
            scope.notes.push("--unreachable adds nothing here: what no commit leads to is in no range".to_owned());
        }
        if scope.is_all {
            let known: HashSet<ObjectId> = scope.ends.included.iter().map(|(_, id)| *id).collect();
            let remembered = refs::remembered(repository)?;
            scope.ends.included.extend(remembered.list.into_iter().filter(|(_, id)| !known.contains(id)));
            scope.broken.extend(remembered.broken);
        }
        Ok(scope)
    }

    /// Leaves out what a remote's tracking branches lead to.
    fn exclude_remote(&mut self, repository: &Repository, remote: &str) -> Result<(), SourceError> {
        let tips = refs::below(repository, &format!("refs/remotes/{remote}/"))?;
        if tips.is_empty() {
            self.notes.push(format!("nothing is known of what {remote} has: everything counts as new to it"));
        }
        let tracked = |branch: &str| format!("refs/remotes/{remote}/{branch}");
        let is_there = |name: &str| tips.iter().any(|(tracking, _)| tracking == name);
        self.names.retain(|name| match name.strip_prefix("refs/heads/") {
            Some(branch) => !is_there(&tracked(branch)),
            None => !name.starts_with("refs/remotes/"),
        });
        self.ends.excluded.extend(tips.into_iter().map(|(_, id)| id));
        Ok(())
    }
}

/// The scope as the user gave it.
fn shown(options: &HistoryOptions) -> String {
    let mut words = vec!["history"];
    let range: Vec<&str> = options.range.iter().flat_map(|range| range.split_whitespace()).collect();
    // A push may be of hundreds of branches.
    let unnamed = if range.len() > MOST_SHOWN { format!("and {} more", range.len() - MOST_SHOWN) } else { String::new() };
    words.extend(range.iter().take(MOST_SHOWN));
    words.extend((!unnamed.is_empty()).then_some(unnamed.as_str()));
    words.extend(options.branches.iter().map(String::as_str));
    words.extend(options.not_in.iter().flat_map(|remote| ["not in", remote]));
    words.extend(options.since.iter().flat_map(|date| ["since", date]));
    words.join(" ")
}

/// The branches that a name or pattern stands for: local ones first, then tracking branches, then any revision.
fn branches(repository: &Repository, name: &str) -> Result<Vec<Tip>, SourceError> {
    let is_pattern = name.contains(['*', '?', '[']);
    for space in ["refs/heads/", "refs/remotes/"] {
        let matches = |tip: &Tip| {
            let short = tip.0.strip_prefix(space).unwrap_or(&tip.0);
            let short_of_remote = short.split_once('/').map_or(short, |(_, name)| name);
            let is_match = |candidate: &str| {
                candidate == name
                    || (is_pattern && wildmatch(name.as_bytes().as_bstr(), candidate.as_bytes().as_bstr(), wildmatch::Mode::empty()))
            };
            is_match(short) || (space == "refs/remotes/" && is_match(short_of_remote))
        };
        let found: Vec<Tip> = refs::below(repository, space)?.into_iter().filter(matches).collect();
        if !found.is_empty() {
            return Ok(found);
        }
    }
    if is_pattern {
        return Err(SourceError::Revision { revision: name.to_owned(), what: "matches no branch".to_owned() });
    }
    Ok(revision(repository, name)?.into_iter().map(|id| (name.to_owned(), id)).collect())
}

/// A date as git understands it, in seconds since 1970.
fn seconds(date: &str) -> Result<i64, SourceError> {
    let time = gix::date::parse(date, Some(gix::date::Zoned::now())).map_err(|_| SourceError::Revision {
        revision: date.to_owned(),
        what: "not a date: write 2024-01-31, or \"2 weeks ago\"".to_owned(),
    })?;
    let refused = |what: String| Err(SourceError::Revision { revision: date.to_owned(), what });
    if let Some(unit) = unknown_unit(date) {
        return refused(format!("`{unit}` is no unit of time: write seconds, minutes, hours, days, weeks, months or years"));
    }
    if time.seconds > gix::date::Zoned::now().timestamp().as_second() {
        return refused("is not in the past, so that no commit could be since then".to_owned());
    }
    Ok(time.seconds)
}

/// The unit in `2 weeks ago` where there is none of that name. Git takes it for seconds then.
fn unknown_unit(date: &str) -> Option<&str> {
    const UNITS: [&str; 7] = ["second", "minute", "hour", "day", "week", "month", "year"];
    let is_known = |word: &str| UNITS.iter().any(|unit| word == *unit || word.strip_suffix('s') == Some(unit));
    let (before, _) = date.trim_end().rsplit_once("ago").filter(|(_, behind)| behind.is_empty())?;
    let words: Vec<&str> = before.split(|char: char| !char.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_count = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    words.windows(2).find(|pair| is_count(pair[0]) && !is_known(&pair[1].to_lowercase())).map(|pair| pair[1])
}
