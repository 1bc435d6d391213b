//! The formats of CI services, spreadsheets and browsers.

use super::sample::{Sample, attribution, found, three_findings, token};
use keyward::blob::{Skip, SkipReason};
use keyward::findings::Finding;
use keyward::report::Format;
use keyward::rules::Severity;
use serde_json::{Value, json};

fn incomplete() -> Sample {
    let skips = vec![Skip { what: "data/dump.sql".into(), reason: SkipReason::TooLarge, detail: "412.0 MB".into() }];
    Sample { skips, ..Sample::clean(3) }
}

#[test]
fn github_annotations_have_place_title_and_advice() {
    insta::assert_snapshot!(Sample::of(three_findings()).snapshot(Format::Github), @r#"
    ::error file=config/app.env,line=2,endLine=2,col=15,endColumn=55,title=Example access token::Example access token in clear: tok_****HzKi%0AWhoever has it can read and write every repository of its owner.%0ARevoke the token, make a new one with fewer rights, and keep it in a secret manager.%0ARevoke it: https://example.org/settings/tokens%0ANo secret? put keyward:allow example-token into a comment on the line, or run keyward allow kw1:#
    ::error file=scripts/run.sh,line=3,endLine=3,col=18,endColumn=58,title=Example access token::Example access token in clear: tok_****HzKi%0AWhoever has it can read and write every repository of its owner.%0ARevoke the token, make a new one with fewer rights, and keep it in a secret manager.%0ARevoke it: https://example.org/settings/tokens%0ANo secret? put keyward:allow example-token into a comment on the line, or run keyward allow kw1:#
    ::warning file=deploy/old.env,line=1,endLine=1,col=5,endColumn=45,title=Example access token::Example access token in clear: tok_****dKdX%0AWhoever has it can read and write every repository of its owner.%0ARevoke the token, make a new one with fewer rights, and keep it in a secret manager.%0ARevoke it: https://example.org/settings/tokens%0ACommit 0123456789 (only in history).%0ANo secret? run keyward allow kw1:#
    3 findings of 2 secrets (2 critical, 1 medium) in 3 files
    scanned working tree .: 8 files, 12.0 kB with 412 rules in 0.31 s
    "#);
}

#[test]
fn github_levels_follow_severity_and_the_worst_come_first() {
    let secret = token(1);
    let severities = [Severity::Info, Severity::Medium, Severity::High, Severity::Low, Severity::Critical];
    let findings = severities.iter().enumerate().map(|(at, &severity)| Finding { severity, ..found(&format!("{at}"), &secret, &secret) });
    let text = Sample::of(findings.collect()).render(Format::Github);
    let levels: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("::")?.split(' ').next()).collect();
    assert_eq!(levels, ["error", "error", "warning", "notice", "notice"]);
}

#[test]
fn github_has_no_columns_for_a_secret_of_several_lines() {
    let secret = "-----BEGIN X-----\nabc1\n-----END X-----";
    let text = Sample::of(vec![found("a", secret, secret)]).render(Format::Github);
    assert!(text.starts_with("::error file=a,line=1,endLine=3,title="), "{text}");
}

#[test]
fn github_makes_an_incomplete_or_empty_scan_an_annotation() {
    assert!(incomplete().render(Format::Github).starts_with("::error title=keyward%3A incomplete scan::INCOMPLETE"));
    assert!(Sample::clean(0).render(Format::Github).starts_with("::warning title=keyward%3A nothing scanned::0 files in scope"));
    assert!(Sample::clean(1).render(Format::Github).starts_with("no secrets found\n"));
}

