//! Has git merge a baseline line by line: two branches that each accept something mostly add lines at the same place,
//! which is a conflict unless `.gitattributes` says that the lines of both sides stay.

use crate::commands::file::{self, Readers};
use crate::pipeline::{Places, clean};
use anyhow::Context as _;
use std::io::ErrorKind;
use std::path::Path;

/// Adds a line about the baseline to the `.gitattributes` at the top of the repository; what was done in words. `None`
/// where there is no repository above the baseline, or something is said of how it is merged already.
///
/// # Errors
/// Where the file cannot be read or written.
pub(in crate::commands) fn merge_by_lines(places: &Places, baseline: &Path) -> anyhow::Result<Option<String>> {
    let baseline = clean(&places.cwd.join(baseline));
    let Some((top, path)) = places.repository.as_ref().and_then(|top| Some((top, baseline.strip_prefix(top).ok()?))) else {
        return Ok(None);
    };
    let file = top.join(".gitattributes");
    let path = path.to_string_lossy().replace('\\', "/");
    let line = format!("{path} merge=union");
    // Git reads no `.gitattributes` that is a link, and a pattern with signs in it would have to be escaped.
    let is_plain = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte));
    let before = match file.symlink_metadata() {
        Ok(there) if there.is_file() && is_plain => std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?,
        Err(error) if error.kind() == ErrorKind::NotFound && is_plain => Vec::new(),
        _ => return Ok(Some(format!("so that branches merge without conflict, add this to .gitattributes: {line}"))),
    };
    if says_how(&before, &path) {
        return Ok(None);
    }
    let separator = if before.is_empty() || before.ends_with(b"\n") { "" } else { "\n" };
    file::replace(&file, Readers::AsBefore, |out| {
        out.write_all(&before)?;
        writeln!(out, "{separator}{line}")
    })
    .with_context(|| format!("cannot write {}", file.display()))?;
    Ok(Some(format!("`{line}` added to .gitattributes, so that branches merge without conflict; commit it too")))
}

/// Whether a line is about the merge of this path by its name.
fn says_how(attributes: &[u8], path: &str) -> bool {
    String::from_utf8_lossy(attributes).lines().any(|line| {
        let mut words = line.split_whitespace();
        let is_meant = words.next().is_some_and(|pattern| pattern.trim_start_matches('/') == path);
        is_meant && words.any(|word| ["merge", "-merge", "!merge", "binary"].contains(&word) || word.starts_with("merge="))
    })
}

#[cfg(test)]
mod tests {
    use super::says_how;

    #[test]
    fn what_is_said_already_is_left() {
        for line in ["b merge=union", "/b text -merge", "# x\nb binary"] {
            assert!(says_how(line.as_bytes(), "b"), "{line}");
        }
        for line in ["", "* merge=union", "b text", "ab merge=union", "# b merge=union"] {
            assert!(!says_how(line.as_bytes(), "b"), "{line}");
        }
    }
}
