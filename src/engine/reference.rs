//! Tests: the prefilter loses nothing. What the detector finds is compared with what the same rules find when
//! each is tried at every byte, without runs, heads, hashes or windows.

use super::runs::{LONG, Visitor, Word};
use super::scanner::Scanner;
use super::words::WordHit;
use super::{Detector, Match, Scratch, sample};
use crate::rules::builtin::builtin;
use crate::rules::plan::{LEAST_RUN, LONGEST_WORD, Plan};
use crate::rules::{Rule, RuleSet};
use crate::text::chars::{is_token, is_word};
use sample::Random;

/// All matches, every rule tried at every byte.
fn brute_force(detector: &Detector, bytes: &[u8]) -> Vec<Match> {
    let mut scratch = Scratch::default();
    let mut scanner = Scanner::new(detector, bytes, &mut scratch);
    for (index, rule) in detector.rules().iter().enumerate() {
        let index = u32::try_from(index).expect("few rules");
        match &rule.plan {
            Plan::Heads(_) => (0..bytes.len()).for_each(|at| scanner.format(index, at)),
            Plan::Length(lengths) => {
                for (start, end) in stretches(bytes, lengths.wide) {
                    if (lengths.min..=lengths.max).contains(&(end - start)) {
                        scanner.format(index, start);
                    }
                }
            }
            Plan::Keywords => {}
        }
    }
    let mut hits = Vec::new();
    for (word, literal) in detector.program.literal_texts().iter().enumerate() {
        let word = u32::try_from(word).expect("few literals");
        for start in 0..bytes.len().saturating_sub(literal.len() - 1) {
            let end = start + literal.len();
            if bytes[start..end].eq_ignore_ascii_case(literal.as_bytes()) {
                hits.push(WordHit { word, start, end });
            }
        }
    }
    hits.sort_by_key(|hit| hit.start);
    for hit in hits {
        scanner.literal(hit);
    }
    // What may be encoded does not depend on the rules.
    for (start, end) in maximal(bytes, |byte| is_word(byte) || matches!(byte, b'+' | b'/')) {
        if end - start >= LONG {
            scanner.long(Word { start, end });
        }
    }
    for (start, end) in maximal(bytes, is_token) {
        Visitor::run(&mut scanner, start, end);
    }
    super::pairs::join(detector, bytes, scanner.finish())
}

/// Maximal words with a digit that are told by their length, by a plain loop.
fn stretches(bytes: &[u8], wide: bool) -> Vec<(usize, usize)> {
    let mut found = maximal(bytes, |byte| is_word(byte) || (wide && matches!(byte, b'+' | b'/')));
    found.retain(|&(start, end)| end - start <= LONGEST_WORD && bytes[start..end].iter().any(u8::is_ascii_digit));
    found
}

/// Maximal stretches of at least [`LEAST_RUN`] bytes of a class, by a plain loop.
fn maximal(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = 0;
    for end in 0..=bytes.len() {
        if end == bytes.len() || !belongs(bytes[end]) {
            if end - start >= LEAST_RUN {
                found.push((start, end));
            }
            start = end + 1;
        }
    }
    found
}

/// A text made of secrets, context words, names and noise.
fn text(rules: &[Rule], random: &mut Random) -> Vec<u8> {
    const GLUE: &[&str] = &[
        " ",
        "\n",
        "\"",
        "' ",
        "=",
        ": ",
        "_key = \"",
        "\",\n",
        " token: ",
        "/",
        "-",
        "_",
        "\\n",
        "%3D",
        "https://",
        "@",
        "x",
        "7",
        "+",
        "==",
        "&",
        "(",
        ")\n",
        "api_secret=",
        "{\"",
        "\": \"",
        "\r\n",
        "é",
        "\0",
        "AKIA",
        "-----BEGIN ",
        "ff00aa11bb22cc33dd44ee55ff66aa77",
        "some_longer_identifier_name_2",
    ];
    let mut text = Vec::new();
    while text.len() < 1500 {
        let rule = &rules[random.below(rules.len())];
        match random.below(6) {
            0 => text.extend(sample::secret(rule, random.below(1000) as u64).unwrap_or_default()),
            1 => {
                let secret = sample::secret(rule, random.below(1000) as u64).unwrap_or_default();
                let word = rule.context.first().map_or("svc", String::as_str);
                text.extend(format!("{word}_token = \"").as_bytes());
                text.extend(secret);
                text.extend_from_slice(b"\"\n");
            }
            2 => text.extend(rule.context.first().map(|word| word.to_uppercase()).unwrap_or_default().as_bytes()),
            3 if !rule.keywords.is_empty() => text.extend(rule.keywords[random.below(rule.keywords.len())].text.as_bytes()),
            _ => text.extend_from_slice(GLUE[random.below(GLUE.len())].as_bytes()),
        }
    }
    text
}

/// A detector for some rules of `all`, and a text with their secrets.
pub(super) fn some_rules_and_text(all: &[Rule], random: &mut Random) -> (Detector, Vec<u8>) {
    let some: Vec<Rule> = (0..40).map(|_| all[random.below(all.len())].clone()).collect();
    let mut set = RuleSet::default();
    for rule in &some {
        // The same rule may be drawn twice; once is enough.
        let _ = set.add(rule.clone());
    }
    (Detector::new(set).expect("some rules"), text(&some, random))
}

#[test]
fn the_prefilter_loses_nothing_that_brute_force_finds() {
    let all: Vec<Rule> = builtin().filter(|rule| rule.enabled).rules().iter().map(|rule| (**rule).clone()).collect();
    let mut random = Random::new(2024);
    let mut found = 0;
    for round in 0..60 {
        let (detector, text) = some_rules_and_text(&all, &mut random);
        let quick = detector.scan(&text);
        found += quick.len();
        assert_eq!(quick, brute_force(&detector, &text), "round {round}: {}", String::from_utf8_lossy(&text));
    }
    assert!(found > 300, "the texts hold something to find, not only {found} matches");
}

#[test]
fn a_match_does_not_depend_on_what_lies_beyond_the_reach() {
    let detector = Detector::builtin();
    let all: Vec<Rule> = detector.rules().iter().map(|rule| (**rule).clone()).collect();
    let mut random = Random::new(7);
    for _ in 0..10 {
        let core = text(&all, &mut random);
        // Two lines without a word in them, longer than any reach that the core's rules have on both sides.
        let padding = " .\n".repeat(crate::rules::PEM_REACH / 3 + 1);
        let padded = [padding.as_bytes(), &core, padding.as_bytes()].concat();
        let short = " .\n".repeat(400);
        let near = [short.as_bytes(), &core, short.as_bytes()].concat();
        let places = |text: &[u8], shift: usize| -> Vec<(usize, usize, usize)> {
            detector.scan(text).iter().map(|found| (found.rule, found.secret.start - shift, found.secret.end - shift)).collect()
        };
        assert_eq!(places(&near, short.len()), places(&padded, padding.len()));
    }
}

#[test]
fn a_used_scratch_changes_nothing() {
    let detector = Detector::builtin();
    let all: Vec<Rule> = detector.rules().iter().map(|rule| (**rule).clone()).collect();
    let mut random = Random::new(11);
    let mut scratch = Scratch::default();
    for _ in 0..10 {
        let text = text(&all, &mut random);
        assert_eq!(detector.scan_with(&text, &mut scratch), detector.scan(&text));
    }
}