#[test]
fn gitlab_reports_have_what_the_schema_requires() {
    let report = Sample::of(three_findings()).json(Format::Gitlab);
    assert_eq!(report["scan"]["status"], "success");
    assert_eq!((&report["scan"]["start_time"], &report["scan"]["type"]), (&json!("2024-02-29T12:00:01"), &json!("secret_detection")));
    for tool in ["analyzer", "scanner"] {
        assert!(["id", "name", "version"].iter().all(|key| report["scan"][tool][key].is_string()));
        assert!(report["scan"][tool]["vendor"]["name"].is_string());
    }
    let all = report["vulnerabilities"].as_array().expect("vulnerabilities");
    let mut ids: Vec<&str> = all.iter().filter_map(|one| one["id"].as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 3);
    for one in all {
        assert!(
            one["identifiers"]
                .as_array()
                .is_some_and(|all| all.iter().all(|id| ["type", "name", "value"].iter().all(|key| id[key].is_string())))
        );
        assert!(one["location"]["commit"]["sha"].as_str().is_some_and(|sha| !sha.is_empty()));
        assert_eq!(one["raw_source_code_extract"], Value::Null);
    }
    assert_eq!(all[0]["severity"], "Critical");
    assert_eq!(all[0]["location"], json!({"file": "config/app.env", "start_line": 2, "end_line": 2, "commit": {"sha": "0000000"}}));
    let history = attribution("", false);
    let commit = json!({"sha": history.commit, "author": history.author, "date": history.date, "message": history.subject});
    assert_eq!(all[1]["location"]["commit"], commit);
}

#[test]
fn gitlab_status_is_failure_when_something_was_not_scanned() {
    let report = incomplete().json(Format::Gitlab);
    assert_eq!(report["scan"]["status"], "failure");
    assert_eq!(report["scan"]["messages"][0], json!({"level": "warn", "value": "too large: data/dump.sql (412.0 MB)"}));
}

