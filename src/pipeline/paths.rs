//! Under which paths what a blob held is reported, its names, its messages.

use super::Attributions;
use super::examine::Found;
use crate::blob::{ObjectKind, Origin};
use crate::findings::Attribution;
use crate::findings::location::{MESSAGE_PATH, NAME_PATH, NO_PATH, REFERENCE_PATH};
use crate::findings::redact::redact_in;
use crate::text::path::through;

/// The git object that a blob comes from.
pub(super) fn object(origin: &Origin) -> Option<(&str, ObjectKind)> {
    match origin {
        Origin::Object { id, kind } => Some((id, *kind)),
        Origin::Introduced { id, .. } => Some((id, ObjectKind::Blob)),
        Origin::Member { archive: of, .. } | Origin::Name { of, .. } => object(of),
        Origin::File { .. } | Origin::Stdin { .. } | Origin::Index { .. } | Origin::Reference { .. } => None,
    }
}

/// The paths under which a blob is reported.
pub(super) fn paths(origin: &Origin, attributions: &Attributions) -> Vec<(String, Option<Attribution>)> {
    if let Origin::Name { of, name } = origin
        && object(of).is_some()
    {
        return paths_through(of, name, attributions);
    }
    if let Origin::Reference { .. } = origin {
        let name = origin.label();
        let nowhere = Attribution { paths: vec![name.clone()], ..Attribution::default() };
        return vec![(format!("{name}/{REFERENCE_PATH}"), Some(nowhere))];
    }
    let Some((id, kind)) = object(origin) else {
        return vec![(origin.path().unwrap_or_default(), None)];
    };
    let inner = member_suffix(origin);
    let of = |attribution: &Attribution| match (kind, attribution.paths.first()) {
        // The message of a submodule's commit is told below its path.
        (ObjectKind::Commit | ObjectKind::Tag, Some(path)) => format!("{path}/{MESSAGE_PATH}"),
        (ObjectKind::Commit | ObjectKind::Tag, None) => MESSAGE_PATH.to_owned(),
        (ObjectKind::Blob, Some(path)) => format!("{path}{inner}"),
        (ObjectKind::Blob, None) => format!("{NO_PATH}{inner}"),
    };
    let known = attributions.get(id).map(Vec::as_slice).unwrap_or_default();
    if known.is_empty() {
        let unknown = Attribution { blob: id.to_owned(), ..Attribution::default() };
        return vec![(of(&unknown), Some(unknown))];
    }
    let is_new = |attribution: &&Attribution| {
        let path = attribution.paths.first();
        introduced(origin).is_none_or(|paths| path.is_some_and(|path| paths.contains(path)))
    };
    known.iter().filter(is_new).map(|attribution| (of(attribution), Some(attribution.clone()))).collect()
}

/// The only paths at which what is in a blob is new, where these are not all that it has.
fn introduced(origin: &Origin) -> Option<&[String]> {
    match origin {
        Origin::Introduced { paths, .. } => Some(paths),
        Origin::Member { archive: of, .. } | Origin::Name { of, .. } => introduced(of),
        _ => None,
    }
}

/// The paths of an object up to a name in them, each once. What is not known is told all the same.
fn paths_through(of: &Origin, name: &str, attributions: &Attributions) -> Vec<(String, Option<Attribution>)> {
    let all = paths(of, attributions);
    let mut found: Vec<(String, Option<Attribution>)> = Vec::new();
    for (path, history) in &all {
        if let Some(path) = through(path, name).filter(|path| found.iter().all(|(known, _)| known != path)) {
            found.push((path.to_owned(), history.clone()));
        }
    }
    if found.is_empty() {
        found.extend(all.into_iter().next().map(|(_, history)| (format!("{NO_PATH}/{name}"), history)));
    }
    found
}

/// The path that reports show: that of a name, of which no file is to be opened, without what is secret in it.
pub(super) fn shown(origin: &Origin, path: &str, found: &[Found]) -> String {
    let redacted = || redact_in(path, &found.iter().map(|one| one.secret.reveal()).collect::<Vec<_>>());
    match origin {
        Origin::Name { .. } => format!("{}/{NAME_PATH}", redacted()),
        Origin::Reference { .. } => redacted(),
        _ => path.to_owned(),
    }
}

/// What stands behind an archive's path for a member of it.
fn member_suffix(origin: &Origin) -> String {
    if let Origin::Member { archive, name } = origin { format!("{}!{name}", member_suffix(archive)) } else { String::new() }
}
