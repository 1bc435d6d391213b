//! L2: regexes of paths as path patterns. A pattern says less than a regex, so most regexes that people write for paths
//! have one that means the same, and the others are refused.

use crate::config::globs::PathGlobs;
use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

/// The most patterns that one regex may become.
const MOST: usize = 32;
/// The most bytes of a regex, and of all patterns that come of it.
const MOST_BYTES: usize = 8 << 10;

/// A piece of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// This character.
    Char(char),
    /// One character of a class, as in a pattern; never `/`.
    One(String),
    /// Any number of characters but `/`.
    Star,
    /// Any number of characters.
    Deep,
    /// Where the path begins.
    Start,
    /// Where it ends.
    End,
}

/// The pieces of each way to match.
type Ways = Vec<Vec<Piece>>;

/// The patterns that together match what the regex matches anywhere in a path.
///
/// # Errors
/// Why there are none.
pub(super) fn globs(regex: &str) -> Result<Vec<String>, String> {
    const REMEDY: &str = "write it as path patterns under `exclude` or `allow`";
    if regex.len() > MOST_BYTES {
        return Err(format!("longer than {MOST_BYTES} bytes; {REMEDY}"));
    }
    let hir = regex_syntax::parse(regex).map_err(|error| {
        let what = error.to_string();
        let last = what.lines().last().unwrap_or_default();
        format!("not a regex here ({}); {REMEDY}", last.strip_prefix("error: ").unwrap_or(last))
    })?;
    if hir.properties().minimum_len() == Some(0) && hir.properties().look_set().is_empty() {
        return Err("it matches every path; leave it out, or name what is meant".to_owned());
    }
    let ways = ways(&hir).ok_or_else(|| format!("no path pattern says the same; {REMEDY}"))?;
    let mut globs: Vec<String> = Vec::new();
    for way in ways {
        for glob in render(way).ok_or_else(|| format!("no path pattern says the same; {REMEDY}"))? {
            if !globs.contains(&glob) {
                globs.push(glob);
            }
        }
    }
    join_depths(&mut globs);
    let bytes: usize = globs.iter().map(String::len).sum();
    if globs.len() > MOST || bytes > MOST_BYTES {
        return Err(format!("it would be {} path patterns; {REMEDY}", globs.len()));
    }
    PathGlobs::new(globs.clone()).map_err(|what| format!("{what}; {REMEDY}"))?;
    Ok(globs)
}

/// At the top, and at every depth below it: at every depth.
fn join_depths(globs: &mut Vec<String>) {
    for glob in globs.clone() {
        let Some(rest) = glob.strip_prefix("**/*/") else { continue };
        if let Some(top) = globs.iter().position(|other| other.trim_start_matches('/') == rest) {
            globs[top] = format!("**/{rest}");
            globs.retain(|other| *other != glob);
        }
    }
}

fn ways(hir: &Hir) -> Option<Ways> {
    match hir.kind() {
        HirKind::Empty => Some(vec![Vec::new()]),
        HirKind::Literal(literal) => Some(vec![std::str::from_utf8(&literal.0).ok()?.chars().map(Piece::Char).collect()]),
        HirKind::Class(class) => class_ways(class),
        HirKind::Look(Look::Start | Look::StartLF) => Some(vec![vec![Piece::Start]]),
        HirKind::Look(Look::End | Look::EndLF) => Some(vec![vec![Piece::End]]),
        HirKind::Look(_) => None,
        HirKind::Repetition(repetition) => repeated(repetition),
        HirKind::Capture(capture) => ways(&capture.sub),
        HirKind::Concat(parts) => parts.iter().try_fold(vec![Vec::new()], |before, part| product(&before, &ways(part)?)),
        HirKind::Alternation(choices) => {
            let all: Option<Vec<Ways>> = choices.iter().map(ways).collect();
            all.map(|all| all.concat()).filter(|all| all.len() <= MOST)
        }
    }
}

fn product(before: &Ways, behind: &Ways) -> Option<Ways> {
    let all: Ways = before.iter().flat_map(|one| behind.iter().map(|other| [&one[..], other].concat())).collect();
    let size: usize = all.iter().map(Vec::len).sum();
    (all.len() <= MOST && size <= MOST_BYTES).then_some(all)
}

