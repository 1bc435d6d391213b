//! The report for people.

use super::sample::{Sample, found, three_findings, token};
use keyward::blob::{Skip, SkipReason};
use keyward::findings::{Finding, Suppression};
use keyward::report::{Format, Gate, Style};

#[test]
fn findings_are_blocks_with_place_line_reason_and_remedy() {
    insta::assert_snapshot!(Sample::of(three_findings()).snapshot(Format::Text), @r#"
    config/app.env:2:15: critical: Example access token [example-token]
     2 | export TOKEN="tok_****HzKi"
       |               ^^^^^^^^^^^^
       = why: Whoever has it can read and write every repository of its owner.
       = fix: Revoke the token, make a new one with fewer rights, and keep it in a secret manager.
       = revoke: https://example.org/settings/tokens
       = also at: scripts/run.sh:3:18
       = no secret? put `keyward:allow example-token` into a comment on the line,
                    or run `keyward allow kw1:#`

    deploy/old.env:1:5: medium: Example access token (medium confidence) [other-token]
     1 | KEY=tok_****dKdX
       |     ^^^^^^^^^^^^
       = why: Whoever has it can read and write every repository of its owner.
       = fix: Revoke the token, make a new one with fewer rights, and keep it in a secret manager.
       = revoke: https://example.org/settings/tokens
       = commit: 0123456789 (only in history) of 2024-01-31 by Ann Author <ann@example.org>: "Add
                 deployment"
       = removed: fedcba9876 of 2024-05-01 by Bob Builder: "Read the key from the environment"
       = in: branches release/0, release/1, release/2, release/3, release/4 and 20 more; tag v1.0
       = no secret? run `keyward allow kw1:#`

    3 findings of 2 secrets (2 critical, 1 medium) in 3 files
    scanned working tree .: 8 files, 12.0 kB with 412 rules in 0.31 s

    what to do now:
      1. take the secret out of the code: read it from an environment variable or a secret manager
      2. revoke it if it was ever pushed, shared or logged: deleting the line does not undo a leak
      3. look through the provider's log for use that is not yours
    "#);
}

#[test]
fn who_is_stopped_by_a_hook_reads_little_and_what_to_do() {
    let secret = token(1);
    let one = || Sample::of(vec![found("config/app.env", &format!("export TOKEN=\"{secret}\""), &secret)]);
    insta::assert_snapshot!(Sample { gate: Gate::Commit, ..one() }.snapshot(Format::Text), @r#"
    config/app.env:1:15: critical: Example access token [example-token]
     1 | export TOKEN="tok_****HzKi"
       |               ^^^^^^^^^^^^
       = revoke: if it ever left this machine, at https://example.org/settings/tokens
       = no secret? put `keyward:allow example-token` into a comment on the line,
                    or run `keyward allow kw1:#`

    1 finding (1 critical) in 1 file
    scanned working tree .: 8 files, 12.0 kB with 412 rules in 0.31 s

    what to do now:
      1. remove it, and use an environment variable or your secret manager; then `git add` the file again
      2. if it ever left this machine, revoke it: removing it does not undo a leak
         (`keyward rules show RULE` says what it opens and how to replace it)
    "#);
    let push = Sample { gate: Gate::Push, ..one() }.render(Format::Text);
    assert!(push.contains("git commit --amend") && push.contains("no secret? run `keyward allow kw1:"), "{push}");
    assert!(!push.contains("keyward:allow"), "a comment in a later commit accepts nothing: {push}");
    let server = Sample { gate: Gate::Server, ..one() }.render(Format::Text);
    assert!(server.contains("push that by itself first"), "{server}");
    for text in [push, server] {
        assert!(
            !text.contains("= why:") && !text.contains("= fix:") && text.contains("= revoke: if it ever left this machine, at https://"),
            "{text}"
        );
        assert!(text.lines().count() <= 15 && text.lines().all(|line| line.len() <= 110), "{text}");
    }
}

#[test]
fn in_a_pipeline_the_secret_is_known_to_others_and_the_base_accepts() {
    let secret = token(1);
    let change = Sample { gate: Gate::Change, ..Sample::of(vec![found("a", &secret, &secret)]) };
    let text = change.render(Format::Text);
    assert!(text.contains("1. revoke it: it was pushed") && text.contains("counts once it is in the base"), "{text}");
    assert!(change.render(Format::Github).contains("in the commit that brings it in"));
}

#[test]
fn a_clean_scan_is_three_lines_at_most() {
    insta::assert_snapshot!(Sample::clean(8123).snapshot(Format::Text), @r#"
    no secrets found
    scanned working tree .: 8,123 files, 12.2 MB with 412 rules in 0.31 s
    "#);
}

#[test]
fn nothing_in_scope_is_not_a_clean_result() {
    let text = Sample::clean(0).render(Format::Text);
    assert!(text.starts_with("0 files in scope: nothing was scanned"), "{text}");
    assert!(!text.contains("no secrets found"));
}

#[test]
fn an_incomplete_scan_ends_with_what_was_not_scanned() {
    let skip = |what: &str, reason, detail: &str| Skip { what: what.into(), reason, detail: detail.into() };
    let sample = Sample {
        skips: vec![
            skip("data/dump.sql", SkipReason::TooLarge, "412.0 MB"),
            skip("vendor/lib", SkipReason::Submodule, ""),
            skip("keys.txt", SkipReason::Unreadable, "permission denied"),
        ],
        errors: vec!["pack-1.pack: truncated".into()],
        ..Sample::clean(3)
    };
    insta::assert_snapshot!(sample.snapshot(Format::Text), @r#"
    no secrets found in what was scanned
    scanned working tree .: 3 files, 4.5 kB with 412 rules in 0.31 s
    skipped: 1 submodule

    INCOMPLETE: a part of what was in scope was not scanned, so this result does not speak for it:
      error: pack-1.pack: truncated
      too large: data/dump.sql (412.0 MB)
      unreadable: keys.txt (permission denied)
    "#);
}

#[test]
fn the_list_of_unscanned_things_is_bounded_and_says_so() {
    let skips = (0..1000).map(|at| Skip { what: format!("f{at}"), reason: SkipReason::Unreadable, detail: String::new() }).collect();
    let text = Sample { skips, ..Sample::clean(3) }.render(Format::Text);
    assert!(text.lines().count() < 40);
    assert!(text.ends_with("… and 980 more; the json format lists all\n"), "{text}");
}

#[test]
fn escape_sequences_are_written_only_when_asked_for() {
    let sample = Sample::of(three_findings());
    assert!(!sample.render(Format::Text).contains('\x1b'));
    let colored = sample.render_in(Format::Text, Style { color: true, width: 100 });
    assert!(colored.contains("\x1b["));
    let mut plain = String::new();
    let mut rest = colored.as_str();
    while let Some(at) = rest.find('\x1b') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + rest[at..].find('m').expect("only colours are set") + 1..];
    }
    assert_eq!(plain + rest, sample.render(Format::Text));
}

#[test]
fn notes_and_excerpts_keep_to_the_width_of_the_terminal() {
    let secret = token(3);
    let line = format!("{}{secret}{}", "before ".repeat(40), " after".repeat(40));
    let text = Sample::of(vec![found("a", &line, &secret)]).render_in(Format::Text, Style { color: false, width: 60 });
    let block: Vec<&str> = text.lines().skip(1).take_while(|line| !line.contains("no secret?")).collect();
    assert!(block.iter().all(|line| line.chars().count() <= 60), "{block:#?}");
    let (code, carets) = (block[0], block[1]);
    let shown: String = code.chars().zip(carets.chars()).filter(|(_, caret)| *caret == '^').map(|(c, _)| c).collect();
    assert!(shown.starts_with("tok_") && shown.contains("****"), "{shown} is underlined");
}

#[test]
fn carets_stand_under_the_secret_behind_wide_characters() {
    let secret = token(4);
    let text = Sample::of(vec![found("a", &format!("漢字={secret}"), &secret)]).render(Format::Text);
    let carets = text.lines().nth(2).expect("the third line underlines");
    assert_eq!(carets.find('^'), Some("   | ".len() + 5), "{text}");
}

#[test]
fn the_same_secret_in_many_places_is_one_block_with_a_bounded_list() {
    let secret = token(5);
    let findings = (0..50).map(|at| found(&format!("f{at:02}"), &secret, &secret)).collect();
    let text = Sample::of(findings).render(Format::Text);
    assert_eq!(text.matches("Example access token").count(), 1);
    assert!(text.contains("also at: f01:1:1\n") && text.contains("… and in 39 places more"), "{text}");
    assert!(text.contains("50 findings of 1 secret (50 critical) in 50 files"), "{text}");
}

#[test]
fn suppressed_findings_are_listed_with_who_and_why() {
    let secret = token(6);
    let suppressed = Some(Suppression { by: "inline", reason: "test fixture".into() });
    let suppressed = vec![Finding { suppressed, ..found("a", &secret, &secret) }];
    let text = Sample { suppressed, ..Sample::clean(1) }.render(Format::Text);
    assert!(text.contains("a:1:1: suppressed by inline: test fixture: Example access token [example-token]"), "{text}");
    assert!(text.contains("no secrets found, 1 suppressed"), "{text}");
}

#[test]
fn secrets_are_in_clear_only_on_request() {
    let secret = token(7);
    let mut sample = Sample::of(vec![found("a", &format!("k = {secret};"), &secret)]);
    assert!(!sample.render(Format::Text).contains(&secret));
    sample.show_secrets = true;
    let text = sample.render(Format::Text);
    assert!(text.contains(&format!("1 | k = {secret};\n")), "{text}");
    assert!(text.contains(&"^".repeat(secret.len())));
}
