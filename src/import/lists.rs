//! L2: the files with one entry a line: `.gitleaksignore`, trufflehog's excluded paths, `.gitallowed`.

use super::{Accepted, AllowEntry, Imported, Known, checked_regex, path};
use crate::config::diagnostic::Source;

/// The lines that say something: `FILE:LINE` and the text.
fn lines(source: &Source) -> impl Iterator<Item = (String, &str)> {
    let numbered = source.text().lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    let said = numbered.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    said.map(|(number, line)| (format!("{}:{number}", source.name()), line))
}

/// `PATH:RULE:LINE`, or `COMMIT:PATH:RULE:LINE`.
pub(super) fn gitleaks_ignore(source: &Source) -> Imported {
    let mut out = Imported::default();
    for (place, text) in lines(source) {
        let mut fields = text.rsplitn(3, ':');
        let (line, _rule, rest) = (fields.next(), fields.next(), fields.next());
        let line = line.and_then(|line| line.parse::<usize>().ok()).filter(|line| *line > 0);
        let (Some(line), Some(rest)) = (line, rest) else {
            out.leave(place, "not PATH:RULE:LINE or COMMIT:PATH:RULE:LINE");
            continue;
        };
        let is_commit = |word: &str| matches!(word.len(), 40 | 64) && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        let (commit, file) = rest.split_once(':').filter(|(word, _)| is_commit(word)).unwrap_or(("", rest));
        out.accepted.push(Accepted { path: path(file), line, commit: commit.to_ascii_lowercase(), secret: Known::Place, place });
    }
    out
}

/// Regexes of paths.
pub(super) fn trufflehog_exclude(source: &Source) -> Imported {
    let mut out = Imported::default();
    let regexes: Vec<(String, String)> = lines(source).map(|(place, text)| (place, text.to_owned())).collect();
    out.exclude(&regexes);
    out
}

/// Regexes that git-secrets matches against `PATH:LINE:TEXT`.
pub(super) fn git_secrets(source: &Source) -> Imported {
    let mut out = Imported::default();
    let mut entry = AllowEntry { reason: format!("from {}", source.name()), ..AllowEntry::default() };
    for (place, text) in lines(source) {
        match checked_regex(text) {
            Ok(regex) => entry.regex.push(regex),
            // What is allowed may be the secret itself.
            Err(what) => out.leave(place, what),
        }
    }
    if !entry.regex.is_empty() {
        let what =
            "git-secrets matches the path and the whole line, `allow` the secret only: what was meant for paths belongs under `exclude`";
        out.leave(source.name().to_owned(), what);
        out.fragment.allow.push(entry);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{git_secrets, gitleaks_ignore, trufflehog_exclude};
    use crate::config::diagnostic::Source;

    #[test]
    fn ignored_findings_have_a_place_and_perhaps_a_commit() {
        let commit = "A".repeat(40);
        let text = format!("# why\n\nsrc/a:b.env:some-rule:3\n{commit}:./c.env:rule:7\nnonsense\na:b:0\n");
        let imported = gitleaks_ignore(&Source::new("i", &text));
        let found: Vec<_> =
            imported.accepted.iter().map(|one| (one.path.as_str(), one.line, one.commit.len(), one.place.as_str())).collect();
        assert_eq!(found, [("src/a:b.env", 3, 0, "i:3"), ("c.env", 7, 40, "i:4")]);
        assert_eq!(imported.left.iter().map(|left| left.place.as_str()).collect::<Vec<_>>(), ["i:5", "i:6"]);
    }

    #[test]
    fn excluded_paths_become_patterns() {
        let imported = trufflehog_exclude(&Source::new("t", "# c\n^vendor/\nv[0-9]+/\n"));
        assert_eq!((imported.fragment.exclude.len(), imported.left.len()), (1, 1), "{imported:?}");
    }

    #[test]
    fn allowed_regexes_are_those_of_the_secret() {
        let imported = git_secrets(&Source::new(".gitallowed", "EXAMPLE\n.*\n(?!x)\n"));
        assert_eq!(imported.fragment.allow[0].regex, ["EXAMPLE"]);
        assert_eq!(imported.left.len(), 3, "{:?}", imported.left);
    }
}
