//! L2: which rules are tried in a stretch of text, and what became of each: the scan once more, slowly, with reasons.
//!
//! Every rule is tried on its own wherever its plan, keywords or name send it, without runs, heads, hashes and
//! tables, through the same validating steps as in the scanner. A test holds the two together.

use super::boundary::may_begin;
use super::layout::{MANY_KEYWORDS, gate};
use super::words::WordHit;
use super::{Detector, Refusal, assignment, boundary, matcher, named, pem, surroundings, url, validate};
use crate::rules::plan::{LEAST_RUN, LONGEST_WORD, LengthRule, Plan};
use crate::rules::rule::PATTERN_REACH;
use crate::rules::{CONTEXT_REACH, Confidence, PEM_REACH, Place, Rule, Shape};
use crate::text::Span;
use crate::text::chars::{is_token, is_word};
use aho_corasick::AhoCorasick;
use std::collections::{BTreeSet, HashSet};

/// One rule at one place.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// Index into [`Detector::rules`].
    pub rule: usize,
    /// What was matched; where nothing was, what announced the rule.
    pub span: Span,
    /// The value that was judged; where there was none, the same as `span`.
    pub secret: Span,
    /// The confidence of the match, or why it is none. Overlaps with other matches are not looked at yet.
    pub outcome: Result<Confidence, Refusal>,
    /// How surely the context says what it is, as overlaps weigh it; 0 where none is needed.
    pub evidence: usize,
}

impl Attempt {
    /// Whether there is a value at all that could be a secret.
    #[must_use]
    pub fn has_value(&self) -> bool {
        !matches!(self.outcome, Err(Refusal::NoValue | Refusal::NotRun))
    }

    fn key(&self) -> (Span, Span, usize, Option<Refusal>) {
        (self.secret, self.span, self.rule, self.outcome.err())
    }
}

/// What sends a rule to a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// The literal that the format begins with stands there.
    Head,
    /// A literal of it stands where it should, or its word has the right length.
    Part,
    /// A context word stands near.
    Near,
}

/// All attempts whose value or match shares a byte with `range`, ordered by place and rule.
pub(super) fn trace(detector: &Detector, bytes: &[u8], range: Span) -> Vec<Attempt> {
    let window = Span::new(range.start.saturating_sub(PEM_REACH), bytes.len().min(range.end + PATTERN_REACH));
    let mut tracer = Tracer { detector, bytes, window, attempts: Vec::new() };
    tracer.words();
    tracer.literals();
    let mut attempts = tracer.attempts;
    attempts.retain(|attempt| attempt.span.overlaps(&range) || attempt.secret.overlaps(&range));
    attempts.sort_by_key(Attempt::key);
    attempts.dedup_by_key(|attempt| attempt.key());
    attempts
}

struct Tracer<'a> {
    detector: &'a Detector,
    bytes: &'a [u8],
    /// Where rules are announced.
    window: Span,
    attempts: Vec<Attempt>,
}

/// What a literal announces.
enum Announced<'a> {
    Head(usize),
    Inside { rule: usize, min: usize, max: usize },
    Near(usize),
    Pattern(usize, &'a str, usize, Place),
    Assignment,
    Url,
    Block,
}

