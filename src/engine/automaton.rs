//! L2: a regular expression as an NFA: a lazy DFA tells whether and where a match ends, the NFA itself where its groups
//! are.
//!
//! `regex_automata::meta` would compile the expression for the other direction too, to find where a match begins. That
//! takes as long again, and a scan waits for it; where a pattern is tried, the beginning is mostly known. So it is done
//! here where a match is first found whose beginning is not.

use crate::text::Span;
use regex_automata::hybrid::dfa::{self, DFA};
use regex_automata::nfa::thompson::backtrack::{self, BoundedBacktracker};
use regex_automata::nfa::thompson::pikevm::{self, PikeVM};
use regex_automata::nfa::thompson::{Compiler, Config, WhichCaptures};
use regex_automata::util::pool::Pool;
use regex_automata::{Anchored, Input, MatchKind, PatternID};
use regex_syntax::hir::Hir;
use std::sync::OnceLock;

/// The largest compiled form, in bytes.
const SIZE_LIMIT: usize = 4 << 20;
/// What the states of a lazy DFA may take, in bytes.
const STATES: usize = 1 << 20;
/// A lazy DFA gives up where its states were thrown away so often, if each of them served for fewer bytes than this.
const MOST_CLEARED: usize = 3;
const LEAST_SERVED: usize = 10;

/// A compiled expression.
#[derive(Debug)]
pub(super) struct Automaton {
    hir: Hir,
    dfa: DFA,
    /// From the end of a match to its beginning; `None` inside where that takes too much memory.
    backwards: OnceLock<Option<DFA>>,
    backtracker: BoundedBacktracker,
    pike: PikeVM,
    /// The group that is asked for; 0 for the whole match.
    group: usize,
    rooms: Pool<Option<Box<Room>>>,
}

/// What a thread needs for its searches.
#[derive(Debug)]
struct Room {
    dfa: dfa::Cache,
    backwards: Option<dfa::Cache>,
    backtracker: backtrack::Cache,
    pike: Option<pikevm::Cache>,
}

impl Automaton {
    /// Compiles an expression. The group that is asked for is the one of that name, or the whole match.
    ///
    /// # Errors
    /// Where its compiled form is too large.
    pub(super) fn new(hir: Hir, group: &str) -> Result<Automaton, String> {
        let nfa = compiler(Config::new()).build_from_hir(&hir).map_err(|error| match error.size_limit() {
            Some(limit) => format!("its compiled form is larger than {limit} bytes: shorten its repetitions"),
            None => error.to_string(),
        })?;
        let group = nfa.group_info().to_index(PatternID::ZERO, group).unwrap_or(0);
        Ok(Automaton {
            hir,
            dfa: DFA::builder().configure(limited()).build_from_nfa(nfa.clone()).map_err(|error| error.to_string())?,
            backwards: OnceLock::new(),
            backtracker: BoundedBacktracker::new_from_nfa(nfa.clone()).map_err(|error| error.to_string())?,
            pike: PikeVM::new_from_nfa(nfa).map_err(|error| error.to_string())?,
            group,
            rooms: Pool::new(|| None),
        })
    }

    /// The first match, and the group that is asked for; the whole match where the group took no part in it.
    pub(super) fn find(&self, input: &Input<'_>) -> Option<(Span, Span)> {
        let mut room = self.rooms.get();
        let room = room.get_or_insert_with(|| Box::new(self.room()));
        let Ok(found) = self.dfa.try_search_fwd(&mut room.dfa, input) else {
            return self.groups(input, room);
        };
        let end = found?.offset();
        let Some(start) = self.start(input, end, room) else {
            return self.groups(&input.clone().range(input.start()..end), room);
        };
        if self.group == 0 {
            let whole = Span::new(start, end);
            return Some((whole, whole));
        }
        self.groups(&input.clone().range(start..end).anchored(Anchored::Yes), room)
    }

