//! L1: `.keywardignore`: paths that are not scanned, exactly as git reads a `.gitignore` at the top of the repository.
//!
//! Git's rule that nothing below an excluded directory can be taken back in holds here too.

use super::files::MOST_BYTES;
use super::wild;
use crate::text::fingerprint::is_meant_as_fingerprint;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// The name of the file.
pub const NAME: &str = ".keywardignore";

/// The file in memory.
#[derive(Debug)]
pub struct IgnoreFile {
    /// For messages.
    name: String,
    /// The absolute directory that the patterns are relative to.
    root: PathBuf,
    matcher: Gitignore,
    /// Patterns that leave something out, by 1-based line, and whether they did.
    lines: BTreeMap<usize, (String, AtomicBool)>,
}

impl IgnoreFile {
    /// Reads the file; `name` is for messages, `root` the absolute directory that it is about.
    ///
    /// # Errors
    /// What is wrong, with its line.
    pub fn parse(name: &str, root: &Path, bytes: &[u8]) -> Result<IgnoreFile, String> {
        if bytes.len() as u64 > MOST_BYTES {
            return Err(format!("{name}: larger than 1 MiB, so no list of paths; name directories instead of their files"));
        }
        let text = std::str::from_utf8(bytes).map_err(|error| format!("{name}: not UTF-8 at byte {}", error.valid_up_to()))?;
        // Relative to nothing: paths are made relative before they are looked up.
        let mut builder = GitignoreBuilder::new("");
        let mut lines = BTreeMap::new();
        for (at, line) in text.strip_prefix('\u{feff}').unwrap_or(text).lines().enumerate() {
            if is_meant_as_fingerprint(line.trim()) {
                return Err(format!(
                    "{name}:{}: a fingerprint, where paths are listed; accept the finding with `keyward allow FINGERPRINT`",
                    at + 1
                ));
            }
            let wrong = |what: &str| format!("{name}:{}: not a pattern ({what}); write it as in .gitignore", at + 1);
            let Some(pattern) = wild::line(line).map_err(wrong)? else { continue };
            // The origin of a pattern tells its line when it matches.
            builder.add_line(Some(PathBuf::from((at + 1).to_string())), &pattern).map_err(|error| {
                let what = error.to_string();
                wrong(what.rsplit(": ").next().unwrap_or(&what))
            })?;
            if !line.starts_with('!') {
                lines.insert(at + 1, (line.trim_end().to_owned(), AtomicBool::new(false)));
            }
        }
        let matcher = builder.build().map_err(|error| format!("{name}: {error}; write fewer patterns"))?;
        Ok(IgnoreFile { name: name.to_owned(), root: root.to_owned(), matcher, lines })
    }

    /// The file, for messages.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The absolute directory that the patterns are relative to.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether the `/`-separated path of a file, relative to the root, is left out. Remembers by which line.
    #[must_use]
    pub fn is_match(&self, path: &str) -> bool {
        let above = path.match_indices('/').map(|(end, _)| (&path[..end], true));
        for (part, is_dir) in above.chain([(path, false)]) {
            if let ignore::Match::Ignore(glob) = self.matcher.matched(part, is_dir) {
                let line = glob.from().and_then(|line| line.to_str()?.parse().ok());
                if let Some((_, used)) = line.and_then(|line: usize| self.lines.get(&line)) {
                    used.store(true, Ordering::Relaxed);
                }
                return true;
            }
        }
        false
    }

    /// `FILE:LINE: PATTERN` of those that left nothing out.
    #[must_use]
    pub fn unused(&self) -> Vec<String> {
        let unused = self.lines.iter().filter(|(_, (_, used))| !used.load(Ordering::Relaxed));
        unused.map(|(line, (pattern, _))| format!("{}:{line}: `{pattern}`", self.name)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::IgnoreFile;
    use std::path::Path;

    fn file(text: &str) -> IgnoreFile {
        IgnoreFile::parse("i", Path::new("/r"), text.as_bytes()).expect("valid patterns")
    }

    #[test]
    fn patterns_are_those_of_git() {
        for (text, hits, misses) in [
            ("*.lock", &["a.lock", "x/a.lock"][..], &["a.locks"][..]),
            ("/vendor", &["vendor/a", "vendor"], &["x/vendor/a"]),
            ("vendor/", &["vendor/a", "x/vendor/a"], &["vendor", "x/vendor"]),
            ("a/b", &["a/b", "a/b/c"], &["x/a/b"]),
            ("a/**/z", &["a/z", "a/b/c/z"], &["a/zz"]),
            ("*.env\n!keep.env", &["a.env"], &["keep.env", "x/keep.env"]),
            ("dir/\n!dir/keep", &["dir/keep"], &[]),
            ("dir/*\n!dir/keep", &["dir/a"], &["dir/keep"]),
            ("# c\n\\#a", &["#a"], &["# c"]),
            ("tail \r\n", &["tail"], &["tail "]),
        ] {
            assert!(hits.iter().all(|path| file(text).is_match(path)), "{text}");
            assert!(!misses.iter().any(|path| file(text).is_match(path)), "{text}");
        }
    }

    #[test]
    fn lines_that_leave_nothing_out_are_told() {
        let file = file("# c\n*.a\n\n*.b\n!x.b\n");
        assert!(file.is_match("x.a") && !file.is_match("x.b"));
        assert_eq!(file.unused(), ["i:4: `*.b`"]);
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_line() {
        let error = |bytes: &[u8]| IgnoreFile::parse("i", Path::new("/r"), bytes).expect_err("malformed");
        assert!(error(b"ok\n[z-a]\n").starts_with("i:2: not a pattern ("), "{}", error(b"ok\n[z-a]\n"));
        assert!(error(b"ok\n kw1:00\n").starts_with("i:2: a fingerprint"));
        assert!(error(b"\xff").contains("not UTF-8"));
        assert!(error(&vec![b'a'; 2 << 20]).contains("1 MiB"));
    }
}
