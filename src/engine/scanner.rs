//! L2: one pass over one blob: runs, heads, lengths, literals, and the matches that they lead to.

use super::events::{Event, Part};
use super::layout::Action;
use super::program::Program;
use super::runs::{Visitor, Word};
use super::simd::Places;
use super::words::WordHit;
use super::{Detector, Match, Scratch, apart, boundary, decode, matcher, named, overlap, pem, surroundings, url, validate};
use crate::engine::assignment;
use crate::rules::plan::{LONGEST_WORD, LengthRule};
use crate::rules::{CONTEXT_REACH, Confidence, Place, Rule, Shape};
use crate::text::Span;
use crate::text::chars::kind;

/// With how many of the last matches a new one is compared. The same comes again close by, from another keyword of its
/// rule; one that is overlooked goes with the overlaps. All of them would be quadratic in a file of keys.
const RECENT: usize = 64;

impl Visitor for Scanner<'_> {
    /// Formats that begin with a literal.
    fn beginnings(&mut self, from: usize, places: &mut Places) {
        let (program, bytes) = (self.program, self.bytes);
        places.retain(|at| program.heads.may_begin(bytes, from + at));
        places.retain(|at| program.heads.may_stand(bytes, from + at));
        for at in places.iter() {
            self.head(from + at);
        }
    }

    /// The same behind the escape sequences that stand here.
    fn opened(&mut self, from: usize, places: &Places) {
        places.iter().for_each(|at| self.escaped(from + at));
    }

    #[inline]
    fn word(&mut self, word: Word) {
        self.by_length(word, false);
        self.by_length(word, true);
    }

    #[inline]
    fn wide(&mut self, stretch: Word) {
        self.by_length(stretch, true);
    }

    #[inline]
    fn long(&mut self, stretch: Word) {
        self.scratch.encoded.long(self.bytes, stretch.start, stretch.end);
    }

    #[inline]
    fn run(&mut self, start: usize, end: usize) {
        self.scratch.encoded.run(self.bytes, start, end);
    }

    #[inline]
    fn dense(&mut self, from: usize, to: usize) {
        self.scratch.encoded.dense(self.bytes, from, to);
    }
}

