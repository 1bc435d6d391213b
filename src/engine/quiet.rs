//! L2: triggers that come to nothing whatever stands on other lines: most names are given nothing, most URLs have no
//! password, and most words with a digit are no value. They need not be noted for the versions of a text, in which the
//! lines of edits are looked at anew ([`window`](super::window)).
//!
//! What is said here of a trigger may depend on nothing but the line that it stands on, with the line feeds around it.

use super::assignment::{Assignment, Operator};
use super::decode::Encoded;
use super::layout::Action;
use super::program::Program;
use super::runs::Word;
use super::words::WordHit;
use super::{Detector, boundary, named, surroundings, url};
use crate::engine::assignment;
use crate::text::Span;
use crate::text::chars::kind;

/// How far before and behind a trigger its line may begin and end, in bytes. One that stands on a longer line is noted.
pub(super) const LINE: usize = 512;

/// Whether a literal comes to nothing.
pub(super) fn is_quiet_literal(detector: &Detector, bytes: &[u8], hit: WordHit, room: &mut named::Room) -> bool {
    let span = Span::new(hit.start, hit.end);
    let mut is_quiet = |action: &Action| match action {
        Action::Assignment => is_refused(detector, bytes, room, |mut visit| assignment::parse_all(bytes, span, &mut visit)),
        Action::Program => is_refused(detector, bytes, room, |visit| {
            if let Some(parsed) = assignment::parse_program(bytes, span) {
                visit(parsed);
            }
        }),
        Action::Url => url::password_in_url(bytes, hit.start).is_none(),
        Action::Manifest => !Encoded::may_be_manifest(bytes, hit.start),
        Action::Format { .. } | Action::Near { .. } | Action::Pattern { .. } | Action::Pem | Action::Quoted => false,
    };
    let actions = &detector.program.actions[hit.word as usize];
    let is_told = |action: &Action| matches!(action, Action::Assignment | Action::Program | Action::Url | Action::Manifest);
    actions.iter().all(is_told) && is_on_short_line(bytes, span) && actions.iter().all(&mut is_quiet)
}

/// Whether all values that `parse` finds are none, by what stands on the line.
fn is_refused(detector: &Detector, bytes: &[u8], room: &mut named::Room, parse: impl FnOnce(&mut dyn FnMut(Assignment))) -> bool {
    let mut is_none = true;
    let mut visit = |parsed: Assignment| {
        let rules = room.rules(&detector.program, bytes, &parsed);
        // What a call does is told by what stands before it, perhaps on the line before.
        is_none &= parsed.operator != Operator::Call && rules.iter().all(|&rule| named::judged(detector, rule, bytes, &parsed).is_none());
    };
    assignment::stays_on_line(|| parse(&mut visit)) && is_none
}

/// Whether a word, or a `wide` stretch, is none that a rule without a leading literal begins with.
pub(super) fn is_quiet_word(program: &Program, bytes: &[u8], word: Word, wide: bool) -> bool {
    let is_default = bytes[word.start] == b'-' && boundary::is_default(bytes, word.start + 1);
    let is_none = |start: usize| begins_none(program, bytes, Span::new(start, word.end), wide);
    is_none(word.start) && (!is_default || is_none(word.start + 1))
}

fn begins_none(program: &Program, bytes: &[u8], span: Span, wide: bool) -> bool {
    let lengths = &program.lengths;
    let length = span.len();
    let mut known = [&lengths.wide, &lengths.word].into_iter().take(if wide { 1 } else { 2 });
    let kinds = || span.of(bytes).iter().fold(0, |kinds, &byte| kinds | kind(byte));
    known.all(|known| {
        let is_contextual = || known.is_contextual(length) && surroundings::value_position(bytes, span) && known.admits(length, kinds());
        known.alone(length).is_empty() && !is_contextual()
    })
}

/// The lines that `edit` touches, as far as something on them may be quiet.
pub(super) fn lines(text: &[u8], edit: Span) -> Span {
    let (from, to) = (edit.start.saturating_sub(LINE), text.len().min(edit.end + LINE));
    let start = memchr::memrchr(b'\n', &text[from..edit.start]).map_or(from, |at| from + at + 1);
    let end = memchr::memchr(b'\n', &text[edit.end..to]).map_or(to, |at| edit.end + at + 1);
    Span::new(start, end)
}

fn is_on_short_line(bytes: &[u8], span: Span) -> bool {
    let begins = span.start <= LINE || memchr::memrchr(b'\n', &bytes[span.start - LINE..span.start]).is_some();
    begins && (bytes.len() - span.end <= LINE || memchr::memchr(b'\n', &bytes[span.end..span.end + LINE]).is_some())
}

#[cfg(test)]
mod tests {
    use super::{Detector, LINE, Span, Word, is_quiet_literal, is_quiet_word, lines};
    use crate::engine::sample::Random;
    use crate::engine::scanner::Scanner;
    use crate::engine::words::WordHit;
    use crate::engine::{Scratch, named};

    /// What assignments, URLs and commands are made of, and what goes over lines in them.
    #[rustfmt::skip]
    const PIECES: &[&str] = &[
        "password", "\"password\"", "api_key", "--token", "setSecret", "auth", "user", "login/password", "credentials", "curl -u ", "mysql -p", "sshpass -p ",
        "Secret", "kind: ", "data:", "variable \"password\" {", "default = ", "value", "name", " = ", "=", ": ", ":", " == ", " => ", ":=", "||", "or ", "??", ",", ", ",
        "(", ")", "[", "]", "{", "}", "<", ">", "</", "<value>", "<string>", "<tr><th>", "</th>", "</tr>", "<td>", "</td>", "name: ", "value: ", "name=", "value=", "passwords", "\nname: password\n", "\"key\": \"password\"", "password:\n", "\npassword,", "|", "--", "- ", "\"", "'", "`", "\"\"\"", "\\\"", "\\", "\\\n", "\\\r\n", "$", "${", "@", "anna:", "://",
        "https", "Bearer ", "Harbour42!x", "\"Harbour42!x\"", "k3J9dPq2XvW8nRt5", "new ", "String::from(", "equals(", ".toBe(", "strcmp(", "VALUES", "a, b", "a;b", "get;",
        " ", "  ", "\t", "\n", "\n", "\n", "\n  ", "\r\n", "\r", "\n\n", "is ", "to ", "#", "//", "é", "：",
    ];