#[test]
fn junit_has_a_failed_case_for_each_finding() {
    insta::assert_snapshot!(Sample::of(three_findings()).snapshot(Format::Junit), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="keyward" tests="4" failures="3" errors="0" time="0.310">
      <testsuite name="keyward" tests="4" failures="3" errors="0" skipped="0" time="0.310">
        <testcase classname="keyward" name="everything in scope was scanned" time="0.310">
          <system-out>3 findings of 2 secrets (2 critical, 1 medium) in 3 files&#10;scanned working tree .: 8 files, 12.0 kB with 412 rules in 0.31 s</system-out>
        </testcase>
        <testcase classname="config/app.env" name="example-token at 2:15" file="config/app.env" line="2">
          <failure type="example-token" message="critical: Example access token">config/app.env:2:15&#10;export TOKEN=&quot;tok_****HzKi&quot;&#10;Whoever has it can read and write every repository of its owner.&#10;Revoke the token, make a new one with fewer rights, and keep it in a secret manager.&#10;revoke: https://example.org/settings/tokens&#10;no secret? keyward allow kw1:#</failure>
        </testcase>
        <testcase classname="deploy/old.env" name="other-token at 1:5" file="deploy/old.env" line="1">
          <failure type="other-token" message="medium: Example access token">deploy/old.env:1:5&#10;KEY=tok_****dKdX&#10;Whoever has it can read and write every repository of its owner.&#10;Revoke the token, make a new one with fewer rights, and keep it in a secret manager.&#10;revoke: https://example.org/settings/tokens&#10;commit # (only in history) of 2024-01-31T12:00:00+01:00 by Ann Author&#10;no secret? keyward allow kw1:#</failure>
        </testcase>
        <testcase classname="scripts/run.sh" name="example-token at 3:18" file="scripts/run.sh" line="3">
          <failure type="example-token" message="critical: Example access token">scripts/run.sh:3:18&#10; curl -H 'X-Key: tok_****HzKi' https://example.org&#10;Whoever has it can read and write every repository of its owner.&#10;Revoke the token, make a new one with fewer rights, and keep it in a secret manager.&#10;revoke: https://example.org/settings/tokens&#10;no secret? keyward allow kw1:#</failure>
        </testcase>
      </testsuite>
    </testsuites>
    "#);
}

#[test]
fn junit_is_in_error_when_something_was_not_scanned() {
    let text = incomplete().render(Format::Junit);
    assert!(text.contains(r#"errors="1""#) && text.contains(r#"<error type="incomplete""#), "{text}");
    assert!(!Sample::clean(1).render(Format::Junit).contains("<error"));
}

#[test]
fn csv_has_a_header_and_a_row_for_each_finding() {
    insta::assert_snapshot!(Sample::of(three_findings()).snapshot(Format::Csv), @r#"
    rule,title,severity,confidence,path,line,column,end_line,end_column,secret,fingerprint,revoke,commit,author,email,date,in_head,suppressed
    example-token,Example access token,critical,high,config/app.env,2,15,2,55,tok_****HzKi,kw1:#,https://example.org/settings/tokens,,,,,,
    other-token,Example access token,medium,medium,deploy/old.env,1,5,1,45,tok_****dKdX,kw1:#,https://example.org/settings/tokens,#,Ann Author,ann@example.org,2024-01-31T12:00:00+01:00,false,
    example-token,Example access token,critical,high,scripts/run.sh,3,18,3,58,tok_****HzKi,kw1:#,https://example.org/settings/tokens,,,,,,
    "#);
}

#[test]
fn markdown_is_a_table_and_what_to_do() {
    insta::assert_snapshot!(Sample::of(three_findings()).snapshot(Format::Markdown), @r#"
    ## keyward: 3 findings of 2 secrets &#40;2 critical, 1 medium&#41; in 3 files

    | Severity | Secret | Place | Found | Since | Fingerprint |
    |---|---|---|---|---|---|
    | critical | Example access token | <code>config/app.env&#58;2</code> | <code>tok&#95;&#42;&#42;&#42;&#42;HzKi</code> |  | <code>kw1&#58;#</code> |
    | medium | Example access token | <code>deploy/old.env&#58;1</code> | <code>tok&#95;&#42;&#42;&#42;&#42;dKdX</code> | <code>0123456789</code> Ann Author, only in history | <code>kw1&#58;#</code> |
    | critical | Example access token | <code>scripts/run.sh&#58;3</code> | <code>tok&#95;&#42;&#42;&#42;&#42;HzKi</code> |  | <code>kw1&#58;#</code> |

    ### What to do

    - **Example access token** (<code>example-token</code>): Whoever has it can read and write every repository of its owner. Revoke the token, make a new one with fewer rights, and keep it in a secret manager. [Revoke it](https://example.org/settings/tokens).
    - **Example access token** (<code>other-token</code>): Whoever has it can read and write every repository of its owner. Revoke the token, make a new one with fewer rights, and keep it in a secret manager. [Revoke it](https://example.org/settings/tokens).

    Take a secret out of the code, revoke it if it was ever pushed, shared or logged, and look through the provider's log.
    If something is no secret: <code>keyward allow</code> and its fingerprint, or the comment <code>keyward:allow</code> and the rule.

    - scanned working tree .&#58; 8 files, 12.0 kB with 412 rules in 0.31 s
    "#);
}

#[test]
fn markdown_is_loud_about_an_incomplete_or_empty_scan() {
    assert!(incomplete().render(Format::Markdown).contains("> [!CAUTION]\n> INCOMPLETE"));
    assert!(Sample::clean(0).render(Format::Markdown).contains("> [!WARNING]"));
    assert!(!Sample::clean(1).render(Format::Markdown).contains("> [!"));
}

#[test]
fn html_is_self_contained() {
    let page = Sample::of(three_findings()).render(Format::Html);
    for outside in ["src=", "<link", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains("default-src 'none'"));
    assert_eq!(page.matches("<article ").count(), 2);
    assert!(page.contains("<summary>1 other place</summary>"));
}

#[test]
fn html_says_what_was_not_scanned() {
    let page = incomplete().render(Format::Html);
    assert!(page.contains("<header class=\"unsure\">") && page.contains("<li>too large: data/dump.sql (412.0 MB)</li>"), "{page}");
    assert!(Sample::clean(1).render(Format::Html).contains("<header class=\"clean\">"));
}
