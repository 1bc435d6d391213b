//! `keyward ci`: what a pipeline is about, found by itself, and scanned.
//!
//! `providers` reads from the environment what was asked for; here that is looked up in the clone. Where the clone
//! cannot say what is new, more is scanned and never less; where it lacks the commits, the run fails.

mod added;
mod ends;
mod providers;

use super::file::{self, Readers};
use super::{Console, Outcome, Session};
use crate::report::Gate;
use crate::sources::git::{GitEnvironment, Repository};
use crate::sources::history::HistoryOptions;
use anyhow::{Context as _, anyhow, bail};
use ends::{Ends, ends};
use gix::ObjectId;
use providers::{Base, Event, Request};
use std::path::Path;

pub use providers::Lookup;

/// What to scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The range; `None` for the whole history.
    pub range: Option<String>,
    /// The revision that counts as trusted, for the configuration.
    pub base: Option<String>,
    /// What the change leads to; `None` where there is no change.
    pub head: Option<String>,
    /// Full names of the references that the change is on.
    pub names: Vec<String>,
    /// In words, for standard error.
    pub shown: String,
}

/// Finds out what to scan in the repository of `dir`. `range` goes before everything in the environment.
///
/// # Errors
/// Where there is no repository, the event cannot be read, or a commit that it names is not in the clone.
pub fn plan(dir: &Path, range: Option<String>, lookup: Lookup<'_>) -> anyhow::Result<Plan> {
    if let Some(range) = range {
        let Ends { base, head } = ends(dir, &range)?;
        return Ok(Plan { shown: "ci: scanning what --range names".to_owned(), range: Some(range), base, head, names: Vec::new() });
    }
    let request = providers::find(lookup)?;
    let clone = Clone { repository: Repository::open(dir, &GitEnvironment::of_process()?)?, request: &request };
    let (range, base) = match &request.event {
        Event::Everything(commit) => {
            clone.check(commit.as_deref())?;
            (None, None)
        }
        Event::Deletion => (Some("HEAD..HEAD".to_owned()), None),
        Event::Local => (clone.upstream(), None),
        Event::Change { base, head } => clone.change(base, head.as_deref())?,
    };
    let everything = match &request.event {
        Event::Local => "the whole history, as HEAD adds nothing to an upstream",
        _ => "the whole history",
    };
    let what = range.as_deref().unwrap_or(everything);
    let head = range.as_deref().and_then(|range| range.rsplit_once("..")).map(|(_, head)| head.to_owned());
    let shown = format!("ci: scanning {what} ({}: {})", request.provider, request.name);
    let is_of_pipeline = !matches!(request.event, Event::Local | Event::Deletion);
    Ok(Plan { shown, range, base, head, names: if is_of_pipeline { providers::names(lookup) } else { Vec::new() } })
}

/// Writes the range of a plan to a file, one line.
///
/// # Errors
/// Where the file cannot be written.
pub fn write_range(plan: &Plan, path: &Path) -> anyhow::Result<()> {
    let line = format!("{}\n", plan.range.as_deref().unwrap_or_default());
    file::replace(path, Readers::AsBefore, |out| out.write_all(line.as_bytes())).with_context(|| format!("cannot write {}", path.display()))
}

/// Scans what was found out. `options` names the repository and the range.
///
/// # Errors
/// Where a revision is not known or a report cannot be written.
pub fn run(mut session: Session, options: &HistoryOptions, plan: &Plan, console: &mut Console<'_>) -> anyhow::Result<Outcome> {
    if plan.base.is_some() {
        session.gate = Gate::Change;
    }
    log::warn!("{}", crate::text::sanitize::sanitize(&plan.shown));
    session.is_change = plan.base.is_some();
    if let (Some(base), Some(head)) = (&plan.base, &plan.head) {
        session.notes.extend(added::notes(&options.repo, base, head)?);
    }
    super::history::run(session, &HistoryOptions { names: plan.names.clone(), ..options.clone() }, console)
}

/// The clone that a pipeline works in.
struct Clone<'r> {
    repository: Repository,
    request: &'r Request,
}