    /// Where the match begins that ends at `end`; `None` where the lazy DFA gave up.
    fn start(&self, input: &Input<'_>, end: usize, room: &mut Room) -> Option<usize> {
        if input.get_anchored() == Anchored::Yes {
            return Some(input.start());
        }
        let dfa = self.backwards.get_or_init(|| backwards(&self.hir)).as_ref()?;
        let cache = room.backwards.get_or_insert_with(|| dfa.create_cache());
        let found = dfa.try_search_rev(cache, &input.clone().range(input.start()..end).anchored(Anchored::Yes));
        Some(found.ok()??.offset())
    }

    fn groups(&self, input: &Input<'_>, room: &mut Room) -> Option<(Span, Span)> {
        let mut slots = vec![None; 2 * (self.group + 1)];
        let tried = self.backtracker.try_search_slots(&mut room.backtracker, input, &mut slots);
        let found = tried.unwrap_or_else(|_| {
            let cache = room.pike.get_or_insert_with(|| self.pike.create_cache());
            self.pike.search_slots(cache, input, &mut slots)
        });
        found?;
        let span = |group: usize| Some(Span::new(slots[2 * group]?.get(), slots[2 * group + 1]?.get()));
        let whole = span(0)?;
        Some((whole, span(self.group).unwrap_or(whole)))
    }

    fn room(&self) -> Room {
        Room { dfa: self.dfa.create_cache(), backwards: None, backtracker: self.backtracker.create_cache(), pike: None }
    }
}

fn compiler(config: Config) -> Compiler {
    let mut compiler = Compiler::new();
    compiler.configure(config.utf8(false).nfa_size_limit(Some(SIZE_LIMIT)));
    compiler
}

/// The DFA that finds, from the end of a match, the beginning that is furthest off.
fn backwards(hir: &Hir) -> Option<DFA> {
    let nfa = compiler(Config::new().reverse(true).which_captures(WhichCaptures::None)).build_from_hir(hir).ok()?;
    DFA::builder().configure(limited().match_kind(MatchKind::All)).build_from_nfa(nfa).ok()
}

fn limited() -> dfa::Config {
    DFA::config()
        .cache_capacity(STATES)
        .skip_cache_capacity_check(true)
        .minimum_cache_clear_count(Some(MOST_CLEARED))
        .minimum_bytes_per_state(Some(LEAST_SERVED))
}

#[cfg(test)]
mod tests {
    use super::{Automaton, Span};
    use proptest::prelude::*;
    use regex_automata::meta::Regex;
    use regex_automata::{Anchored, Input};

    const PATTERNS: [&str; 9] = [
        "(?P<secret>a|ab)(c|bcd)",
        "a*?(?P<secret>b+)c?",
        "^ab(?P<secret>[abc]{2,4})$",
        r"\b(?P<secret>ab)\b",
        "(a|b)*c",
        "b(?P<secret>x)?a",
        "[^b]{2,3}",
        "(?P<secret>(a|b|c){1,300})c",
        "",
    ];

    proptest! {
        #[test]
        fn finds_what_the_crate_finds(text in "[abc \n]{0,24}", start in 0usize..24, is_anchored: bool, pattern in 0..PATTERNS.len()) {
            let pattern = format!("(?m-u){}", PATTERNS[pattern]);
            let hir = regex_syntax::ParserBuilder::new().utf8(false).unicode(false).build().parse(&pattern).unwrap();
            let known = Regex::builder().configure(Regex::config().utf8_empty(false)).build_from_hir(&hir).unwrap();
            let start = start.min(text.len());
            let anchored = if is_anchored { Anchored::Yes } else { Anchored::No };
            let input = Input::new(&text).span(start..text.len()).anchored(anchored);
            let mut captures = known.create_captures();
            known.search_captures(&input, &mut captures);
            let span = |group: Option<regex_automata::Span>| group.map(|span| Span::new(span.start, span.end));
            let whole = span(captures.get_group(0));
            let expected = whole.map(|whole| (whole, span(captures.get_group_by_name("secret")).unwrap_or(whole)));
            prop_assert_eq!(Automaton::new(hir, "secret").unwrap().find(&input), expected);
        }
    }
}
