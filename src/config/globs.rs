//! L1: path patterns of the configuration.
//!
//! As in ignore files: a pattern without `/` matches at any depth, one with `/` is relative to the directory
//! of the configuration, and what matches a directory matches everything below it. `*` and `?` stop at `/`,
//! `**` does not. There is no negation.

use super::wild;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// A set of path patterns.
#[derive(Debug, Clone, Default)]
pub struct PathGlobs {
    patterns: Vec<String>,
    set: GlobSet,
}

impl PathGlobs {
    /// Compiles the patterns.
    ///
    /// # Errors
    /// What is wrong with the first bad one.
    pub fn new(patterns: Vec<String>) -> Result<PathGlobs, String> {
        let mut builder = GlobSetBuilder::new();
        for pattern in &patterns {
            for glob in expand(pattern)? {
                builder.add(
                    GlobBuilder::new(&glob)
                        .literal_separator(true)
                        .backslash_escape(true)
                        .build()
                        .map_err(|error| error.kind().to_string())?,
                );
            }
        }
        let set = builder.build().map_err(|error| error.kind().to_string())?;
        Ok(PathGlobs { patterns, set })
    }

    /// Whether a pattern matches the `/`-separated path or a directory above it.
    #[must_use]
    pub fn is_match(&self, path: &str) -> bool {
        self.set.is_match(path)
    }

    /// Whether there is no pattern.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// The patterns as written.
    #[must_use]
    pub fn patterns(&self) -> &[String] {
        &self.patterns
    }
}

/// The globs that a pattern stands for: itself, and everything below what it matches.
fn expand(pattern: &str) -> Result<[String; 2], String> {
    if let Some(rest) = pattern.strip_prefix('!') {
        return Err(format!("patterns cannot be negated; leave out `{rest}` or narrow the other patterns"));
    }
    let bare = pattern.strip_prefix("./").unwrap_or(pattern);
    let body = bare.trim_matches('/');
    if body.is_empty() {
        return Err("an empty pattern matches nothing".to_owned());
    }
    let anchored = bare.trim_end_matches('/').contains('/');
    let body = wild::glob(body)?;
    let glob = if anchored { body } else { format!("**/{body}") };
    let below = format!("{glob}/**");
    Ok([glob, below])
}

#[cfg(test)]
mod tests {
    use super::PathGlobs;

    fn matches(pattern: &str, path: &str) -> bool {
        PathGlobs::new(vec![pattern.to_owned()]).expect("a valid pattern").is_match(path)
    }

    #[test]
    fn patterns_without_a_slash_match_at_any_depth() {
        assert!(matches("*.min.js", "a.min.js") && matches("*.min.js", "a/b/c.min.js"));
        assert!(matches("vendor", "x/vendor/deep/file"));
        assert!(!matches("vendor", "vendored/file"));
    }

    #[test]
    fn patterns_with_a_slash_are_anchored() {
        assert!(matches("tests/data", "tests/data/x.env") && matches("/tests", "tests/x") && matches("tests/**", "tests/a/b"));
        assert!(!matches("tests/data", "src/tests/data/x.env") && !matches("/tests", "a/tests/x"));
        assert!(matches("tests/", "a/tests/x"), "a trailing slash alone does not anchor");
        assert!(!matches("src/*.rs", "src/a/b.rs"));
    }

    #[test]
    fn braces_are_characters_and_classes_those_of_git() {
        assert!(matches("*.{a,b}", "x.{a,b}") && !matches("*.{a,b}", "x.a"));
        assert!(matches("[[:digit:]]", "a/7") && !matches("[[:digit:]]", "d]"));
    }

    #[test]
    fn bad_patterns_are_refused() {
        for pattern in ["", "/", "!a", "[a", "[b-a]", "a\\"] {
            assert!(PathGlobs::new(vec![pattern.to_owned()]).is_err(), "{pattern}");
        }
    }
}
