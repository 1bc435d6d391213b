//! Which matches belong together.

use super::{NEIGHBOURS, separates};
use crate::engine::{Detector, Match};
use crate::rules::load::parse_rules;
use crate::rules::{Confidence, PAIR_REACH, RuleSet};

/// An id, a session that needs both others, a secret, and a public account that is off.
const RULES: &str = "
provider: Acme
rules:
  - {id: acme-key-id, name: key id, severity: medium, format: 'AKQ{base32:16}', pairs_with: [acme-key]}
  - {id: acme-key, name: key, severity: critical, confidence: medium, format: 'akx_{base62:24}', pairs_with: [acme-key-id]}
  - {id: acme-session, name: session, severity: high, format: 'aks_{base62:24}', pairs_with: [acme-key, acme-key-id]}
  - {id: acme-account, name: account, severity: info, enabled: false, format: 'ACQ{hex:16}', pairs_with: [acme-key]}
  - {id: acme-other, name: other, severity: high, format: 'ako_{base62:24}', pairs_with: [acme-key-id]}
";

fn detector() -> Detector {
    let all = RuleSet::new(parse_rules(RULES).expect("valid rules")).expect("unique ids");
    Detector::new(all.clone().filter(|rule| rule.enabled)).expect("some rules").with_partners(&all)
}

/// A value of one of the rules, another for each seed.
fn value(kind: &str, seed: usize) -> String {
    let word: String = (0..24).map(|at| char::from(b"k9Qm72xW4ePzR5tY8uIo3sDf"[(at * 7 + seed * 5) % 24])).collect();
    match kind {
        "id" => format!("AKQ{}", (0..16).map(|at| char::from(b"QMXWEPZRTYUIDF72"[(at * 5 + seed * 3) % 16])).collect::<String>()),
        "account" => format!("ACQ{}", (0..16).map(|at| char::from(b"0a1b2c3d4e5f6789"[(at * 5 + seed * 3) % 16])).collect::<String>()),
        "key" => format!("akx_{word}"),
        "session" => format!("aks_{word}"),
        _ => format!("ako_{word}"),
    }
}

/// The text with `<kind seed>` replaced by values, and of each match its value and those of its parts, in the same form.
fn joined(template: &str) -> Vec<String> {
    let mut text = template.to_owned();
    let mut values = Vec::new();
    for kind in ["id", "key", "session", "account", "other"] {
        for seed in 0..6 {
            text = text.replace(&format!("<{kind} {seed}>"), &value(kind, seed));
            values.push((value(kind, seed), format!("{kind} {seed}")));
        }
    }
    let name = |span: crate::text::Span| {
        let value = &text[span.start..span.end];
        values.iter().find(|(known, _)| known == value).map_or_else(|| value.to_owned(), |(_, name)| name.clone())
    };
    let whole = |found: &Match| {
        let parts = found.parts.iter().map(|part| name(part.secret));
        std::iter::once(name(found.secret)).chain(parts).collect::<Vec<_>>().join(" + ")
    };
    detector().scan(text.as_bytes()).iter().map(whole).collect()
}

#[test]
fn an_id_near_its_secret_is_a_part_of_it() {
    assert_eq!(joined("id = <id 1>\nkey = <key 1>\n"), ["key 1 + id 1"]);
    assert_eq!(joined("key = <key 1>\nid = <id 1>\n"), ["key 1 + id 1"]);
    assert_eq!(joined("id = <id 1>\n"), ["id 1"]);
    assert_eq!(joined("key = <key 1>\n"), ["key 1"]);
}

#[test]
fn three_parts_are_one_secret() {
    assert_eq!(joined("<id 1>\n<key 1>\n<session 1>\n"), ["key 1 + id 1 + session 1"]);
    assert_eq!(joined("<session 1>\n<id 1>\n"), ["session 1 + id 1"]);
}

#[test]
fn distance_is_bounded() {
    let fill = |length: usize| " ".repeat(length);
    assert_eq!(joined(&format!("<id 1>{}<key 1>", fill(PAIR_REACH))), ["key 1 + id 1"]);
    assert_eq!(joined(&format!("<id 1>{}<key 1>", fill(PAIR_REACH + 1))), ["id 1", "key 1"]);
}

#[test]
fn each_secret_takes_its_own_id() {
    assert_eq!(joined("id: <id 1>\nsecret_key: <key 1>\nid: <id 2>\nsecret_key: <key 2>\n"), ["key 1 + id 1", "key 2 + id 2"]);
    for between in ["\n\n", "\n[prod]\n", "\n}, {\n", "\n- "] {
        let template = format!("<key 1>\nid: <id 1>{between}<key 2>\nid: <id 2>\n");
        assert_eq!(joined(&template), ["key 1 + id 1", "key 2 + id 2"], "{between:?}");
    }
    assert_eq!(joined("<id 1> <id 2> <key 1>"), ["id 1", "key 1 + id 2"]);
}

#[test]
fn what_is_as_severe_and_of_use_alone_stays() {
    assert_eq!(joined("<other 1> <session 1>"), ["other 1", "session 1"]);
    assert_eq!(joined("<other 1> <id 1>"), ["other 1 + id 1"]);
}

#[test]
fn rules_that_are_off_are_looked_for_around_matches_only() {
    assert_eq!(joined("<account 1> <key 1>"), ["key 1 + account 1"]);
    assert_eq!(joined("<account 1> <other 1>"), ["other 1"]);
    assert_eq!(joined("<account 1>"), Vec::<String>::new());
    assert_eq!(joined(&format!("<account 1>{}<key 1>", " ".repeat(PAIR_REACH + 1))), ["key 1"]);
}

#[test]
fn a_part_makes_the_secret_surer() {
    let text = format!("{}\n{}", value("id", 1), value("key", 1));
    assert_eq!(detector().scan(text.as_bytes())[0].confidence, Confidence::High);
    assert_eq!(detector().scan(value("key", 1).as_bytes())[0].confidence, Confidence::Medium);
}

#[test]
fn a_part_does_not_depend_on_what_stands_further_off() {
    let block =
        |seed: usize| format!("{} {}\n{} {}\n", value("id", seed), value("key", seed), value("account", seed), value("session", seed));
    let alone = detector().scan(block(1).as_bytes());
    let far = " .\n".repeat(2000);
    let text = [&block(0), &far, &block(1), &far, &block(2)].map(String::as_str).concat();
    let shift = block(0).len() + far.len();
    let middle = detector().scan(text.as_bytes()).into_iter().find(|found| found.secret.start >= shift).expect("it is found");
    assert_eq!(middle.parts.len(), 3);
    for (one, other) in middle.parts.iter().zip(&alone[0].parts) {
        assert_eq!((one.rule, one.secret.start - shift), (other.rule, other.secret.start));
    }
}

#[test]
fn in_a_crowd_each_secret_keeps_its_id() {
    let text = format!("{} {}\n", value("id", 1), value("key", 1)).repeat(NEIGHBOURS * 3);
    let found = detector().scan(text.as_bytes());
    assert_eq!(found.len(), NEIGHBOURS * 3);
    assert!(found.iter().all(|one| one.parts.len() == 1));
}

#[test]
fn sections_objects_and_entries_are_told_apart() {
    for between in ["\n\n", "\r\n\r\n", "\n[prod]\nid = ", "},\n{", "\n  }\n", "\n- id: ", "' } ]"] {
        assert!(separates(between.as_bytes()), "{between:?}");
    }
    for between in ["", "\n", "\",\n  \"secret\": \"", "\r\nsecret=", " / "] {
        assert!(!separates(between.as_bytes()), "{between:?}");
    }
}
