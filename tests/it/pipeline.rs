//! From blobs to findings: what is new, what is binary, where history puts it, and what a panic costs.

use crate::support::keyward::{RULES, token};
use keyward::blob::{Blob, ObjectKind, Origin, Skip, SkipReason};
use keyward::config::files::Choice;
use keyward::config::load::{Request, load};
use keyward::config::{Config, Partial, diagnostic::Source, read};
use keyward::findings::triage::Policy;
use keyward::findings::{Attribution, Finding};
use keyward::pipeline::{Attributions, Pipeline, Places, Results};
use keyward::rules::RuleSet;
use keyward::sources::{Coverage, Sink as _};
use keyward::{Detector, rules};
use std::path::Path;

struct Setup {
    detector: Detector,
    policy: Policy,
    places: Places,
    config: Config,
}

impl Setup {
    fn new(rules: &str, config: &str) -> Setup {
        let (flags, problems) = read::read(&Source::new("t.yaml", config));
        assert_eq!(problems, []);
        let root = Path::new("/repo");
        let config = load(&Request { choice: Choice::Nothing, start: root, cwd: root, flags }).unwrap();
        let rules = RuleSet::new(rules::load::parse_rules(rules).unwrap()).unwrap();
        let places = Places { cwd: root.to_owned(), configuration: root.to_owned(), repository: Some(root.to_owned()), paths: None };
        Setup { detector: Detector::new(rules).unwrap(), policy: Policy::new(&config), places, config }
    }