fn repeated(repetition: &Repetition) -> Option<Ways> {
    let open = match repetition.sub.kind() {
        HirKind::Class(class) => Some(class),
        HirKind::Capture(capture) => match capture.sub.kind() {
            HirKind::Class(class) => Some(class),
            _ => None,
        },
        _ => None,
    };
    match (repetition.max, open.map(reach)) {
        (Some(1), _) if repetition.min == 0 => {
            let mut all = ways(&repetition.sub)?;
            all.insert(0, Vec::new());
            Some(all)
        }
        (Some(max), _) if max == repetition.min && max <= 40 => {
            let one = ways(&repetition.sub)?;
            (0..max).try_fold(vec![Vec::new()], |before, _| product(&before, &one))
        }
        (None, Some(Reach::All)) if repetition.min <= 1 => Some(vec![open_pieces(repetition.min, Piece::Deep)]),
        (None, Some(Reach::Component)) if repetition.min <= 1 => Some(vec![open_pieces(repetition.min, Piece::Star)]),
        _ => None,
    }
}

/// `x*`, or `x+` as one `x` and the rest.
fn open_pieces(min: u32, rest: Piece) -> Vec<Piece> {
    let one = (min == 1).then(|| Piece::One("?".to_owned()));
    one.into_iter().chain([rest]).collect()
}

/// Which characters a class holds.
enum Reach {
    /// All but line ends.
    All,
    /// All but `/`.
    Component,
    /// Some.
    Some,
}

fn reach(class: &Class) -> Reach {
    let Class::Unicode(class) = class else { return Reach::Some };
    let holds = |c: char| class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&c));
    let count: u32 = class.ranges().iter().map(|range| u32::from(range.end()) - u32::from(range.start()) + 1).sum();
    // What a negated class of a handful of characters leaves: all but `/`, `\`, line ends.
    if count < 0x0010_f000 {
        return Reach::Some;
    }
    let common = ('!'..='~').filter(|c| !matches!(c, '/' | '\\'));
    match (common.into_iter().all(&holds), holds('/')) {
        (true, true) => Reach::All,
        (true, false) => Reach::Component,
        (false, _) => Reach::Some,
    }
}

/// A class as pieces. Backslashes, which stand for `/` on Windows, are in no path here.
fn class_ways(class: &Class) -> Option<Ways> {
    if let Reach::All | Reach::Component = reach(class) {
        return Some(vec![vec![Piece::One("?".to_owned())]]);
    }
    let Class::Unicode(class) = class else { return None };
    let ranges: Vec<(char, char)> = class.ranges().iter().map(|range| (range.start(), range.end())).collect();
    if ranges.len() > 16 || ranges.iter().any(|(first, last)| first < last && (*first..=*last).contains(&'/')) {
        return None;
    }
    let mut all: Ways = Vec::new();
    let others: Vec<&(char, char)> = ranges.iter().filter(|range| !matches!(range, ('/', '/') | ('\\', '\\'))).collect();
    if ranges.contains(&('/', '/')) {
        all.push(vec![Piece::Char('/')]);
    }
    match &others[..] {
        [] => {}
        [(first, last)] if first == last => all.push(vec![Piece::Char(*first)]),
        others => {
            // In a pattern's class, these would mean something else.
            if others.iter().any(|(first, last)| [first, last].iter().any(|c| matches!(c, '[' | ']' | '!' | '^' | '-'))) {
                return None;
            }
            let inside: String =
                others.iter().map(|(first, last)| if first == last { first.to_string() } else { format!("{first}-{last}") }).collect();
            all.push(vec![Piece::One(format!("[{inside}]"))]);
        }
    }
    Some(all)
}

