//! L2: regexes of other tools as patterns of rules: the secret's group gets its name, repetitions without an end get
//! one (every pattern has a longest match), and the literals are found by which the rule is gated.

use crate::rules::rule::{LEAST_KEYWORD, PATTERN_REACH};
use regex_syntax::ast::print::Printer;
use regex_syntax::ast::{self, Ast};
use regex_syntax::hir::{Class, Hir, HirKind};

/// The most literals that gate one rule.
const MOST_KEYWORDS: usize = 32;
/// Bounds for repetitions that have none; the greatest that keeps the longest match within reach is taken.
const BOUNDS: [u32; 7] = [1000, 300, 150, 80, 40, 20, 10];

/// A pattern that keyward takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    pub(super) text: String,
    pub(super) keywords: Vec<String>,
    /// The bound that repetitions without an end were given, where there were any.
    pub(super) bound: Option<u32>,
}

/// Translates a regex. `group` is the number of the secret's group; 0 for the first, or the whole match without one.
///
/// # Errors
/// Why it cannot be a pattern here.
pub(super) fn translate(regex: &str, group: u32) -> Result<Pattern, String> {
    if regex.len() > super::MOST_REGEX {
        return Err(format!("longer than {} bytes", super::MOST_REGEX));
    }
    let parse = || ast::parse::Parser::new().parse(regex).map_err(|error| format!("not a regex here: {}", error.kind()));
    let mut original = parse()?;
    let mut walk = Walk { group: group.max(1), bound: None, has_group: false, is_open: false };
    walk.visit(&mut original);
    if group > 0 && !walk.has_group {
        return Err(format!("it has no group {group}"));
    }
    let bounds: &[Option<u32>] = if walk.is_open { &BOUNDS.map(Some) } else { &[None] };
    let mut reason = String::new();
    for bound in bounds {
        let mut ast = parse()?;
        Walk { bound: *bound, has_group: false, is_open: false, ..walk }.visit(&mut ast);
        let mut text = String::new();
        Printer::new().print(&ast, &mut text).map_err(|error| error.to_string())?;
        let hir = regex_syntax::ParserBuilder::new().utf8(false).build().parse(&text).map_err(|error| last_line(&error.to_string()))?;
        match hir.properties().maximum_len() {
            Some(length) if length <= PATTERN_REACH => {
                let keywords = required(&hir).ok_or_else(|| {
                    format!("no literal of at least {LEAST_KEYWORD} characters is in every match, so nothing would gate the rule")
                })?;
                return Ok(Pattern { text, keywords, bound: *bound });
            }
            _ => reason = format!("a match can be longer than {PATTERN_REACH} bytes"),
        }
    }
    Err(reason)
}