impl Clone<'_> {
    /// Checks that this is a clone of what the pipeline is of, or at least one of anything: where a fetch failed, nothing
    /// would be found in it.
    fn check(&self, commit: Option<&str>) -> anyhow::Result<()> {
        if let Some(commit) = commit {
            let meant =
                || format!("{}; where another repository is meant, run `keyward history`", self.missing(commit, "what the pipeline is of"));
            self.commit(commit).with_context(meant)?;
        }
        let has_references = || self.repository.references(None)?.below("refs/").map_err(|what| anyhow!(what)).map(|all| !all.is_empty());
        if self.repository.head()?.is_none() && !has_references()? {
            bail!("the clone has no commit, so nothing could be checked: check out what is to be scanned");
        }
        Ok(())
    }

    /// The range of a change, and its base where there is one.
    fn change(&self, base: &Base, head: Option<&str>) -> anyhow::Result<(Option<String>, Option<String>)> {
        let head = match head {
            Some(head) => self.commit(head).with_context(|| self.missing(head, "what is to be checked"))?,
            None => self.repository.head()?.context("HEAD has no commit yet: check out what is to be scanned")?,
        };
        let base = match base {
            Base::Commit(id) => Some(self.commit(id).with_context(|| self.missing(id, "where the change begins"))?),
            Base::Target(branch) => Some(self.tracking(branch)?.with_context(|| self.missing(branch, "the target branch"))?),
            Base::Before { id, branch } => match self.commit(id) {
                Ok(id) => Some(id),
                // Depth hides commits; only a full clone can tell that one was dropped by a forced push.
                Err(error) if self.is_shallow()? => return Err(error.context(self.missing(id, "the commit before the push"))),
                Err(_) => self.fork(branch.as_ref())?,
            },
            Base::New(branch) => self.fork(branch.as_ref())?,
        };
        let range = base.map_or_else(|| head.to_string(), |base| format!("{base}..{head}"));
        Ok((Some(range), base.map(|base| base.to_string())))
    }

    /// What a branch without a past is new against: the default branch, unless it is that itself. Other branches do not
    /// count, since one that was pushed along with this one would hide what both bring.
    fn fork(&self, branch: Option<&providers::Branch>) -> anyhow::Result<Option<ObjectId>> {
        let default = match branch.and_then(|branch| branch.default.clone()) {
            Some(default) => default,
            None => match self.default_branch() {
                Some(default) => default,
                None => return Ok(None),
            },
        };
        match branch {
            Some(branch) if branch.name.as_deref() == Some(default.as_str()) => Ok(None),
            _ => self.tracking(&default),
        }
    }

    /// The branch that `refs/remotes/origin/HEAD` names.
    fn default_branch(&self) -> Option<String> {
        let local = self.repository.local();
        let head = local.try_find_reference("refs/remotes/origin/HEAD").ok().flatten()?;
        let target = head.target().try_name()?.as_bstr().to_string();
        target.strip_prefix("refs/remotes/origin/").map(str::to_owned)
    }

    /// Where `origin` has a branch.
    fn tracking(&self, branch: &str) -> anyhow::Result<Option<ObjectId>> {
        let branch = branch.strip_prefix("refs/heads/").unwrap_or(branch);
        let references = self.repository.references(None)?;
        references.resolve(&format!("refs/remotes/origin/{branch}")).map_err(|what| anyhow!("origin/{branch}: {what}"))
    }

    /// A commit of the clone by its id, which may be shortened. No branch is taken for one, whatever it is called.
    fn commit(&self, id: &str) -> anyhow::Result<ObjectId> {
        let Ok(prefix) = gix::hash::Prefix::from_hex(id) else { bail!("`{id}` is not the id of a commit") };
        let id = match ObjectId::from_hex(id.as_bytes()) {
            Ok(id) => id,
            Err(_) => match self.repository.local().objects.lookup_prefix(prefix, None)? {
                Some(Ok(id)) => id,
                _ => bail!("no single object has an id that begins with `{id}`"),
            },
        };
        self.repository.objects().reader(0).header(&id).map_err(|error| anyhow!("{id}: {error}"))?;
        Ok(id)
    }

    /// What the branch of HEAD adds to its upstream. Where it is at that, nobody knows what is new: a pipeline of a provider
    /// that is not known looks like this.
    fn upstream(&self) -> Option<String> {
        let local = self.repository.local();
        let head = self.repository.head().ok().flatten()?;
        let upstream = local.rev_parse_single("@{upstream}").ok()?.detach();
        (upstream != head).then(|| format!("{upstream}..{head}"))
    }

    fn is_shallow(&self) -> anyhow::Result<bool> {
        Ok(!self.repository.shallow()?.is_empty())
    }

    /// What to say of a revision that is not there.
    fn missing(&self, revision: &str, what: &str) -> String {
        let remedy = match self.is_shallow() {
            Ok(true) => format!("the clone is shallow: set {}", self.request.depth),
            _ => "fetch it before the scan".to_owned(),
        };
        format!("`{revision}` ({what}) is not in the clone; {remedy}, or give --range")
    }
}
