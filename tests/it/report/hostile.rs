//! Names and contents that try to break out of a format, and secrets that try to get into one.

use super::sample::{Sample, attribution, found, token};
use keyward::blob::{Skip, SkipReason};
use keyward::findings::{Attribution, Finding};
use keyward::report::Format;
use proptest::prelude::*;

/// Names that mean something to a terminal, a build log, a spreadsheet, a browser or a Markdown renderer.
const NAMES: [&str; 12] = [
    "line\nbreak",
    "carriage\r::error file=x::pwned",
    "::add-mask::x",
    " ::stop-commands::x",
    "##[group]x",
    "\x1b[2J\x1b]0;title\x07",
    "rtl\u{202e}gnp.exe\u{2028}",
    "\"quote\", 'quote'; `tick` $x %n",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "=HYPERLINK(\"http://x\")",
    "]]>&amp;<!-- --> | [x](javascript:alert(1)) @user",
    "a,b\tc\\d",
];

/// A report in which everything that a repository controls is `name`.
fn hostile(name: &str) -> Sample {
    let secret = token(9);
    let history = Attribution {
        author: name.to_owned(),
        email: name.to_owned(),
        subject: name.to_owned(),
        paths: vec![name.to_owned()],
        ..attribution(name, false)
    };
    let line = format!("{} {secret} {name}", name.replace(['\n', '\r'], " "));
    let mut sample = Sample::of(vec![Finding { history: Some(history), ..found(name, &line, &secret) }, found("b", &secret, &secret)]);
    sample.skips = vec![Skip { what: name.to_owned(), reason: SkipReason::Unreadable, detail: name.to_owned() }];
    sample.errors = vec![name.to_owned()];
    sample.coverage.notes = vec![name.to_owned()];
    name.clone_into(&mut sample.coverage.scope);
    sample
}

fn is_harmful(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\r')) || matches!(c, '\u{202e}' | '\u{2028}')
}

#[test]
fn no_format_passes_control_characters_on() {
    for format in Format::ALL {
        for name in NAMES {
            let text = hostile(name).render(format);
            assert_eq!(text.chars().find(|c| is_harmful(*c)), None, "{format:?} {name:?}");
            assert!(format == Format::Csv || !text.contains('\r'), "{format:?} {name:?}");
        }
    }
}

#[test]
fn no_line_is_a_command_of_a_build_log_but_our_own() {
    for format in [
        Format::Text,
        Format::Json,
        Format::Jsonl,
        Format::Sarif,
        Format::Gitlab,
        Format::Junit,
        Format::Csv,
        Format::Html,
        Format::Markdown,
    ] {
        for name in NAMES {
            for line in hostile(name).render(format).lines() {
                assert!(!line.trim_start().starts_with("::"), "{format:?} {line}");
                assert!(!line.contains("##["), "{format:?} {line}");
            }
        }
    }
    for name in NAMES {
        let ours = ["::error file=", "::error title=keyward%3A incomplete scan::"];
        for line in hostile(name).render(Format::Github).lines().filter(|line| line.trim_start().starts_with("::")) {
            assert!(ours.iter().any(|start| line.starts_with(start)), "{line}");
        }
    }
}

#[test]
fn html_has_no_element_that_a_name_brought_in() {
    for name in NAMES {
        let page = hostile(name).render(Format::Html);
        assert_eq!(page.matches("<script>").count(), 1, "{name:?}");
        assert!(!page.contains("<img") && !page.contains("<!-- -->"), "{name:?}");
    }
}

#[test]
fn markdown_has_no_link_table_cell_or_mention_that_a_name_brought_in() {
    let plain = hostile("plain").render(Format::Markdown);
    for name in NAMES {
        let page = hostile(name).render(Format::Markdown);
        assert_eq!(page.lines().count(), plain.lines().count(), "{name:?}");
        for mark in ["|", "](", "@", "<code>"] {
            assert_eq!(page.matches(mark).count(), plain.matches(mark).count(), "{mark} of {name:?}");
        }
        assert!(!page.contains("<script") && !page.contains("<img"));
    }
}

#[test]
fn csv_keeps_its_rows_and_starts_no_formula() {
    for name in NAMES {
        let table = hostile(name).render(Format::Csv);
        assert_eq!(table.matches("\r\n").count(), 3, "{name:?}");
        for cell in table.split(['\n', ',']) {
            assert!(!cell.trim_start_matches('"').starts_with(['=', '@', '+']), "{cell}");
        }
    }
}

#[test]
fn a_secret_in_a_name_or_a_subject_is_redacted_everywhere() {
    let secret = token(10);
    let path = format!("keys/{secret}.txt");
    let history = Attribution {
        author: secret.clone(),
        email: format!("{secret}@example.org"),
        subject: format!("Add {secret}"),
        paths: vec![path.clone()],
        ..attribution(&path, false)
    };
    let mut sample = Sample::of(vec![Finding { history: Some(history), ..found(&path, &secret, &secret) }, found("b", &secret, &secret)]);
    sample.skips = vec![Skip { what: path.clone(), reason: SkipReason::Unreadable, detail: format!("{path}: denied") }];
    sample.errors = vec![format!("{path}: broken")];
    sample.coverage.notes = vec![path.clone()];
    sample.coverage.scope = path;
    for format in Format::ALL {
        assert!(!sample.render(format).contains(&secret), "{format:?}");
    }
}

#[test]
fn a_short_password_does_not_mangle_messages_but_is_hidden_in_subjects() {
    let history = Attribution { subject: "set it to main1".to_owned(), ..attribution("src/main1.rs", true) };
    let mut sample = Sample::of(vec![Finding { history: Some(history), ..found("src/main1.rs", "p = main1", "main1") }]);
    sample.errors = vec!["src/main1.rs: cannot be read".to_owned()];
    let document = sample.json(Format::Json);
    assert_eq!(document["findings"][0]["path"], "src/main1.rs");
    assert_eq!(document["findings"][0]["subject"], "set it to ********");
    assert_eq!(document["coverage"]["errors"][0], "src/main1.rs: cannot be read");
}

#[test]
fn formats_that_are_published_never_show_secrets() {
    let secret = token(11);
    let mut sample = Sample::of(vec![found("a", &secret, &secret)]);
    sample.show_secrets = true;
    for format in Format::ALL {
        assert_eq!(sample.render(format).contains(&secret), format.may_show_secrets(), "{format:?}");
    }
    assert!(!Format::Github.may_show_secrets() && !Format::Sarif.may_show_secrets());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_format_ever_holds_a_secret(
        secrets in proptest::collection::vec("[A-Za-z0-9+/=_.~-]{8,60}|[A-Za-z0-9]{4}[ -~]{12,40}", 1..5),
        filler in "[ -~é漢\t]{0,60}",
        history in any::<bool>(),
    ) {
        let text = secrets.iter().map(|secret| format!("{filler} {secret} ")).collect::<Vec<_>>().concat();
        let findings = secrets.iter().enumerate().map(|(at, secret)| {
            let history = history.then(|| Attribution { subject: text.clone(), ..attribution("a", at % 2 == 0) });
            Finding { history, ..found(&format!("dir/{at}/{secret}"), &text, secret) }
        });
        let sample = Sample::of(findings.collect());
        let clean = Sample::clean(1);
        for format in Format::ALL {
            let output = sample.render(format);
            for secret in secrets.iter().filter(|secret| secret.len() >= 12 && !clean.render(format).contains(secret.as_str())) {
                prop_assert!(!output.contains(secret.as_str()), "{:?} holds {}", format, secret);
            }
        }
    }
}