/// One way as patterns.
fn render(mut way: Vec<Piece>) -> Option<Vec<String>> {
    let anchored = way.first() == Some(&Piece::Start);
    let ended = way.last() == Some(&Piece::End);
    way.retain(|piece| !matches!(piece, Piece::Start | Piece::End));
    let mut pieces = if anchored { Vec::new() } else { vec![Piece::Deep] };
    pieces.append(&mut way);
    if !ended {
        pieces.push(Piece::Deep);
    }
    pieces.dedup_by(|next, before| *next == Piece::Deep && *before == Piece::Deep);
    if pieces.iter().all(|piece| *piece == Piece::Deep) {
        return None;
    }
    let mut texts = vec![String::new()];
    for (at, piece) in pieces.iter().enumerate() {
        let add: Vec<String> = match piece {
            Piece::Char(c) => vec![globset::escape(&c.to_string())],
            Piece::One(class) => vec![class.clone()],
            Piece::Star => vec!["*".to_owned()],
            Piece::Deep => deep(at.checked_sub(1).map(|at| &pieces[at]), pieces.get(at + 1)),
            // Somewhere in the middle: no path can match.
            Piece::Start | Piece::End => return Some(Vec::new()),
        };
        texts = texts.iter().flat_map(|text| add.iter().map(move |more| format!("{text}{more}"))).collect();
        if texts.len() > MOST {
            return None;
        }
    }
    // Without a `/`, a pattern matches at every depth.
    Some(texts.into_iter().map(|text| if anchored && !text.contains('/') { format!("/{text}") } else { text }).collect())
}

/// Any number of characters between two pieces.
fn deep(before: Option<&Piece>, behind: Option<&Piece>) -> Vec<String> {
    let slash = Some(&Piece::Char('/'));
    let texts: &[&str] = match (before, behind) {
        (None, Some(_)) => &["**/*"],
        // What a pattern matches, it matches with all below.
        (before, None) if before == slash => &["**"],
        (_, None) => &["*"],
        (before, behind) if before == slash && behind == slash => &["*/**"],
        (before, _) if before == slash => &["**/*"],
        (_, behind) if behind == slash => &["*/**"],
        _ => &["*", "*/**/*"],
    };
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::globs;
    use crate::config::globs::PathGlobs;
    use regex::Regex;

    const PATHS: [&str; 24] = [
        "vendor/a.go",
        "a/vendor/b.go",
        "vendored/x",
        "a/vendor",
        "go.sum",
        "a/go.sum",
        "go.sum.bak",
        "gosum",
        "package-lock.json",
        "web/package-lock.json",
        "yarn.lock",
        "a/b/poetry.lock",
        "lock",
        "tests/fixtures/key.pem",
        "tests/fixtures/deep/key.pem",
        "src/tests/fixtures/key.pem",
        "testsXfixtures",
        "img/a.png",
        "img/b.JPG",
        "a.pngx",
        "docs/readme.md",
        "src/a_test.go",
        "test/a/b/c.txt",
        "node_modules/x/y.js",
    ];

    #[test]
    fn patterns_match_what_the_regex_matches() {
        for regex in [
            "vendor/",
            "(^|/)vendor/",
            r"(?:^|/)node_modules/.*",
            r"go\.sum$",
            r"go\.sum",
            "^go.sum$",
            r"(.*?)(png|JPG)$",
            r".*\.lock$",
            r"^tests/fixtures/",
            r"^tests/.*\.pem$",
            r"tests/fixtures/.*",
            r"/fixtures/",
            r"_test\.go$",
            r"(package-lock|composer)\.json",
            r"^test/[^/]+/",
            r"^test/.*/c\.txt$",
            r"(?i)\.jpg$",
            r"^docs/readme\.mdx?$",
            r"^src\/.*_test",
            r"test[/\\]a",
            r"fix.*pem",
        ] {
            let globs = globs(regex).unwrap_or_else(|what| panic!("{regex}: {what}"));
            let (set, regex) = (PathGlobs::new(globs.clone()).expect("checked"), Regex::new(regex).expect("valid"));
            for path in PATHS {
                assert_eq!(set.is_match(path), regex.is_match(path), "{path}: {regex} became {globs:?}");
            }
        }
    }

    #[test]
    fn a_directory_at_any_depth_is_one_pattern() {
        assert_eq!(globs("(^|/)vendor/").expect("patterns"), ["**/vendor/**"]);
        assert_eq!(globs(r"(^|/)go\.sum$").expect("patterns"), ["**/go.sum"]);
    }

    #[test]
    fn what_no_pattern_says_is_refused() {
        for regex in [".*", "", r"v[0-9]+/", r"\bword\b", "(ab|cd|ef|gh){4}", "(", "[^a]{3}x"] {
            assert!(globs(regex).is_err(), "{regex}: {:?}", globs(regex));
        }
        assert!(globs(&"(a?){60}".repeat(20)).is_err());
    }
}
