//! L3: what a revision names, in every form that git has for one.

use gix::ObjectId;
use gix::objs::Kind;

use super::walk::tag_target;
use crate::sources::SourceError;
use crate::sources::git::{Commit, ObjectError, Repository, causes};

/// Digits of an id that git takes for one.
const SHORTEST_ID: usize = 4;

/// The object that a revision names; `None` for an id of zeros.
pub(super) fn revision(repository: &Repository, revision: &str) -> Result<Option<ObjectId>, SourceError> {
    let unknown = |cause: String| {
        let is_shallow = repository.shallow().is_ok_and(|commits| !commits.is_empty());
        let hint = if is_shallow {
            "the clone is shallow: fetch the whole history (`git fetch --unshallow`, or `fetch-depth: 0` in GitHub Actions)"
        } else {
            "check its name, or fetch it first"
        };
        SourceError::Revision { revision: revision.to_owned(), what: format!("{cause}; {hint}") }
    };
    if revision.len() == repository.objects().hash().len_in_hex()
        && let Ok(id) = ObjectId::from_hex(revision.as_bytes())
    {
        if id.is_null() {
            return Ok(None);
        }
        return match repository.objects().reader(0).header(&id) {
            Ok(_) => Ok(Some(id)),
            Err(ObjectError::Missing) => Err(unknown("no such object".to_owned())),
            Err(error) => Err(unknown(error.to_string())),
        };
    }
    if revision.is_empty() || revision.starts_with('-') {
        return Err(unknown("not a revision".to_owned()));
    }
    let spelled = if repository.has_reftable() { spelled_out(repository, revision)? } else { revision.to_owned() };
    let parse = |revision: &str| repository.local().rev_parse_single(revision).map(gix::Id::detach);
    parse(&spelled).map(Some).map_err(|error| {
        log::debug!("{revision}: {}", causes(&error));
        unknown(complaint(revision, &|name| parse(name).is_ok()))
    })
}

/// What is wrong with a revision that names nothing, by how it is written. `is_known` tells of the name that it begins with.
fn complaint(revision: &str, is_known: &dyn Fn(&str) -> bool) -> String {
    let at = ["^", "~", "@{", ":"].iter().filter_map(|sign| revision.find(sign)).min().unwrap_or(revision.len());
    let (name, steps) = revision.split_at(at);
    if steps.is_empty() && name.len() >= SHORTEST_ID && name.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return "there is no branch or tag of this name, and no commit or more than one whose id begins so".to_owned();
    }
    if steps.is_empty() {
        return "there is no branch, tag or commit of this name".to_owned();
    }
    if !name.is_empty() && !is_known(name) {
        return format!("there is no branch, tag or commit `{name}`");
    }
    let is_climb = steps.bytes().all(|byte| matches!(byte, b'^' | b'~') || byte.is_ascii_digit());
    let what = match steps {
        "@{u}" | "@{upstream}" => "the branch has no upstream that was fetched",
        "@{push}" => "the branch has no remote branch that it is pushed to",
        steps if steps.starts_with("@{-") => "so many branches were not checked out here before",
        steps if steps.starts_with("@{") => "the log of the reference has no such entry",
        steps if steps.contains(":/") || steps.contains("^{/") => "no commit message has this text",
        steps if steps.starts_with("^{") => "this leads to no object of that kind",
        _ if is_climb => "the history does not go back so far, or the commit has no such parent",
        steps if steps.starts_with(':') && name.is_empty() => "nothing is staged at this path",
        steps if steps.contains(':') => "there is nothing at this path",
        _ => "not a revision as git writes it",
    };
    what.to_owned()
}

/// Puts the id in the place of the reference that a revision begins with, for a parser that cannot read reftables.
/// What is no reference stays: an abbreviated id, say.
fn spelled_out(repository: &Repository, revision: &str) -> Result<String, SourceError> {
    let (name, steps) = revision.split_at(revision.find(['^', '~', '@', ':']).unwrap_or(revision.len()));
    let name = if name.is_empty() && steps == "@" { "HEAD" } else { name };
    let private = (repository.git_dir() != repository.common_dir()).then(|| repository.git_dir().to_owned());
    let references = repository.references(private)?;
    let spellings = ["{}", "refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD"];
    let found = spellings.iter().find_map(|spelling| references.resolve(&spelling.replace("{}", name)).ok().flatten());
    Ok(found.map_or_else(
        || revision.to_owned(),
        |id| format!("{id}{}", steps.strip_prefix('@').filter(|rest| rest.is_empty()).unwrap_or(steps)),
    ))
}

/// The parents of the commit that a revision names.
pub(super) fn parents(repository: &Repository, name: &str) -> Result<Vec<ObjectId>, SourceError> {
    let Some(mut id) = revision(repository, name)? else { return Ok(Vec::new()) };
    let reader = repository.objects().reader(0);
    let mut buffer = Vec::new();
    let failed =
        |error: &ObjectError| SourceError::Revision { revision: name.to_owned(), what: format!("cannot read the commit: {error}") };
    while reader.read(&id, &mut buffer).map_err(|error| failed(&error))? == Kind::Tag {
        id = tag_target(&buffer).ok_or_else(|| failed(&ObjectError::Missing))?;
    }
    Ok(Commit::parse(&buffer).map_err(|error| failed(&error))?.parents)
}
