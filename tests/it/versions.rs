//! Versions of files in packs are scanned only where they are new, and what is found is what a full scan finds.

use crate::support::keyward::{Keyward, Run, keyward, token};
use crate::support::repo::Repo;
use keyward::Detector;
use keyward::engine::sample;
use std::path::Path;

/// A report without the time that the scan took.
fn report(dir: &Path, acme: bool, arguments: &[&str]) -> (String, Run) {
    let mut run = keyward(dir, ["-v", "-v", "history", "--format", "json", "--show-secrets"]);
    if acme {
        run = run.acme();
    }
    let run = arguments.iter().fold(run, Keyward::arg).run();
    let is_timed = |line: &&str| line.trim_start().starts_with("\"seconds\"") || line.trim_start().starts_with("\"started\"");
    let lines: Vec<&str> = run.stdout.lines().filter(|line| !is_timed(line)).collect();
    (lines.join("\n"), run)
}

/// How many bytes a scan looked at, and of how many.
fn looked(run: &Run) -> (u64, u64) {
    let line = run.stderr.lines().find_map(|line| line.split_once("looked at ")).expect("a scan says so").1;
    let mut numbers = line.split(' ').filter_map(|word| word.parse().ok());
    (numbers.next().unwrap(), numbers.next().unwrap())
}

#[test]
fn a_history_of_versions_is_scanned_in_part_and_found_in_full() {
    let repo = Repo::init();
    let quiet = |part: usize| (part * 60..part * 60 + 60).map(|line| format!("    call_{line}(argument, {line});\n"));
    let mut lines: Vec<String> = (0..12).map(|part| quiet(part).collect::<Vec<_>>().concat()).collect();
    for version in 0..24 {
        let at = version % lines.len();
        match version % 4 {
            0 => lines[at] = format!("key = \"{}\"\n{}", token(version as u64 / 8), lines[at]),
            1 => lines[at].push_str("    call(other);\n"),
            2 => lines.swap(at, (at + 5) % 12),
            _ => lines[at] = lines[at].replacen("acme_", "acme-", 1),
        }
        repo.commit_file("src/main.c", lines.concat());
    }
    repo.git(&["repack", "-adfq", "--depth=50", "--window=50"]);
    let (found, run) = report(repo.dir(), true, &[]);
    let (full, full_run) = report(repo.dir(), true, &["--full"]);
    assert_eq!(found, full);
    assert_eq!(run.status, 1);
    assert!((0..3).all(|seed| found.contains(&token(seed))), "{found}");
    let ((part, total), (all, _)) = (looked(&run), looked(&full_run));
    assert_eq!(all, total, "--full looks at everything");
    assert!(part * 2 < total, "{part} of {total}");
}

#[test]
fn what_is_found_does_not_depend_on_memory() {
    let repo = Repo::init();
    let base: Vec<String> = (0..200).map(|line| format!("    call_{line}(argument, {line});\n")).collect();
    // Versions that each differ from the first in a place of their own, so that several are built on one, at some depth.
    for version in 0..30 {
        let mut lines = base.clone();
        lines[version * 6] = format!("key = \"{}\"\n", token(version as u64));
        lines[199 - version * 3 / 10].push_str("    call(other);\n");
        repo.commit_file(&format!("src/main-{}.c", version % 5), lines.concat());
    }
    repo.git(&["repack", "-adfq", "--depth=4", "--window=50"]);
    let (found, run) = report(repo.dir(), true, &[]);
    let (again, bounded) = report(repo.dir(), true, &["--memory", "1"]);
    assert_eq!(found, again);
    assert!((0..30).all(|seed| found.contains(&token(seed))), "{found}");
    assert_eq!(looked(&run), looked(&bounded));
}

#[test]
fn versions_with_secrets_of_all_kinds_are_found_as_in_full_scans() {
    let repo = Repo::init();
    let detector = Detector::builtin();
    let secrets: Vec<String> = (detector.rules().iter().step_by(9))
        .filter_map(|rule| {
            let secret = String::from_utf8(sample::secret(rule, 3)?).ok()?;
            Some(format!("{}_token = \"{secret}\"\n", rule.context.first().map_or("service", String::as_str)))
        })
        .collect();
    let filler = "    some_call(argument, 12);\n".repeat(40);
    let mut random = sample::Random::new(12);
    let mut files: Vec<Vec<String>> = secrets.chunks(12).map(<[String]>::to_vec).collect();
    for version in 0..10 {
        for (name, parts) in files.iter_mut().enumerate() {
            let (at, other) = (random.below(parts.len()), random.below(parts.len()));
            match version % 4 {
                0 => parts.insert(at, filler.clone()),
                1 => parts.swap(at, other),
                2 => parts[at] = parts[at].replacen('a', "b", 1),
                _ => parts[at] = parts[at].replacen("token", "id", 1),
            }
            repo.stage(&format!("part-{name}.py"), parts.concat());
        }
        repo.commit(&format!("version {version}"));
    }
    repo.git(&["repack", "-adfq", "--depth=50", "--window=50"]);
    let (found, run) = report(repo.dir(), false, &[]);
    assert_eq!(found, report(repo.dir(), false, &["--full"]).0);
    assert!(found.matches("\"fingerprint\"").count() > 50);
    let (part, total) = looked(&run);
    assert!(part < total, "{part} of {total}");
}
