//! Where reports go, and what they show.

use super::{Keyward, acme, clean, json, leaking, token};

#[test]
fn never_show_the_secret_unless_asked() {
    let dir = leaking();
    for format in ["text", "json", "jsonl", "sarif", "github", "gitlab", "junit", "csv", "markdown", "html"] {
        let run = acme(dir.path(), ["-vv", "--format", format]).run().expect(1);
        assert!(!run.stdout.contains(&token(1)[5..]) && !run.stderr.contains(&token(1)[5..]), "{format}: {}", run.stdout);
    }
    let run = acme(dir.path(), ["--show-secrets"]).run().expect(1);
    assert!(run.stdout.contains(&token(1)), "{}", run.stdout);
}

#[test]
fn go_to_files_while_another_goes_to_standard_output() {
    let dir = leaking();
    let run = acme(dir.path(), ["-f", "sarif=out/../out.sarif", "-f", "text"]).run();
    assert_eq!(run.status, 2, "out/ is not there: {}", run.stderr);
    let run = acme(dir.path(), ["-f", "sarif=out.sarif", "-f", "text", "-f", "json=out.json"]).run().expect(1);
    assert!(run.stdout.contains("src/a.env:1:5"), "{}", run.stdout);
    let written = |name: &str| json(&std::fs::read_to_string(dir.path().join(name)).unwrap());
    assert_eq!(written("out.sarif")["version"], "2.1.0");
    assert_eq!(written("out.json")["findings"].as_array().unwrap().len(), 1);
    let left: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("tmp")), "{left:?}");
}

#[test]
fn in_a_file_are_announced_on_standard_error() {
    let dir = leaking();
    let run = acme(dir.path(), ["-f", "json", "-o", "report.json"]).run().expect(1);
    assert_eq!(run.stdout, "");
    assert_eq!(run.stderr, "keyward: note: working tree .: 1 finding; report in report.json\n");
    let run = acme(dir.path(), ["-q", "-f", "json", "-o", "report.json"]).run().expect(1);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
}

#[test]
fn that_cannot_be_written_fail_the_run_before_it_scans() {
    let dir = leaking();
    acme(dir.path(), ["-o", "no/such/x"])
        .run()
        .fails_with("keyward: error: cannot write the report to no/such/x: no such file or directory");
    acme(dir.path(), ["-o", "src"]).run().fails_with("keyward: error: cannot write the report to src: it is a directory");
}

#[test]
fn of_an_earlier_scan_do_not_outlive_one_that_fails() {
    let dir = clean();
    for args in [&["no-such"][..], &["--config", "no-such"], &["--baseline", "no-such"], &["-f", "csv=no/such/file"]] {
        acme(dir.path(), ["scan", "-f", "sarif=r.sarif", "-f", "json", "-o", "r.json"]).run().expect(0);
        assert!(std::fs::read_to_string(dir.path().join("r.json")).unwrap().starts_with('{'));
        let run = acme(dir.path(), ["scan", "-f", "sarif=r.sarif", "-f", "json", "-o", "r.json"]);
        args.iter().fold(run, Keyward::arg).run().expect(2);
        assert!(["r.json", "r.sarif"].iter().all(|report| !dir.path().join(report).exists()), "{args:?}");
    }
}

#[test]
fn for_one_file_are_refused_however_it_is_spelled() {
    let dir = clean();
    let absolute = dir.path().join("a");
    for other in ["a", "./a", "././a", absolute.to_str().unwrap()] {
        let run = acme(dir.path(), ["scan", "-f", "json=a", "-f", &format!("sarif={other}")]).run().expect(2);
        assert!(run.stderr.contains("two reports for"), "{}", run.stderr);
    }
    acme(dir.path(), ["scan", "-f", "json=a", "-f", "sarif=b"]).run().expect(0);
}