/// One scan of one blob.
pub(super) struct Scanner<'a> {
    detector: &'a Detector,
    program: &'a Program,
    bytes: &'a [u8],
    scratch: &'a mut Scratch,
    /// Matches, each with how surely its context says what it is.
    found: Vec<(Match, usize)>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(detector: &'a Detector, bytes: &'a [u8], scratch: &'a mut Scratch) -> Scanner<'a> {
        scratch.reset();
        Scanner { detector, program: &detector.program, bytes, scratch, found: Vec::new() }
    }

    pub(super) fn run(mut self) -> Vec<Match> {
        let (program, level, bytes) = (self.program, self.detector.level, self.bytes);
        let mut room = self.scratch.room.take().unwrap_or_default();
        super::runs::for_each(level, bytes, Span::new(0, bytes.len()), &mut room, &mut self);
        self.scratch.room = Some(room);
        let mut places = std::mem::take(&mut self.scratch.places);
        program.literals.find(bytes, &mut places, &mut |hit| self.literal(hit));
        self.scratch.places = places;
        self.finish()
    }

    /// Notes where something comes of a trigger, for [`window`](super::window).
    pub(super) fn traced(self) -> Self {
        self.scratch.trail = Some(Vec::new());
        self
    }

    /// Tries these triggers of the bytes only, each kind ordered by place.
    pub(super) fn replay(
        mut self,
        runs: impl Iterator<Item = Event>,
        literals: impl Iterator<Item = Event>,
        chains: impl Iterator<Item = Event>,
    ) -> Vec<Match> {
        for event in runs {
            let Span { start, end } = event.span();
            match event.part() {
                Part::Beginning => self.head(start),
                Part::Opened => self.escaped(start),
                Part::Word => self.word(Word { start, end }),
                Part::Wide => self.wide(Word { start, end }),
                Part::Long => self.long(Word { start, end }),
                Part::Run => Visitor::run(&mut self, start, end),
            }
        }
        literals.for_each(|event| self.literal(event.literal()));
        chains.for_each(|event| self.scratch.encoded.chain(self.bytes, event.span().start));
        self.finish()
    }

    /// Notes that a rule that looks far was tried at a trigger.
    fn note(&mut self, rule: u32, at: usize) {
        if self.program.wide[rule as usize]
            && let Some(trail) = &mut self.scratch.trail
        {
            trail.push(Span::new(at, at));
        }
    }

    /// One match a secret, ordered by place, also of what the blob encodes.
    pub(super) fn finish(self) -> Vec<Match> {
        let direct = overlap::resolve(self.detector.rules(), self.found);
        decode::with_decoded(self.detector, self.bytes, self.scratch, direct)
    }

    fn rule(&self, index: u32) -> &'a Rule {
        &self.detector.rules()[index as usize]
    }

    #[inline]
    fn head(&mut self, at: usize) {
        let program = self.program;
        program.heads.at(self.bytes, at, &mut |rule| self.format(rule, at));
    }

    /// A format may begin behind the escape sequence that stands at `at`.
    fn escaped(&mut self, at: usize) {
        if boundary::is_escape(self.bytes, at)
            && let Some(behind) = boundary::behind_escape(self.bytes, at)
        {
            self.head(behind);
        }
    }

    /// Formats told by the length of the word (or run of base64 characters) that they begin with. It holds a
    /// digit, and nothing but what the formats of that length are made of.
    #[inline]
    fn by_length(&mut self, mut word: Word, wide: bool) {
        let lengths = &self.program.lengths;
        let known = if wide { &lengths.wide } else { &lengths.word };
        loop {
            let length = word.end - word.start;
            if length > LONGEST_WORD {
                return;
            }
            for &rule in known.alone(length) {
                self.format(rule, word.start);
            }
            if known.is_contextual(length)
                && surroundings::value_position(self.bytes, Span::new(word.start, word.end))
                && known.admits(length, self.bytes[word.start..word.end].iter().fold(0, |kinds, &byte| kinds | kind(byte)))
            {
                self.contextual(word.start, length, wide);
            }
            // The dash of `${NAME:-…}` is none of the token.
            if self.bytes[word.start] != b'-' || !boundary::is_default(self.bytes, word.start + 1) {
                return;
            }
            word.start += 1;
        }
    }

    fn contextual(&mut self, at: usize, length: usize, wide: bool) {
        let program = self.program;
        let lengths = &program.lengths;
        let fits = |rule: &LengthRule| rule.wide == wide && (rule.min..=rule.max).contains(&length);
        let window = surroundings::context_window(self.bytes, Span::new(at, at + length));
        self.scratch.context.advance(&program.context, self.bytes, window);
        let mut candidates = std::mem::take(&mut self.scratch.candidates);
        candidates.clear();
        for hit in self.scratch.context.within(window) {
            let rules = &program.context_rules[hit.word as usize];
            let may_count = |rule: u32| {
                lengths.of_rule[rule as usize].as_ref().is_some_and(fits) && apart::may_count(self.bytes, self.rule(rule), hit, at)
            };
            candidates.extend(rules.iter().filter(|&&rule| may_count(rule)));
        }
        candidates.sort_unstable();
        candidates.dedup();
        for &rule in &candidates {
            self.format(rule, at);
        }
        self.scratch.candidates = candidates;
    }

    /// A format that begins at `at`.
    #[inline(never)]
    pub(super) fn format(&mut self, index: u32, at: usize) {
        let rule = self.rule(index);
        let Shape::Format(format) = &rule.shape else { return };
        let bytes = self.bytes;
        if !boundary::opens(bytes, at, rule) {
            return;
        }
        self.note(index, at);
        let end = self
            .scratch
            .ends
            .of(at, rule.format_key, || matcher::match_at(&format.parts, bytes, at, &mut |end| boundary::closes(bytes, at, end, rule)));
        let Some(end) = end else { return };
        let span = Span::new(at, end);
        // What stands around most words of a length is quicker told than whether they stand for something.
        let Some(evidence) = self.evidence(index, rule, span) else { return };
        if validate::token(rule, span.of(bytes)).is_ok() {
            self.push(index, span, span, validate::confidence(rule, span.of(bytes)), evidence);
        }
    }

    /// How surely the rule's context stands around the token; `None` where it is needed and does not.
    fn evidence(&mut self, index: u32, rule: &Rule, span: Span) -> Option<usize> {
        if rule.context.is_empty() {
            return Some(0);
        }
        let window = surroundings::context_window(self.bytes, span);
        let program = self.program;
        self.scratch.context.advance(&program.context, self.bytes, window);
        let hits = self.scratch.context.within(window).filter(|hit| program.context_rules[hit.word as usize].contains(&index));
        surroundings::evidence(self.bytes, rule, span, hits).ok()
    }

    /// A literal of the rules that are not told by runs.
    pub(super) fn literal(&mut self, hit: WordHit) {
        let program = self.program;
        for action in &program.actions[hit.word as usize] {
            match *action {
                Action::Format { rule, min, max } => {
                    self.note(rule, hit.start);
                    let last = hit.start.saturating_sub(min as usize);
                    for at in hit.start.saturating_sub(max as usize)..=last {
                        self.format(rule, at);
                    }
                }
                Action::Near { rule, is_context } => {
                    if !is_context || surroundings::stands_alone(self.bytes, hit) {
                        self.near(rule, hit);
                    }
                }
                Action::Pattern { rule, place } => {
                    self.pattern(rule, hit, place);
                    self.scratch.encoded.pattern(self.bytes, hit.end);
                }
                Action::Assignment => {
                    assignment::parse_all(self.bytes, Span::new(hit.start, hit.end), &mut |parsed| self.assignments(&parsed));
                }
                Action::Program if assignment::ends_program(self.bytes, hit.end) => {
                    if let Some(parsed) = assignment::parse_program(self.bytes, Span::new(hit.start, hit.end)) {
                        self.assignments(&parsed);
                    }
                }
                Action::Program => {}
                Action::Url => self.url(hit.start),
                Action::Pem => self.pem(hit.start),
                Action::Manifest => self.scratch.encoded.manifest(self.bytes, hit.start),
                Action::Quoted => self.scratch.encoded.quoted(self.bytes, hit.start, hit.end),
            }
        }
    }

    /// A format without literal or certain length: tried wherever a word begins near its context word.
    fn near(&mut self, rule: u32, hit: WordHit) {
        let from = hit.start.saturating_sub(CONTEXT_REACH);
        let to = (hit.end + CONTEXT_REACH).min(self.bytes.len());
        for at in (from..to).filter(|&at| boundary::may_begin(self.bytes, at)) {
            self.format(rule, at);
        }
    }

    fn pattern(&mut self, index: u32, hit: WordHit, place: Place) {
        let rule = self.rule(index);
        let Shape::Pattern { regex, longest, gate, .. } = &rule.shape else { return };
        self.note(index, hit.start);
        let longest = *longest as usize;
        if !gate.may_open(self.bytes, hit.start, longest) {
            return;
        }
        let compiled = self.program.pattern(index as usize, regex);
        if let Some((span, secret)) = compiled.around(self.bytes, Span::new(hit.start, hit.end), place, longest) {
            self.patterned(index, rule, span, secret);
        }
    }

    fn patterned(&mut self, index: u32, rule: &Rule, span: Span, secret: Span) {
        if validate::value(rule, secret.of(self.bytes)).is_ok()
            && let Some(evidence) = self.evidence(index, rule, span)
        {
            let confidence = validate::confidence(rule, secret.of(self.bytes));
            self.push(index, span, secret, confidence, evidence);
        }
    }

    /// A value given to a name: judged by every rule that a part of the name belongs to.
    fn assignments(&mut self, parsed: &assignment::Assignment) {
        let mut room = std::mem::take(&mut self.scratch.named);
        for &rule in room.rules(self.program, self.bytes, parsed) {
            if let Some(confidence) = named::judged(self.detector, rule, self.bytes, parsed) {
                let span = Span::new(parsed.name.start.min(parsed.value.start), parsed.name.end.max(parsed.value.end));
                self.push(rule, span, parsed.value, confidence, 0);
            }
        }
        self.scratch.named = room;
    }

    fn url(&mut self, at: usize) {
        let Some(parsed) = url::password_in_url(self.bytes, at) else { return };
        let Ok(confidence) = url::judge_url(&parsed, self.bytes) else { return };
        let chosen = url::rule_for(self.detector.rules(), &self.program.urls, &parsed, self.bytes);
        if let Some(index) = chosen {
            self.push(index, parsed.whole, parsed.password, confidence.min(self.rule(index).confidence), 0);
        }
    }

    fn pem(&mut self, at: usize) {
        if let Some(trail) = &mut self.scratch.trail
            && pem::announces(self.bytes, at)
        {
            trail.push(Span::new(at, at));
        }
        let program = self.program;
        let is_known = |label: &[u8]| program.pems.iter().any(|(known, _)| known.as_bytes() == label);
        let Some(block) = pem::block(self.bytes, at, is_known) else { return };
        let label = block.label.of(self.bytes);
        for &(_, index) in program.pems.iter().filter(|(known, _)| known.as_bytes() == label) {
            if let Ok(confidence) = validate::pem(self.rule(index), block.span.of(self.bytes)) {
                self.push(index, block.span, block.span, confidence, 0);
            }
        }
    }

    fn push(&mut self, rule: u32, span: Span, secret: Span, confidence: Confidence, evidence: usize) {
        let found = Match { rule: rule as usize, span, secret, decoded: None, confidence, parts: Vec::new() };
        if !self.found.iter().rev().take(RECENT).any(|(other, _)| *other == found) {
            self.found.push((found, evidence));
            if let Some(trail) = &mut self.scratch.trail {
                trail.push(span);
            }
        }
    }
}