impl<'a> Tracer<'a> {
    fn rules(&self) -> impl Iterator<Item = (usize, &'a Rule)> + use<'a> {
        self.detector.rules().iter().map(AsRef::as_ref).enumerate()
    }

    /// Formats that are told by the length of a word.
    fn words(&mut self) {
        for wide in [false, true] {
            let rules: Vec<(usize, LengthRule)> = self
                .rules()
                .filter_map(|(index, rule)| match rule.plan {
                    Plan::Length(lengths) if lengths.wide == wide => Some((index, lengths)),
                    _ => None,
                })
                .collect();
            let behind = |word: &Span| boundary::is_default(self.bytes, word.start + 1).then(|| Span::new(word.start + 1, word.end));
            let words = stretches(self.bytes, self.window, wide);
            let all: Vec<Span> = words.iter().copied().chain(words.iter().filter_map(behind)).collect();
            for word in all {
                let has_digit = word.of(self.bytes).iter().any(u8::is_ascii_digit);
                for (index, _) in rules.iter().filter(|(_, lengths)| (lengths.min..=lengths.max).contains(&word.len())) {
                    let before = self.attempts.len();
                    self.format(*index, word.start, Sign::Part);
                    // Only what would be found otherwise is worth a word.
                    if !has_digit && self.attempts.len() > before {
                        let attempt = self.attempts.pop().expect("there is one more");
                        let outcome = Err(Refusal::NoDigit);
                        self.attempts.extend(attempt.outcome.is_ok().then_some(Attempt { outcome, ..attempt }));
                    }
                }
            }
        }
    }

    /// Everything that a literal announces.
    fn literals(&mut self) {
        let announced = self.announced();
        let texts: Vec<&str> = announced.iter().map(|(text, _)| text.as_str()).collect();
        let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(&texts).expect("a few thousand short words");
        let bytes = self.bytes;
        for hit in automaton.find_overlapping_iter(self.window.of(bytes)) {
            let keyword = Span::new(self.window.start + hit.start(), self.window.start + hit.end());
            let (text, announced) = &announced[hit.pattern().as_usize()];
            match *announced {
                Announced::Head(rule) if keyword.of(bytes) == text.as_bytes() => self.format(rule, keyword.start, Sign::Head),
                Announced::Head(_) => {}
                Announced::Inside { rule, min, max } => {
                    let places = keyword.start.saturating_sub(max)..=keyword.start.saturating_sub(min);
                    places.for_each(|at| self.format(rule, at, Sign::Part));
                }
                Announced::Near(rule) => self.near(rule, keyword),
                Announced::Pattern(rule, regex, longest, place) => self.pattern(rule, regex, longest, keyword, place),
                Announced::Assignment => self.assignments(keyword),
                Announced::Url => self.url(keyword.start),
                Announced::Block => self.block(keyword.start),
            }
        }
    }

    fn announced(&self) -> Vec<(String, Announced<'a>)> {
        let mut all = vec![("://".to_owned(), Announced::Url), ("BEGIN ".to_owned(), Announced::Block)];
        let mut names: HashSet<&str> = HashSet::new();
        for (index, rule) in self.rules() {
            let keywords = rule.keywords.iter().map(|keyword| (gate(&keyword.text).to_owned(), keyword.place));
            match (&rule.shape, &rule.plan) {
                (Shape::Format(_), Plan::Heads(literals)) => {
                    let text = |literal: &Vec<u8>| String::from_utf8_lossy(literal).into_owned();
                    all.extend(literals.iter().map(|literal| (text(literal), Announced::Head(index))));
                }
                (Shape::Format(_), Plan::Keywords) if rule.keywords.len() > MANY_KEYWORDS && !rule.context.is_empty() => {
                    all.extend(rule.context.iter().map(|word| (word.clone(), Announced::Near(index))));
                }
                (Shape::Format(_), Plan::Keywords) => all.extend(keywords.map(|(text, place)| match place {
                    Place::Inside { min, max } => (text, Announced::Inside { rule: index, min: min as usize, max: max as usize }),
                    Place::Near => (text, Announced::Near(index)),
                })),
                (Shape::Pattern { regex, longest, .. }, _) => {
                    all.extend(keywords.map(|(text, place)| (text, Announced::Pattern(index, regex, *longest as usize, place))));
                }
                (Shape::Assignment { .. }, _) => {
                    for keyword in &rule.keywords {
                        if names.insert(gate(&keyword.text)) {
                            all.push((gate(&keyword.text).to_owned(), Announced::Assignment));
                        }
                    }
                }
                (Shape::Format(_), Plan::Length(_)) | (Shape::Url { .. } | Shape::Pem(_), _) => {}
            }
        }
        all
    }

    fn push(&mut self, rule: usize, span: Span, secret: Span, outcome: Result<(Confidence, usize), Refusal>) {
        let evidence = outcome.map_or(0, |(_, evidence)| evidence);
        self.attempts.push(Attempt { rule, span, secret, outcome: outcome.map(|(confidence, _)| confidence), evidence });
    }

    /// A format that may begin at `at`.
    fn format(&mut self, index: usize, at: usize, sign: Sign) {
        let rule: &Rule = &self.detector.rules()[index];
        let Shape::Format(format) = &rule.shape else { return };
        let bytes = self.bytes;
        let loose = || matcher::match_at(&format.parts, bytes, at, &mut |_| true).map(|end| Span::new(at, end));
        if !boundary::opens(bytes, at, rule) {
            if let Some(span) = loose().filter(|_| sign != Sign::Near) {
                self.push(index, span, span, Err(Refusal::Begins));
            }
            return;
        }
        let end = matcher::match_at(&format.parts, bytes, at, &mut |end| boundary::closes(bytes, at, end, rule));
        let Some(end) = end else {
            match (sign, loose()) {
                (Sign::Near, _) | (Sign::Part, None) => {}
                (_, Some(span)) => self.push(index, span, span, Err(Refusal::Ends)),
                (Sign::Head, None) => {
                    let length = bytes[at..].iter().take(LONGEST_WORD).take_while(|&&byte| is_token(byte)).count();
                    let span = Span::new(at, at + length);
                    self.push(index, span, span, Err(Refusal::Shape));
                }
            }
            return;
        };
        let span = Span::new(at, end);
        let outcome = validate::token(rule, span.of(bytes)).and_then(|()| self.evidence(rule, span));
        self.push(index, span, span, outcome.map(|evidence| (validate::confidence(rule, span.of(bytes)), evidence)));
    }

    fn evidence(&self, rule: &Rule, span: Span) -> Result<usize, Refusal> {
        if rule.context.is_empty() {
            return Ok(0);
        }
        let window = surroundings::context_window(self.bytes, span);
        let text = window.of(self.bytes).to_ascii_lowercase();
        let firsts: BTreeSet<&String> = rule.apart.iter().map(|words| &words[0]).collect();
        let hits = rule.context.iter().chain(firsts).flat_map(|word| {
            let places = memchr::memmem::find_iter(&text, word.as_bytes()).map(|at| window.start + at);
            places.map(|start| WordHit { word: 0, start, end: start + word.len() }).collect::<Vec<_>>()
        });
        surroundings::evidence(self.bytes, rule, span, hits)
    }

    /// A format wherever a word begins near its context word.
    fn near(&mut self, rule: usize, keyword: Span) {
        let to = (keyword.end + CONTEXT_REACH).min(self.bytes.len());
        for at in keyword.start.saturating_sub(CONTEXT_REACH)..to {
            if may_begin(self.bytes, at) {
                self.format(rule, at, Sign::Near);
            }
        }
    }

    fn pattern(&mut self, index: usize, regex: &str, longest: usize, keyword: Span, place: Place) {
        let compiled = self.detector.program.pattern(index, regex);
        if let Some((span, secret)) = compiled.around(self.bytes, keyword, place, longest) {
            self.patterned(index, span, secret);
        }
    }

    fn patterned(&mut self, index: usize, span: Span, secret: Span) {
        let rule: &Rule = &self.detector.rules()[index];
        let value = secret.of(self.bytes);
        let outcome = validate::value(rule, value).and_then(|_| self.evidence(rule, span));
        self.push(index, span, secret, outcome.map(|evidence| (validate::confidence(rule, value), evidence)));
    }

    fn assignments(&mut self, keyword: Span) {
        let mut parsed = Vec::new();
        assignment::parse_all(self.bytes, keyword, &mut |found| parsed.push(found));
        if parsed.is_empty() {
            self.assignment(keyword, keyword, None);
        }
        for found in &parsed {
            self.assignment(keyword, found.name, Some(found));
        }
    }

    fn assignment(&mut self, keyword: Span, name: Span, parsed: Option<&assignment::Assignment>) {
        let name = crate::rules::keywords::squash(&String::from_utf8_lossy(name.of(self.bytes)));
        for (index, rule) in self.rules() {
            let Shape::Assignment { names, value } = &rule.shape else { continue };
            if !names.iter().any(|known| name.contains(known.as_str())) {
                continue;
            }
            let Some(parsed) = parsed else {
                self.push(index, keyword, keyword, Err(Refusal::NoValue));
                continue;
            };
            let secret = parsed.value.of(self.bytes);
            let outcome = if assignment::is_judged_by(names, parsed.form) { validate::value(rule, secret) } else { Err(Refusal::NotRun) };
            let outcome = outcome.and_then(|_| named::judge(self.detector, self.bytes, parsed, *value));
            let span = Span::new(parsed.name.start.min(parsed.value.start), parsed.name.end.max(parsed.value.end));
            self.push(index, span, parsed.value, outcome.map(|confidence| (confidence.min(validate::confidence(rule, secret)), 0)));
        }
    }

    fn url(&mut self, at: usize) {
        let Some(parsed) = url::password_in_url(self.bytes, at) else { return };
        let Some(index) = url::rule_for(self.detector.rules(), &self.detector.program.urls, &parsed, self.bytes) else { return };
        let index = index as usize;
        let most = self.detector.rules()[index].confidence;
        let outcome = url::judge_url(&parsed, self.bytes).map(|confidence| (confidence.min(most), 0));
        self.push(index, parsed.whole, parsed.password, outcome);
    }

    fn block(&mut self, begin: usize) {
        let label = |known: &str| self.bytes[begin + "BEGIN ".len()..].starts_with(format!("{known}----").as_bytes());
        let found = pem::block(self.bytes, begin, |_| true);
        let known = self.rules().find(|(_, rule)| match (&rule.shape, &found) {
            (Shape::Pem(known), Some(block)) => known.as_bytes() == block.label.of(self.bytes),
            (Shape::Pem(known), None) => label(known),
            _ => false,
        });
        let Some((index, rule)) = known else { return };
        let (span, outcome) = found.map_or_else(
            || (Span::new(begin, begin + "BEGIN ".len()), Err(Refusal::NoKey)),
            |block| (block.span, validate::pem(rule, block.span.of(self.bytes)).map(|confidence| (confidence, 0))),
        );
        self.push(index, span, span, outcome);
    }
}

/// Maximal words, or runs of base64 characters, that begin in `window` and may be told by their length.
fn stretches(bytes: &[u8], window: Span, wide: bool) -> Vec<Span> {
    let belongs = |byte: u8| is_word(byte) || (wide && matches!(byte, b'+' | b'/'));
    let mut found = Vec::new();
    let mut start = window.start;
    while start > 0 && window.start - start <= LONGEST_WORD && belongs(bytes[start - 1]) {
        start -= 1;
    }
    while start <= window.end.min(bytes.len()) {
        let length = bytes[start..].iter().take_while(|&&byte| belongs(byte)).count();
        found.extend((LEAST_RUN..=LONGEST_WORD).contains(&length).then(|| Span::new(start, start + length)));
        start += length + 1;
    }
    found
}

#[cfg(test)]
mod tests;
