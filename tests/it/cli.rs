//! The command line: exit statuses, standard streams, reports and what is said of wrong input.

mod history;
mod reports;
mod staged;

use crate::support::keyward::{Keyward, keyward, token};
use crate::support::repo::Repo;
use crate::support::tree::tree;
use std::path::Path;

fn leaking() -> tempfile::TempDir {
    tree(&[("src/a.env", &format!("KEY={}\n", token(1))), ("b.txt", "nothing\n")])
}

fn clean() -> tempfile::TempDir {
    tree(&[("b.txt", "nothing\n")])
}

fn acme<const N: usize>(dir: &Path, args: [&str; N]) -> Keyward {
    keyward(dir, args).acme()
}

fn json(run: &str) -> serde_json::Value {
    serde_json::from_str(run).expect("a JSON document")
}

/// Commands as data: help texts and the most important runs.
#[test]
fn recorded_runs() {
    trycmd::TestCases::new().case("tests/cmd/*.toml").case("tests/cmd/*.trycmd");
}

mod exit_status {
    use super::{acme, clean, keyward, leaking, tree};

    #[test]
    fn tells_clean_findings_and_failure_apart() {
        acme(clean().path(), ["scan"]).run().expect(0);
        acme(leaking().path(), ["scan"]).run().expect(1);
        acme(clean().path(), ["scan", "no-such"]).run().fails_with("keyward: error: no-such: no such file or directory");
    }

    #[test]
    fn without_a_subcommand_the_working_directory_is_scanned() {
        let bare = acme(leaking().path(), []).run().expect(1);
        assert!(bare.stdout.contains("src/a.env:1:5"), "{}", bare.stdout);
        acme(&leaking().path().join("src"), []).run().expect(1);
    }

    #[test]
    fn one_missing_path_among_others_fails_the_run() {
        let run = acme(clean().path(), ["scan", "b.txt", "no-such"]).run().expect(2);
        assert!(run.stderr.contains("no-such"), "{}", run.stderr);
    }

    #[test]
    fn what_is_too_large_makes_the_scan_incomplete_unless_that_is_allowed() {
        let dir = tree(&[("big", &"x".repeat(2000))]);
        let run = acme(dir.path(), ["--max-size", "1k"]).run().expect(2);
        assert!(run.stdout.contains("big") && run.stdout.contains("INCOMPLETE"), "{}", run.stdout);
        acme(dir.path(), ["--max-size", "1k", "--allow-incomplete"]).run().expect(0);
        acme(dir.path(), ["--max-size", "0"]).run().expect(0);
    }

    #[test]
    fn findings_win_over_incompleteness_and_both_are_said() {
        let dir = leaking();
        std::fs::write(dir.path().join("big"), "x".repeat(2000)).unwrap();
        let run = acme(dir.path(), ["--max-size", "1k"]).run().expect(1);
        assert!(run.stdout.contains("src/a.env") && run.stdout.contains("INCOMPLETE"), "{}", run.stdout);
        acme(dir.path(), ["--max-size", "1k", "--exit-zero"]).run().expect(2);
        acme(dir.path(), ["--max-size", "1k", "--exit-zero", "--allow-incomplete"]).run().expect(0);
    }

    #[test]
    fn is_2_for_wrong_use_and_0_for_help() {
        for args in [["--no-such"], ["--format=xml"], ["--max-size=3q"], ["--threads=0"], ["--min-severity=bad"], ["sacn"]] {
            let run = keyward(clean().path(), args).run().expect(2);
            assert!(run.stdout.is_empty() && run.stderr.starts_with("error: "), "{args:?}: {}", run.stderr);
        }
        for args in [["--help"], ["--version"], ["help"]] {
            let run = keyward(clean().path(), args).run().expect(0);
            assert!(run.stderr.is_empty() && !run.stdout.is_empty(), "{args:?}");
        }
    }
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_is_named_and_makes_the_scan_incomplete() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = clean();
    let secret = dir.path().join("locked");
    std::fs::write(&secret, token(1)).unwrap();
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(&secret).is_ok() {
        return; // Nothing is unreadable for root.
    }
    let run = acme(dir.path(), ["scan"]).run().expect(2);
    assert!(run.stdout.contains("locked"), "{}", run.stdout);
}