fn last_line(message: &str) -> String {
    let last = message.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

/// Names the secret's group and bounds what is open. The parser bounds the depth.
#[derive(Clone, Copy)]
struct Walk {
    group: u32,
    bound: Option<u32>,
    has_group: bool,
    is_open: bool,
}

impl Walk {
    fn visit(&mut self, ast: &mut Ast) {
        match ast {
            Ast::Repetition(repetition) => {
                self.bound(&mut repetition.op.kind);
                self.visit(&mut repetition.ast);
            }
            Ast::Group(group) => {
                self.name(&mut group.kind, group.span);
                self.visit(&mut group.ast);
            }
            Ast::Alternation(alternation) => alternation.asts.iter_mut().for_each(|ast| self.visit(ast)),
            Ast::Concat(concat) => concat.asts.iter_mut().for_each(|ast| self.visit(ast)),
            _ => {}
        }
    }

    fn bound(&mut self, kind: &mut ast::RepetitionKind) {
        let least = match kind {
            ast::RepetitionKind::ZeroOrMore => 0,
            ast::RepetitionKind::OneOrMore => 1,
            ast::RepetitionKind::Range(ast::RepetitionRange::AtLeast(least)) => *least,
            _ => return,
        };
        self.is_open = true;
        if let Some(bound) = self.bound {
            *kind = ast::RepetitionKind::Range(ast::RepetitionRange::Bounded(least, bound.max(least)));
        }
    }

    fn name(&mut self, kind: &mut ast::GroupKind, span: ast::Span) {
        match kind {
            ast::GroupKind::CaptureIndex(index) if *index == self.group => {
                let name = ast::CaptureName { span, name: "secret".to_owned(), index: *index };
                *kind = ast::GroupKind::CaptureName { starts_with_p: true, name };
                self.has_group = true;
            }
            ast::GroupKind::CaptureName { name, .. } if name.index == self.group => {
                "secret".clone_into(&mut name.name);
                self.has_group = true;
            }
            _ => {}
        }
    }
}

/// Literals in lower case one of which every match holds, ignoring case; the longest that there are.
fn required(hir: &Hir) -> Option<Vec<String>> {
    let mut best: Option<Vec<String>> = None;
    let mut offer = |found: Vec<String>| {
        let weight = |all: &Vec<String>| (all.iter().map(String::len).min().unwrap_or(0), usize::MAX - all.len());
        let fits = !found.is_empty() && found.len() <= MOST_KEYWORDS && found.iter().all(|word| word.len() >= LEAST_KEYWORD);
        if fits && best.as_ref().is_none_or(|before| weight(&found) > weight(before)) {
            best = Some(found);
        }
    };
    match hir.kind() {
        HirKind::Literal(_) | HirKind::Class(_) => offer(fixed(hir).into_iter().collect()),
        HirKind::Capture(capture) => return required(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => return required(&repetition.sub),
        HirKind::Alternation(choices) => {
            let all: Option<Vec<Vec<String>>> = choices.iter().map(required).collect();
            let mut all: Vec<String> = all?.concat();
            all.sort_unstable();
            all.dedup();
            offer(all);
        }
        HirKind::Concat(parts) => {
            let mut run = String::new();
            for part in parts {
                if let Some(text) = fixed(part) {
                    run.push_str(&text);
                    continue;
                }
                offer(vec![std::mem::take(&mut run)]);
                required(part).into_iter().for_each(&mut offer);
            }
            offer(vec![run]);
        }
        HirKind::Empty | HirKind::Look(_) | HirKind::Repetition(_) => {}
    }
    best
}

/// The text of a part that matches nothing else, ignoring case; ASCII only, in lower case.
fn fixed(hir: &Hir) -> Option<String> {
    match hir.kind() {
        HirKind::Literal(literal) => std::str::from_utf8(&literal.0).ok().filter(|text| text.is_ascii()).map(str::to_lowercase),
        HirKind::Class(class) => one_letter(class).map(String::from),
        HirKind::Capture(capture) => fixed(&capture.sub),
        _ => None,
    }
}

/// The letter of a class that holds nothing but its two cases. The Kelvin sign and the long s, which Unicode counts
/// among the cases of k and s, are in no secret.
fn one_letter(class: &Class) -> Option<char> {
    let chars: Vec<char> = match class {
        Class::Unicode(class) => class.ranges().iter().flat_map(|range| [range.start(), range.end()]).collect(),
        Class::Bytes(class) => class.ranges().iter().flat_map(|range| [char::from(range.start()), char::from(range.end())]).collect(),
    };
    let is_narrow = class.literal().is_some() || class.maximum_len().is_some_and(|length| length <= 3);
    let singles = match class {
        Class::Unicode(class) => class.ranges().iter().all(|range| range.start() == range.end()),
        Class::Bytes(class) => class.ranges().iter().all(|range| range.start() == range.end()),
    };
    let ascii: Vec<char> = chars.iter().copied().filter(|c| !matches!(c, '\u{212a}' | '\u{17f}')).collect();
    let first = ascii.first()?.to_ascii_lowercase();
    (is_narrow && singles && first.is_ascii() && ascii.iter().all(|c| c.to_ascii_lowercase() == first)).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::translate;

    fn keywords(regex: &str) -> Vec<String> {
        translate(regex, 0).expect(regex).keywords
    }

    #[test]
    fn the_secrets_group_gets_its_name() {
        assert_eq!(translate("acme_([a-z]{4})", 0).expect("valid").text, "acme_(?P<secret>[a-z]{4})");
        assert_eq!(translate("(acme)_([a-z]{4})", 2).expect("valid").text, "(acme)_(?P<secret>[a-z]{4})");
        assert_eq!(translate("acme_[a-z]{4}", 0).expect("valid").text, "acme_[a-z]{4}");
        assert!(translate("acme_[a-z]{4}", 1).expect_err("no group").contains("no group 1"));
    }

    #[test]
    fn repetitions_without_an_end_get_one() {
        let open = translate(r"acme\s*=\s*([a-z]+)", 0).expect("valid");
        assert_eq!((open.text.as_str(), open.bound), (r"acme\s{0,300}=\s{0,300}(?P<secret>[a-z]{1,300})", Some(300)));
        assert_eq!(translate("acme_[a-z]{4}", 0).expect("valid").bound, None);
        assert!(translate("acme_[a-z]{9000}", 0).expect_err("too long").contains("4096"));
    }

    #[test]
    fn the_longest_literal_of_every_match_is_found() {
        assert_eq!(keywords("x{3}acme_[a-z]{4}-key"), ["acme_"]);
        assert_eq!(keywords("(?i)ACME[_-]?KEY = [a-z]{4}"), ["key = "]);
        assert_eq!(keywords("(?:alpha|beta)_[a-z]{4}"), ["alpha", "beta"]);
        assert_eq!(keywords("(?i)task_[0-9]{4}"), ["task_"]);
        for regex in ["[a-f0-9]{32}", "(?:acme)?[a-z]{9}", "ab[0-9]{8}", "acme|[0-9]{8}"] {
            assert!(translate(regex, 0).expect_err(regex).contains("no literal"), "{regex}");
        }
    }

    #[test]
    fn what_is_no_regex_is_told() {
        assert!(translate("(?!x)y", 0).is_err());
        assert!(translate("(", 0).is_err());
        assert!(translate(&"(".repeat(100_000), 0).is_err());
    }
}