#[cfg(unix)]
#[test]
fn for_one_file_are_refused_where_a_link_leads_there() {
    let dir = clean();
    std::os::unix::fs::symlink("a", dir.path().join("link")).unwrap();
    for _ in 0..2 {
        acme(dir.path(), ["scan", "-f", "json=a", "-f", "sarif=link"]).run().expect(2);
        acme(dir.path(), ["scan", "-f", "json=link"]).run().expect(0);
        assert!(dir.path().join("link").is_symlink() && dir.path().join("a").is_file());
    }
}

#[cfg(unix)]
#[test]
fn with_secrets_are_for_the_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = leaking();
    acme(dir.path(), ["-f", "json", "-o", "r.json", "--show-secrets"]).run().expect(1);
    let mode = std::fs::metadata(dir.path().join("r.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[cfg(unix)]
#[test]
fn to_devices_and_links_go_where_they_lead() {
    let dir = leaking();
    acme(dir.path(), ["-f", "json", "-o", "/dev/null"]).run().expect(1);
    assert!(!std::fs::metadata("/dev/null").unwrap().is_file());
    std::fs::write(dir.path().join("real.json"), "").unwrap();
    std::os::unix::fs::symlink("real.json", dir.path().join("link.json")).unwrap();
    acme(dir.path(), ["-f", "json", "-o", "link.json"]).run().expect(1);
    assert!(dir.path().join("link.json").symlink_metadata().unwrap().is_symlink());
    assert!(std::fs::read_to_string(dir.path().join("real.json")).unwrap().starts_with('{'));
}

#[cfg(unix)]
#[test]
fn to_a_pipe_come_whole_to_its_reader() {
    let (dir, beside) = (leaking(), tempfile::tempdir().unwrap());
    let pipe = beside.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let read = |pipe: &std::path::Path| std::fs::read_to_string(pipe).unwrap();
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || {
            let first = read(&pipe);
            if first.is_empty() {
                // Who opened it to try it out waits for a reader now.
                read(&pipe);
            }
            first
        }
    });
    acme(dir.path(), ["-f", "json", "-o", pipe.to_str().unwrap()]).run().expect(1);
    assert!(reader.join().unwrap().ends_with("}\n"));
}

#[test]
fn are_coloured_only_when_asked_or_on_a_terminal() {
    let dir = leaking();
    assert!(!acme(dir.path(), []).run().stdout.contains('\x1b'));
    assert!(acme(dir.path(), ["--color", "always"]).run().stdout.contains('\x1b'));
    assert!(acme(dir.path(), ["--color", "always"]).env("NO_COLOR", "1").run().stdout.contains('\x1b'), "a flag wins");
    let run = acme(dir.path(), ["scan", "no-such", "--color", "always"]).run();
    assert!(run.stderr.contains("\x1b[1;31merror"), "{}", run.stderr);
}

#[test]
fn do_not_depend_on_the_number_of_threads() {
    let dir = tempfile::tempdir().unwrap();
    for file in 0..60 {
        let lines = (0..5).map(|line| format!("K{line} = {}", token(file % 7 + line))).collect::<Vec<_>>().join("\n");
        std::fs::write(dir.path().join(format!("f{file}")), lines).unwrap();
    }
    let report = |threads: &str| {
        let mut report = json(&acme(dir.path(), ["-f", "json", "--threads", threads]).run().expect(1).stdout);
        let findings = report["findings"].take();
        assert_eq!(findings.as_array().unwrap().len(), 300);
        findings
    };
    assert_eq!(report("1"), report("8"));
}

#[cfg(unix)]
#[test]
fn in_sarif_lead_to_a_file_whose_name_is_no_text() {
    use std::os::unix::ffi::OsStrExt as _;
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(std::ffi::OsStr::from_bytes(b"inv\xff\xfe.txt")), format!("key = {}\n", token(1))).unwrap();
    let run = acme(dir.path(), ["-f", "sarif"]).run().expect(1);
    assert!(run.stdout.contains("\"inv%FF%FE.txt\""), "{}", run.stdout);
}