#[test]
fn misplaced_and_mixed_arguments_are_refused_with_the_remedy() {
    let dir = clean();
    let fails = |args: &[&str], message: &str| {
        let run = args.iter().fold(keyward(dir.path(), []), Keyward::arg).run().expect(2);
        assert!(run.stderr.contains(message), "{args:?}: {}", run.stderr);
    };
    fails(&["--format", "json", "scan"], "options of a scan go behind the subcommand, as in `keyward scan --format json`");
    fails(&["b.txt"], "`b.txt` is no subcommand; to scan it, run `keyward scan b.txt`");
    fails(&["scan", "-", "b.txt"], "`-` cannot be mixed with other paths");
    fails(&["scan", "--stdin-name", "x"], "--stdin-name is for `keyward scan -`");
    fails(&["scan", "--config", "x", "--no-config"], "cannot be used with");
    fails(
        &["scan", "-f", "json", "-f", "sarif"],
        "two reports for standard output; give all but one a file, as in --format sarif=out.sarif",
    );
    fails(&["scan", "-f", "json=a", "-f", "sarif=a"], "two reports for a; give each a file of its own");
    fails(&["scan", "-f", "json=a", "-o", "b"], "--output has no report left to write");
    fails(&["scan", "-f", "json", "-f", "text", "-o", "b"], "--output takes one report");
    fails(&["scan", "--exclude", "[a"], "--exclude: `[a`: unclosed character class");
    fails(&["rules", "show", "no-such-rule-at-all"], "there is no rule `no-such-rule-at-all`");
}

mod standard_input {
    use super::{acme, clean, json, token};

    #[test]
    fn is_scanned_under_its_name() {
        let dir = clean();
        let run = acme(dir.path(), ["scan", "-"]).stdin(format!("a\nKEY={}\n", token(1))).run().expect(1);
        assert!(run.stdout.contains("<stdin>:2:5"), "{}", run.stdout);
        let run = acme(dir.path(), ["scan", "-", "--stdin-name", "app.env", "-f", "json"]).stdin(token(1)).run().expect(1);
        assert_eq!(json(&run.stdout)["findings"][0]["path"], "app.env");
        let run = acme(dir.path(), ["scan", "-", "-f", "jsonl=-"]).stdin(token(1)).run().expect(1);
        assert!(run.stdout.starts_with('{') && !dir.path().join("-").exists(), "{}", run.stdout);
        let nothing = acme(dir.path(), ["scan", "-"]).stdin("").run().expect(0).stdout;
        assert!(nothing.contains("nothing was scanned"), "{nothing}");
    }

    #[test]
    fn that_is_cut_is_incomplete() {
        let run = acme(clean().path(), ["scan", "-", "--max-size", "10"]).stdin("x".repeat(20)).run().expect(2);
        assert!(run.stdout.contains("INCOMPLETE"), "{}", run.stdout);
    }

    #[test]
    fn may_be_utf16() {
        let text: Vec<u8> = format!("\u{feff}KEY={}\r\n", token(1)).encode_utf16().flat_map(u16::to_le_bytes).collect();
        let run = acme(clean().path(), ["scan", "-"]).stdin(text).run().expect(1);
        assert!(run.stdout.contains("<stdin>:1:5"), "{}", run.stdout);
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let dir = leaking();
    let run = std::process::Command::new("bash")
        .arg("-c")
        .arg("set -o pipefail; for i in {1..300}; do cp src/a.env src/$i.env; done; \"$0\" --rule-file r.yaml -f json | head -c 10; echo \" ${PIPESTATUS[0]}\"")
        .arg(env!("CARGO_BIN_EXE_keyward"))
        .current_dir({
            std::fs::write(dir.path().join("r.yaml"), crate::support::keyward::RULES).unwrap();
            dir.path()
        })
        .output()
        .unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(stdout.ends_with(" 1\n"), "{stdout}\n{stderr}");
    assert!(!stderr.contains("anic") && !stderr.contains("error"), "{stderr}");
}

mod inline_comments {
    use super::{acme, json, token, tree};