    fn run(&self, attributions: &Attributions, feed: impl FnOnce(&Pipeline<'_>)) -> Results {
        let pipeline = Pipeline::new(&self.detector, &self.policy, &self.places, &self.config.excluded);
        feed(&pipeline);
        pipeline.finish(Coverage::default(), attributions)
    }
}

fn acme() -> Setup {
    Setup::new(RULES, "")
}

fn file(path: &str) -> Origin {
    Origin::File { path: path.to_owned(), disk: path.into() }
}

fn object(id: &str, kind: ObjectKind) -> Origin {
    Origin::Object { id: id.to_owned(), kind }
}

fn feed(pipeline: &Pipeline<'_>, origin: Origin, bytes: impl AsRef<[u8]>, previous: impl AsRef<[u8]>) {
    pipeline.blob(Blob { bytes: bytes.as_ref(), origin, previous: previous.as_ref() });
}

fn places(findings: &[Finding]) -> Vec<(&str, usize, usize)> {
    findings.iter().map(|finding| (finding.path.as_str(), finding.location.line, finding.location.column)).collect()
}

#[test]
fn findings_come_in_report_order_whatever_the_order_of_the_blobs() {
    let results = acme().run(&Attributions::new(), |pipeline| {
        feed(pipeline, file("b"), format!("x {}", token(1)), "");
        feed(pipeline, file("a"), format!("\n{0} {0}", token(2)), "");
        feed(pipeline, file("clean"), "nothing", "");
    });
    assert_eq!(places(&results.findings), [("a", 2, 1), ("a", 2, 31), ("b", 1, 3)]);
}

#[test]
fn a_secret_that_stood_there_before_is_not_new() {
    let before = format!("old = {}\n", token(1));
    let results = acme().run(&Attributions::new(), |pipeline| {
        feed(pipeline, file("moved"), format!("# words\nnew = {}\n", token(1)), &before);
        feed(pipeline, file("added"), format!("{before}{}\n", token(2)), &before);
        // In the predecessor it was no match of its own, but it stood there all the same.
        feed(pipeline, file("within"), token(1), format!("x{}x", token(1)));
        let wide: Vec<u8> = format!("\u{feff}{before}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        feed(pipeline, file("transcoded"), &before, wide);
    });
    assert_eq!(places(&results.findings), [("added", 2, 1)]);
}

#[test]
fn short_secrets_count_as_known_only_where_they_were_found() {
    let rules = "provider: Acme\nrules: [{id: acme-pin, name: pin, severity: low, format: 'pin_{digits:6}'}]";
    let results = Setup::new(rules, "").run(&Attributions::new(), |pipeline| {
        feed(pipeline, file("known"), "a pin_582913", "pin_582913");
        feed(pipeline, file("by-chance"), "a pin_582913", "0pin_5829134");
    });
    assert_eq!(places(&results.findings), [("by-chance", 1, 3)]);
}

#[test]
fn in_binary_content_only_what_is_certain_counts() {
    let certain = [b"\x7fELF\0\0".as_slice(), token(1).as_bytes(), b"\0"].concat();
    let found = acme().run(&Attributions::new(), |pipeline| feed(pipeline, file("a.out"), &certain, ""));
    assert_eq!(found.findings.len(), 1);
    let likely = Setup::new(&RULES.replace("severity: high", "severity: high\n    confidence: medium"), "");
    let found = likely.run(&Attributions::new(), |pipeline| {
        feed(pipeline, file("a.out"), &certain, "");
        feed(pipeline, file("a.txt"), token(1), "");
    });
    assert_eq!(places(&found.findings), [("a.txt", 1, 1)]);
}

#[test]
fn objects_are_reported_at_each_of_their_paths_with_their_commit() {
    let at = |path: &str, commit: &str| Attribution {
        commit: commit.to_owned(),
        paths: vec![path.to_owned()],
        blob: "b1".to_owned(),
        ..Attribution::default()
    };
    let attributions = Attributions::from([
        ("b1".to_owned(), vec![at("a.env", "c1"), at("copy.env", "c2")]),
        ("c3".to_owned(), vec![Attribution { commit: "c3".to_owned(), ..Attribution::default() }]),
    ]);
    let setup = acme();
    let results = setup.run(&attributions, |pipeline| {
        feed(pipeline, object("b1", ObjectKind::Blob), token(1), "");
        feed(pipeline, object("b2", ObjectKind::Blob), token(2), "");
        feed(pipeline, object("c3", ObjectKind::Commit), format!("fix\n\n{}", token(3)), "");
        feed(pipeline, object("b0", ObjectKind::Blob), "clean", "");
        assert_eq!(pipeline.objects(), ["b1", "b2", "c3"]);
    });
    let found: Vec<(&str, &str)> =
        results.findings.iter().map(|one| (one.path.as_str(), one.history.as_ref().unwrap().commit.as_str())).collect();
    assert_eq!(found, [("(commit message)", "c3"), ("(unreachable)", ""), ("a.env", "c1"), ("copy.env", "c2")]);
    // The same file on disk is the same finding.
    let tree = setup.run(&Attributions::new(), |pipeline| feed(pipeline, file("a.env"), token(1), ""));
    assert_eq!(tree.findings[0].fingerprint, results.findings[2].fingerprint);
}

#[test]
fn excluded_paths_are_left_out_in_every_source() {
    let setup = Setup::new(RULES, "exclude: [vendor]\n");
    let attributions = Attributions::from([(
        "b1".to_owned(),
        ["vendor/a", "src/a"].map(|path| Attribution { paths: vec![path.to_owned()], ..Attribution::default() }).to_vec(),
    )]);
    let results = setup.run(&attributions, |pipeline| {
        feed(pipeline, object("b1", ObjectKind::Blob), token(1), "");
        feed(pipeline, Origin::Index { path: "vendor/b".to_owned(), id: String::new() }, token(2), "");
    });
    assert_eq!(places(&results.findings), [("src/a", 1, 1)]);
    let excluded = |what: &str| Skip { what: what.to_owned(), reason: SkipReason::Excluded, detail: String::new() };
    assert_eq!(results.skips, ["vendor/a", "vendor/b"].map(excluded));
}

#[test]
fn a_panic_costs_one_blob_and_is_told() {
    // A pattern that is too large to compile; the command line checks for that, the library's caller did not.
    let choices: Vec<String> = (0..600).map(|number| format!("{number:03}")).collect();
    let rules = format!(
        "provider: Acme\nrules: [{{id: acme-huge, name: n, severity: low, keywords: [huge_], pattern: 'huge_(?:{}){{1000}}'}}, \
         {{id: acme-token, name: t, severity: high, format: 'acme_{{base62:24}}'}}]",
        choices.join("|")
    );
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let results = Setup::new(&rules, "").run(&Attributions::new(), |pipeline| {
        feed(pipeline, file("a"), token(1), "");
        feed(pipeline, file("b"), "huge_001", "");
        feed(pipeline, file("c"), token(2), "");
    });
    std::panic::set_hook(hook);
    assert_eq!(places(&results.findings), [("a", 1, 1), ("c", 1, 1)]);
    assert_eq!(results.skips.len(), 1);
    assert_eq!((results.skips[0].what.as_str(), results.skips[0].reason.is_incomplete()), ("b", true));
}

#[test]
fn very_many_matches_are_cut_and_told() {
    let many: String = (0..10_005).map(|seed| token(seed) + "\n").collect();
    let results = acme().run(&Attributions::new(), |pipeline| feed(pipeline, file("keys"), many, ""));
    assert_eq!(results.findings.len(), 10_000);
    assert_eq!((results.skips[0].what.as_str(), results.skips[0].reason), ("keys", SkipReason::TooManyMatches));
}

#[test]
fn encoded_text_past_the_limits_is_told() {
    use std::io::Write as _;
    let packed = |lines: usize| {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        (0..lines).for_each(|line| writeln!(writer, "line {line} of a manifest").unwrap());
        format!("release: {}\n", data_encoding::BASE64.encode(&writer.finish().unwrap()))
    };
    let results = acme().run(&Attributions::new(), |pipeline| {
        feed(pipeline, file("small"), packed(1_000), "");
        feed(pipeline, file("bomb"), packed(400_000), "");
    });
    let skips: Vec<_> = results.skips.iter().map(|skip| (skip.what.as_str(), skip.reason)).collect();
    assert_eq!(skips, [("bomb", SkipReason::EncodedLimit)]);
    assert!(SkipReason::EncodedLimit.is_incomplete());
}

#[test]
fn defaults_hold_where_nothing_is_said() {
    // `Partial::default()` alone says nothing, so the defaults decide.
    let root = Path::new("/");
    let config = load(&Request { choice: Choice::Nothing, start: root, cwd: root, flags: Partial::default() }).unwrap();
    assert_eq!(config.max_size.value.to_string(), "256MiB");
    assert!(config.hidden.value && config.ignore_files.value && config.inline_allow.value && !config.archives.value);
}