    /// What may decide, from the line before or behind, that a value is given; `%` is the value.
    const BEFORE: &[&str] = &[
        "value: %\n",
        "{\"value\": \"%\",\n",
        "<tr><th>a</th>\n",
        "kind: Secret\ndata:\n",
        "variable \"password\" {\n",
        "a,b\n",
        "x = \"%\" +\n",
    ];
    #[rustfmt::skip]
    const BEHIND: &[&str] = &[
        "%\n", "\"%\"\n", "  = \"%\"\n", "value: %\n", "\"value\": \"%\"\n", "- %\n", "- \"%\"\n", "<value>%</value>\n", "</th></tr><tr><td>%</td></tr>", "%</a>", ", \"%\")\n", "%,%\n%,%\n",
        "|---|---|\n| % | % |\n", "('%', '%');\n", "-u anna:% x\n", "-p % x\n", "{ default = \"%\" }\n", "%\"\"\"\n", ") == \"%\"\n",
    ];

    /// What stands on the lines beside one.
    fn beside(random: &mut Random, known: &[&str], pieces: usize) -> String {
        if random.below(2) == 0 {
            known[random.below(known.len())].replace('%', &["Harbour", "42!x"].concat())
        } else {
            text(random, pieces)
        }
    }

    fn text(random: &mut Random, pieces: usize) -> String {
        (0..pieces).map(|_| PIECES[random.below(PIECES.len())]).collect()
    }

    /// What comes of a literal: matches, and what is tried again in versions or decoded.
    fn comes_to_something(detector: &Detector, text: &[u8], hit: WordHit) -> bool {
        let mut scratch = Scratch::default();
        let mut scanner = Scanner::new(detector, text, &mut scratch).traced();
        scanner.literal(hit);
        let found = scanner.finish();
        let is_settled = scratch.encoded.settled().is_some_and(<[_]>::is_empty);
        !found.is_empty() || !is_settled || scratch.trail.take().is_some_and(|trail| !trail.is_empty())
    }

    fn literals(detector: &Detector, text: &[u8]) -> Vec<WordHit> {
        let mut hits = Vec::new();
        detector.program.literals.find(text, &mut Scratch::default().places, &mut |hit| hits.push(hit));
        hits
    }

    #[test]
    fn a_quiet_literal_comes_to_nothing_whatever_stands_on_other_lines() {
        let detector = Detector::builtin();
        let mut random = Random::new(77);
        let (mut quiet, mut other) = (0, 0);
        for _ in 0..6000 {
            let made = text(&mut random, 24);
            let made = made.as_bytes();
            for hit in literals(&detector, made) {
                if !is_quiet_literal(&detector, made, hit, &mut named::Room::default()) {
                    other += 1;
                    continue;
                }
                quiet += 1;
                let line = lines(made, Span::new(hit.start, hit.end));
                for _ in 0..4 {
                    // A line that had no end may have one now, but not go on.
                    let mut before = if line.start > 0 { beside(&mut random, BEFORE, 6) } else { String::new() };
                    if line.start > 0 && !before.ends_with('\n') {
                        before.push('\n');
                    }
                    let behind = if made[..line.end].ends_with(b"\n") { beside(&mut random, BEHIND, 12) } else { String::new() };
                    let around = [before.as_bytes(), line.of(made), behind.as_bytes()].concat();
                    let by = |at: usize| at - line.start + before.len();
                    let moved = WordHit { start: by(hit.start), end: by(hit.end), ..hit };
                    let shown = String::from_utf8_lossy(&around).into_owned();
                    assert!(!comes_to_something(&detector, &around, moved), "{moved:?} of {shown:?}");
                    assert!(is_quiet_literal(&detector, &around, moved, &mut named::Room::default()), "{moved:?} of {shown:?}");
                }
            }
        }
        assert!(quiet > 2000 && other > 500, "{quiet} and {other}");
    }

    #[test]
    fn a_literal_on_a_long_line_is_noted() {
        let detector = Detector::builtin();
        for (before, behind, expected) in [(0, 0, true), (LINE - 9, LINE - 9, true), (LINE, 0, false), (0, LINE, false)] {
            let made = format!("\n{} password; {}\n", ".".repeat(before), ".".repeat(behind));
            let hit = *literals(&detector, made.as_bytes()).first().expect("a literal");
            assert_eq!(is_quiet_literal(&detector, made.as_bytes(), hit, &mut named::Room::default()), expected, "{before} {behind}");
        }
    }

    #[test]
    fn a_word_is_quiet_where_no_value_stands_or_no_rule_has_such_a_word() {
        let detector = Detector::builtin();
        let hex = "0123456789abcdef".repeat(2);
        let is_quiet = |before: &str, word: &str, behind: &str| {
            let made = format!("{before}{word}{behind}");
            is_quiet_word(&detector.program, made.as_bytes(), Word { start: before.len(), end: before.len() + word.len() }, false)
        };
        assert!(!is_quiet("x = \"", &hex, "\""));
        assert!(is_quiet("x.", &hex, "\""), "not where a value stands");
        assert!(is_quiet("x = ", &hex, "(y)"), "the name of a function");
    }
}