    #[test]
    fn suppress_and_are_reported_on_request() {
        let dir = tree(&[("a", &format!("K={} # keyward:allow acme-token -- a fake\nL={}\n", token(1), token(2)))]);
        let run = acme(dir.path(), ["-f", "json", "--report-suppressed"]).run().expect(1);
        let report = json(&run.stdout);
        assert_eq!(report["findings"].as_array().unwrap().len(), 1);
        assert!(run.stdout.contains("a fake"), "{}", run.stdout);
        let run = acme(dir.path(), ["-f", "json", "--no-inline-allow"]).run().expect(1);
        assert_eq!(json(&run.stdout)["findings"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn do_not_leak_the_secret_that_they_quote() {
        let dir = tree(&[("a", &format!("K={} # keyward:allow -- was {}\n", token(1), token(2)))]);
        let run = acme(dir.path(), ["--report-suppressed"]).run().expect(0);
        assert!(!run.stdout.contains(&token(2)[5..]), "{}", run.stdout);
    }
}

#[test]
fn archives_are_opened_on_request() {
    let dir = tempfile::tempdir().unwrap();
    let mut tar = tar::Builder::new(Vec::new());
    for (name, content) in [("in/a.env", format!("\nKEY={}\n", token(1))), ("in/vendor/b.env", token(2))] {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_cksum();
        tar.append_data(&mut header, name, content.as_bytes()).unwrap();
    }
    let file = std::fs::File::create(dir.path().join("a.tar.gz")).unwrap();
    let mut packed = flate2::write::GzEncoder::new(file, flate2::Compression::default());
    std::io::Write::write_all(&mut packed, &tar.into_inner().unwrap()).unwrap();
    packed.finish().unwrap();
    acme(dir.path(), ["scan"]).run().expect(0);
    let run = acme(dir.path(), ["scan", "--archives", "--exclude", "vendor"]).run().expect(1);
    assert!(run.stdout.contains("in/a.env:2:5") && run.stdout.starts_with("a.tar.gz!"), "{}", run.stdout);
    assert!(!run.stdout.contains("b.env"), "{}", run.stdout);
    std::fs::write(dir.path().join("cut.tar.gz"), b"\x1f\x8b\x08\x00cut").unwrap();
    let run = acme(dir.path(), ["scan", "cut.tar.gz", "--archives"]).run().expect(2);
    assert!(run.stdout.contains("cut.tar.gz"), "{}", run.stdout);
}

mod allow {
    use super::{acme, json, keyward, leaking};

    #[test]
    fn accepts_a_finding_of_a_report() {
        let dir = leaking();
        let report = json(&acme(dir.path(), ["-f", "json"]).run().expect(1).stdout);
        let fingerprint = report["findings"][0]["fingerprint"].as_str().unwrap();
        let run = keyward(dir.path(), ["allow", fingerprint, "--reason", "a fake"]).run().expect(0);
        assert!(run.stdout.starts_with("1 fingerprint added to "), "{}", run.stdout);
        assert!(run.stdout.contains("`keyward scan --report-suppressed` names entries that suppress nothing"), "{}", run.stdout);
        let run = acme(dir.path(), ["--report-suppressed"]).run().expect(0);
        assert!(run.stdout.contains("a fake (.keyward.yaml:2)"), "{}", run.stdout);
        let text = || std::fs::read_to_string(dir.path().join(".keyward.yaml")).unwrap();
        let before = text();
        let run = keyward(&dir.path().join("src"), ["allow", fingerprint, "--config", "../.keyward.yaml"]).run().expect(0);
        assert!(run.stdout.starts_with("0 fingerprints added"), "{}", run.stdout);
        assert_eq!(text(), before);
    }

    #[test]
    fn refuses_what_is_no_fingerprint_and_what_it_does_not_understand() {
        let dir = leaking();
        keyward(dir.path(), ["allow", "abc"])
            .run()
            .fails_with("keyward: error: `abc` is no fingerprint; reports show them as kw1: and 32 hex digits");
        std::fs::write(dir.path().join(".keyward.yaml"), "nonsense: 1\n").unwrap();
        let run = keyward(dir.path(), ["allow", &format!("kw1:{:032}", 1)]).run().expect(2);
        assert!(run.stderr.contains("`keyward config show` lists them"), "{}", run.stderr);
        assert_eq!(std::fs::read_to_string(dir.path().join(".keyward.yaml")).unwrap(), "nonsense: 1\n");
    }
}

mod rules {
    use super::{acme, clean, json, keyward};
    use crate::support::keyward::RULES;

    #[test]
    fn are_listed_with_their_state() {
        let dir = clean();
        let run = acme(dir.path(), ["rules", "list"]).run().expect(0);
        let line = run.stdout.lines().find(|line| line.starts_with("acme-token ")).expect("it is listed");
        assert_eq!(line.split_whitespace().collect::<Vec<_>>(), ["acme-token", "on", "high", "high", "Acme", "token"]);
        assert!(run.stdout.lines().filter(|line| line.contains("  off  ")).count() > 10, "the built-in ones are off");
        let rules = json(&acme(dir.path(), ["rules", "list", "--format", "json"]).run().expect(0).stdout);
        let rule = rules.as_array().unwrap().iter().find(|rule| rule["id"] == "acme-token").unwrap();
        assert_eq!((rule["enabled"].as_bool(), rule["severity"].as_str()), (Some(true), Some("high")));
    }

    #[test]
    fn are_shown() {
        let run = acme(clean().path(), ["rules", "show", "acme-token"]).run().expect(0);
        assert!(run.stdout.contains("It opens every door.") && run.stdout.contains("Acme token"), "{}", run.stdout);
    }

    #[test]
    fn of_a_file_are_checked() {
        let dir = clean();
        std::fs::write(dir.path().join("good.yaml"), RULES).unwrap();
        let run = keyward(dir.path(), ["rules", "check", "good.yaml"]).run().expect(0);
        assert_eq!(run.stdout, "1 rule checked, 0 problems\n");
        std::fs::write(
            dir.path().join("vain.yaml"),
            format!("{RULES}    examples: ['token: none']\n    negatives: ['{{name}} = {{secret}}']\n"),
        )
        .unwrap();
        let run = keyward(dir.path(), ["rules", "check", "vain.yaml"]).run().expect(1);
        assert!(run.stdout.contains("rule `acme-token`: not found in: token: none\n"), "{}", run.stdout);
        assert!(run.stdout.contains("rule `acme-token`: found, but should not be, in: "), "{}", run.stdout);
        let twin = "  - {id: acme-twin, name: twin, severity: low, enabled: false, format: 'acme_{base62:24}'}\n";
        std::fs::write(dir.path().join("twins.yaml"), format!("{RULES}{twin}")).unwrap();
        let run = keyward(dir.path(), ["rules", "check", "twins.yaml"]).run().expect(0);
        assert_eq!(run.stdout, "2 rules checked, 0 problems\n", "one that is off takes nothing from another");
        std::fs::write(dir.path().join("bad.yaml"), RULES.replace("{base62:24}", "{base99:24}")).unwrap();
        let run = keyward(dir.path(), ["rules", "check", "good.yaml", "bad.yaml", "none.yaml"]).run().expect(2);
        assert!(run.stderr.contains("--> bad.yaml:8:13") && run.stderr.contains("none.yaml: no such file"), "{}", run.stderr);
    }
}

#[test]
fn completions_are_printed_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = keyward(clean().path(), ["completions", shell]).run().expect(0);
        assert!(run.stdout.contains("allow-incomplete"), "{shell}");
    }
}
