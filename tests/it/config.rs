//! The configuration: where it is found, what it means, and what is said of a bad one.

use crate::support::keyward::{RULES, keyward, token};
use crate::support::tree::tree;
use keyward::config::diagnostic::Source;
use keyward::config::{edit, read, rule_file};
use proptest::prelude::*;
use std::path::Path;

/// Only the rule of the tests, from a file `acme.yaml` beside the configuration.
const ONLY_ACME: &str = "rules: {files: acme.yaml, disable: all, enable: acme-token}\n";

/// A tree with one secret in `src/a.env`, and a configuration.
fn leaking(config: &str) -> tempfile::TempDir {
    let config = format!("{ONLY_ACME}{config}");
    tree(&[(".keyward.yaml", &config), ("acme.yaml", RULES), ("src/a.env", &format!("KEY={}\n", token(1)))])
}

fn status(dir: &Path, path: &str) -> i32 {
    keyward(dir, ["scan", path]).run().status
}

#[test]
fn the_configuration_of_the_scanned_tree_is_used() {
    let dir = leaking("");
    assert_eq!(status(dir.path(), "."), 1);
    assert_eq!(status(dir.path(), "src"), 1, "searched upward");
    assert_eq!(status(dir.path(), "src/a.env"), 1, "from a file too");
    assert_eq!(keyward(dir.path(), ["--no-config"]).run().status, 0, "without it, the rule is unknown");
}

#[test]
fn a_rule_of_ones_own_wins_over_one_that_goes_by_names() {
    let rule = "{id: acme-pass, name: pass, severity: critical, assignment: {names: [special_pass], value: password}}";
    let value = ["Tr0ub4", "dor&3x"].concat();
    let dir = tree(&[(".keyward.yaml", &format!("rules: {{custom: [{rule}]}}\n")), ("a.py", &format!("my_special_pass = \"{value}\"\n"))]);
    let run = keyward(dir.path(), ["scan", "a.py"]).run().expect(1);
    assert!(run.stdout.contains("a.py:1:20: critical: pass") && run.stdout.contains("[acme-pass]"), "{}", run.stdout);
}

#[test]
fn the_search_ends_at_the_repository() {
    let dir = leaking("exclude: '**'\n");
    std::fs::create_dir(dir.path().join("src/.git")).unwrap();
    keyward(&dir.path().join("src"), ["scan", "."]).acme().run().expect(1);
}

#[test]
fn every_problem_is_shown_at_once_with_its_place() {
    let dir = tree(&[(
        ".keyward.yaml",
        "rules:
  enabled: [x]
  enable: [no-such-rule]
  custom:
    - {id: Bad Id, name: n, severity: high, format: 'zzz_{hex:8}'}
    - {id: ok-id, name: n, severity: severe, format: 'zzz_{hex:8}'}
min-severity: hgih
hidden: yes
max-size: 3 parsecs
exclude: ['[a', '!b']
allow:
  - {regex: '(?=x)'}
  - {reason: everything}
  - {paths: []}
allow: []
",
    )]);
    let run = keyward(dir.path(), ["scan"]).run().expect(2);
    insta::assert_snapshot!(run.stderr, @r"
    error[unknown-key]: unknown key `enabled`
     --> .keyward.yaml:2:3
      |
    2 |   enabled: [x]
      |   ^^^^^^^
      |
      = help: did you mean `enable`?

    error[unknown-rule]: no rule and no tag is called `no-such-rule`
     --> .keyward.yaml:3:12
      |
    3 |   enable: [no-such-rule]
      |            ^^^^^^^^^^^^
      |
      = help: `keyward rules list` shows every rule and tag

    error[bad-rule]: rule `Bad Id`: id: `Bad Id` is not kebab-case (a-z, 0-9 and single dashes)
     --> .keyward.yaml:5:12
      |
    5 |     - {id: Bad Id, name: n, severity: high, format: 'zzz_{hex:8}'}
      |            ^^^^^^
      |
      = help: every key is described in rules/README.md of keyward's repository

    error[bad-rule]: unknown variant `severe`, expected one of `info`, `low`, `medium`, `high`, `critical`
     --> .keyward.yaml:6:38
      |
    6 |     - {id: ok-id, name: n, severity: severe, format: 'zzz_{hex:8}'}
      |                                      ^^^^^^
      |
      = help: every key is described in rules/README.md of keyward's repository

    error[unknown-value]: `min-severity` cannot be `hgih`
     --> .keyward.yaml:7:15
      |
    7 | min-severity: hgih
      |               ^^^^
      |
      = help: one of: info, low, medium, high, critical

    error[wrong-type]: `hidden` must be `true` or `false`, not text
     --> .keyward.yaml:8:9
      |
    8 | hidden: yes
      |         ^^^

    error[unknown-value]: `max-size`: `3 parsecs` is not a size; write a number and a unit, as in 500k, 64MiB or 1GB (0: no limit)
     --> .keyward.yaml:9:11
      |
    9 | max-size: 3 parsecs
      |           ^^^^^^^^^
      |
      = help: for example 64MiB

    error[bad-glob]: `[a`: unclosed character class; missing ']'
      --> .keyward.yaml:10:11
       |
    10 | exclude: ['[a', '!b']
       |           ^^^^
       |
       = help: write it as in .gitignore: vendor/**, *.min.js

    error[bad-glob]: `!b`: patterns cannot be negated; leave out `b` or narrow the other patterns
      --> .keyward.yaml:10:17
       |
    10 | exclude: ['[a', '!b']
       |                 ^^^^
       |
       = help: write it as in .gitignore: vendor/**, *.min.js

    error[bad-regex]: not a valid regex: look-around, including look-ahead and look-behind, is not supported
      --> .keyward.yaml:12:13
       |
    12 |   - {regex: '(?=x)'}
       |             ^^^^^^^
       |
       = help: the syntax is that of the Rust crate `regex`: linear time, so no look-around and no back-references

    error[no-condition]: this entry would suppress every finding
      --> .keyward.yaml:13:5
       |
    13 |   - {reason: everything}
       |     ^^^^^^^^^^^^^^^^^^^^
       |
       = help: add `paths`, `regex`, `stopwords`, `fingerprints` or `rules`

    error[empty-list]: `paths` names nothing
      --> .keyward.yaml:14:13
       |
    14 |   - {paths: []}
       |             ^^
       |
       = help: fill it in, or drop the key

    error[duplicate-key]: `allow` stands twice
      --> .keyward.yaml:15:1
       |
    15 | allow: []
       | ^^^^^
       |
       = help: put both into one

    keyward: error: 13 problems with the configuration; nothing was scanned
    ");
    assert_eq!(run.stdout, "");
}

#[test]
fn a_syntax_error_is_shown_with_its_place() {
    let dir = tree(&[(".keyward.yaml", "rules:\n  enable: [a\nhidden: true\n")]);
    let run = keyward(dir.path(), ["scan"]).run().expect(2);
    insta::assert_snapshot!(run.stderr, @r"
    error[syntax]: not valid YAML: illegal placement of ':' indicator
     --> .keyward.yaml:3:7
      |
    3 | hidden: true
      |       ^

    keyward: error: a problem with the configuration; nothing was scanned
    ");
}

#[test]
fn a_file_that_cannot_be_taken_is_an_error() {
    let dir = tree(&[("latin1.yaml", ""), ("dir/x", "")]);
    std::fs::write(dir.path().join("latin1.yaml"), b"# caf\xe9\n").unwrap();
    keyward(dir.path(), ["--config", "latin1.yaml"]).run().fails_with("keyward: error: --config: latin1.yaml: not UTF-8 at byte 5");
    keyward(dir.path(), ["--config", "dir"]).run().fails_with("keyward: error: --config: dir: is a directory, not a file");
    keyward(dir.path(), ["--config", "no"]).run().fails_with("keyward: error: --config: no: no such file or directory");
    keyward(dir.path(), []).env("KEYWARD_CONFIG", "no").run().fails_with("keyward: error: KEYWARD_CONFIG: no: no such file or directory");
    keyward(dir.path(), ["--rule-file", "no"]).run().fails_with("keyward: error: --rule-file: no: no such file or directory");
    std::fs::write(dir.path().join("large.yaml"), vec![b'#'; (1 << 20) + 1]).unwrap();
    keyward(dir.path(), ["--config", "large.yaml"])
        .run()
        .fails_with("keyward: error: --config: large.yaml: larger than 1 MiB, so not a configuration or rule file");
}

#[test]
fn two_configurations_side_by_side_are_refused() {
    let dir = tree(&[(".keyward.yaml", ""), (".keyward.yml", "")]);
    let run = keyward(dir.path(), ["scan"]).run().expect(2);
    assert!(run.stderr.contains("both .keyward.yaml and .keyward.yml are there; keep one"), "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn a_configuration_that_leads_out_of_the_tree_is_refused() {
    let outside = tree(&[("private.yaml", "password: x\n")]);
    let dir = tree(&[("a", "")]);
    std::os::unix::fs::symlink(outside.path().join("private.yaml"), dir.path().join(".keyward.yaml")).unwrap();
    let run = keyward(dir.path(), ["scan"]).run().expect(2);
    assert!(run.stderr.contains(".keyward.yaml: leads out of"), "{}", run.stderr);
    assert!(!run.stderr.contains("password"), "{}", run.stderr);

    let dir = tree(&[(".keyward.yaml", &format!("rules: {{files: '{}'}}\n", outside.path().join("private.yaml").display()))]);
    let run = keyward(dir.path(), ["scan"]).run().expect(2);
    assert!(run.stderr.contains("leads out of") && !run.stderr.contains("password"), "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn a_broken_link_is_not_passed_over() {
    let dir = tree(&[("a", "")]);
    std::os::unix::fs::symlink("nowhere", dir.path().join(".keyward.yaml")).unwrap();
    keyward(dir.path(), ["scan"]).run().fails_with("keyward: error: .keyward.yaml: no such file or directory");
}

mod from_a_revision {
    use super::{ONLY_ACME, RULES, keyward, token};
    use crate::support::repo::Repo;

    /// `main` has a configuration and a rule file; `change` leaks, and excludes everything.
    fn proposed() -> Repo {
        let repo = Repo::init();
        repo.stage("acme.yaml", RULES);
        repo.commit_file(".keyward.yaml", format!("{ONLY_ACME}allow: [{{paths: fixtures}}]\n"));
        repo.git(&["checkout", "--quiet", "-b", "change"]);
        repo.stage("src/a.env", token(1));
        repo.stage("fixtures/a.env", token(2));
        repo.git(&["rm", "--quiet", "acme.yaml"]);
        repo.commit_file(".keyward.yaml", "exclude: '**'\n");
        repo
    }

    #[test]
    fn a_change_cannot_loosen_its_own_check() {
        let repo = proposed();
        keyward(repo.dir(), ["history", "--range", "main..change"]).run().expect(0);
        for dir in [repo.dir().to_owned(), repo.dir().join("src")] {
            let run = keyward(&dir, ["history", "--range", "main..change", "--config-from", "main"]).run().expect(1);
            assert!(run.stdout.contains("src/a.env:1:1") && run.stdout.contains("1 suppressed"), "{}", run.stdout);
            keyward(&dir, ["scan", ".", "--config-from", "main"]).run().expect(1);
        }
        let shown = keyward(repo.dir(), ["config", "show", "--config-from", "main"]).run().expect(0).stdout;
        assert!(shown.contains("# main:.keyward.yaml:1") && shown.contains("main:acme.yaml"), "{shown}");
    }

    #[test]
    fn problems_name_the_revision() {
        let repo = Repo::init();
        repo.commit_file(".keyward.yaml", "rules: {files: [none.yaml, ../up.yaml]}\nhiden: true\n");
        let run = keyward(repo.dir(), ["scan", "--config-from", "HEAD"]).run().expect(2);
        for message in ["HEAD:.keyward.yaml:2:1", "none.yaml: not in HEAD", "../up.yaml: leads out of the repository"] {
            assert!(run.stderr.contains(message), "{message}: {}", run.stderr);
        }
        let run = keyward(repo.dir(), ["scan", "--config-from", "no-such"]).run().expect(2);
        assert!(run.stderr.starts_with("keyward: error: --config-from: `no-such`: "), "{}", run.stderr);
    }

    #[test]
    fn without_a_file_or_a_base_the_defaults_hold() {
        let repo = Repo::init();
        repo.commit_file("a", "b");
        let zeros = "0".repeat(40);
        for revision in ["HEAD", zeros.as_str()] {
            repo.write(".keyward.yaml", "nonsense: 1\n");
            keyward(repo.dir(), ["scan", "--config-from", revision]).run().expect(0);
        }
    }
}

#[test]
fn rules_that_are_all_off_are_refused() {
    let message = "keyward: error: no rule is switched on, so nothing would ever be found; drop what disables them all, or enable some";
    let dir = tree(&[(".keyward.yaml", "rules: {disable: all}\n")]);
    keyward(dir.path(), ["scan"]).run().fails_with(message);
    keyward(dir.path(), ["scan", "--no-config", "--disable", "all"]).run().fails_with(message);
}

#[test]
fn flags_that_name_unknown_rules_are_refused() {
    let dir = tree(&[]);
    keyward(dir.path(), ["--rules", "acme-tokens"]).acme().run().fails_with(
        "keyward: error: --rules: no rule and no tag is called `acme-tokens`; did you mean `acme-token`? `keyward rules list` shows every rule and tag",
    );
}

#[test]
fn a_rule_may_not_take_the_id_of_another() {
    let dir = tree(&[("twice.yaml", &RULES.replace("name: token", "name: token again"))]);
    let run = keyward(dir.path(), ["--rule-file", "twice.yaml"]).acme().run().expect(2);
    assert!(run.stderr.contains("error[duplicate-rule]: there is already a rule `acme-token`"), "{}", run.stderr);
}

#[test]
fn excluded_paths_are_relative_to_the_configuration() {
    let dir = leaking("exclude: [src/*.env]\n");
    for (cwd, path) in [(".", "."), (".", "src/a.env"), ("src", "."), ("src", "a.env"), ("src", "../src")] {
        let run = keyward(&dir.path().join(cwd), ["scan", path]).run();
        assert_eq!(run.status, 0, "{cwd}: {path}: {}", run.stdout);
    }
}

#[test]
fn allowlists_suppress_and_say_so() {
    for entry in [
        "{paths: src, reason: fixture}".to_owned(),
        "{regex: '^acme_', reason: fixture}".to_owned(),
        format!("{{stopwords: '{}', reason: fixture}}", token(1)[8..20].to_lowercase()),
        "{rules: [acme], reason: fixture}".to_owned(),
    ] {
        let dir = leaking(&format!("allow: [{entry}]\n"));
        let run = keyward(dir.path(), ["--report-suppressed"]).run().expect(0);
        assert!(run.stdout.contains("fixture (.keyward.yaml:2)"), "{entry}: {}", run.stdout);
        assert_eq!(status(dir.path(), "src"), 0, "{entry}: below");
    }
    let dir = leaking("allow: [{paths: src, rules: no-such}]\n");
    keyward(dir.path(), ["scan"]).run().expect(2);
}

#[test]
fn a_fingerprint_from_a_report_suppresses_that_finding_everywhere() {
    let dir = leaking("");
    let report = keyward(dir.path(), ["--format", "json"]).run().expect(1).stdout;
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let fingerprint = report["findings"][0]["fingerprint"].as_str().unwrap().to_owned();
    let config = format!("{ONLY_ACME}allow: [{{fingerprints: '{fingerprint}'}}]\n");
    std::fs::write(dir.path().join(".keyward.yaml"), config).unwrap();
    assert_eq!(status(dir.path(), "."), 0);
    std::fs::write(dir.path().join("src/b.env"), format!("KEY={}\n", token(1))).unwrap();
    assert_eq!(status(dir.path(), "."), 1, "another path is another finding");
}

#[test]
fn what_is_shown_gives_the_same_configuration() {
    let config = "min-severity: low
max-size: 1MiB
hidden: false
exclude: ['*.min.js', \"it's\"]
allow:
  - {paths: [a/**, b], regex: 'x\"y', stopwords: [Test], fingerprints: ['kw1:0123456789abcdef0123456789abcdef'], rules: acme, reason: 'because: of this'}
";
    let dir = leaking(config);
    let first = keyward(dir.path(), ["config", "show"]).run().expect(0).stdout;
    let rules = first.lines().nth(1).unwrap().split(" of ").nth(1).unwrap();
    insta::assert_snapshot!(first.replace(&dir.path().display().to_string(), "[DIR]").replace(rules, "[N]"), @r#"
    # effective configuration, with [DIR]/.keyward.yaml
    # 1 of [N]

    min-severity: low               # .keyward.yaml:2
    min-confidence: medium          # default
    max-size: 1MiB                  # .keyward.yaml:3
    hidden: false                   # .keyward.yaml:4
    ignore-files: true              # default
    archives: false                 # default
    inline-allow: true              # default
    rules:
      enable:
        - acme-token                # .keyward.yaml:1
      disable:
        - all                       # .keyward.yaml:1
      files:
        - "[DIR]/acme.yaml" # .keyward.yaml:1
    exclude:
      - "*.min.js"                  # .keyward.yaml:5
      - "it's"                      # .keyward.yaml:5
    allow:
      # .keyward.yaml:7
      - paths: ["a/**", "b"]
        regex: ["x\"y"]
        stopwords: ["test"]
        fingerprints: ["kw1:0123456789abcdef0123456789abcdef"]
        rules: ["acme"]
        reason: "because: of this"
    "#);
    std::fs::write(dir.path().join(".keyward.yaml"), &first).unwrap();
    let second = keyward(dir.path(), ["config", "show"]).run().expect(0).stdout;
    let bare = |text: &str| text.lines().map(|line| line.split('#').next().unwrap().trim_end().to_owned()).collect::<Vec<_>>();
    assert_eq!(bare(&first), bare(&second));
}

#[test]
fn flags_lie_over_the_file() {
    let dir = leaking("min-severity: critical\nexclude: other\n");
    assert_eq!(status(dir.path(), "."), 0);
    keyward(dir.path(), ["--min-severity", "high"]).run().expect(1);
    keyward(dir.path(), ["--min-severity", "high", "--exclude", "src"]).run().expect(0);
    let shown = keyward(dir.path(), ["config", "show", "--min-severity", "high"]).run().expect(0).stdout;
    assert!(shown.contains("min-severity: high              # --min-severity"), "{shown}");
}

#[test]
fn the_examples_of_the_documentation_are_accepted() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md")).unwrap();
    let examples: Vec<&str> = page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(examples.len() >= 2);
    for example in examples {
        let (_, problems) = read::read(&Source::new("docs/configuration.md", example));
        assert_eq!(problems, [], "{example}");
    }
}

/// Pieces that a configuration is made of, so that random ones get far into the reader.
const PIECES: [&str; 28] = [
    "rules:",
    "enable:",
    "custom:",
    "allow:",
    "exclude:",
    "hidden:",
    "max-size:",
    "id:",
    "format:",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "\n",
    "\r\n",
    "  ",
    "'",
    "\"",
    "# ",
    "|\n",
    "&a ",
    "*a",
    "!!t ",
    "é\u{1b}",
    "true",
    "64MiB",
];

proptest! {
    #[test]
    fn no_text_breaks_the_reader(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..40), noise in ".{0,12}") {
        let text = pieces.concat() + &noise;
        let source = Source::new("t.yaml", &text);
        let (_, problems) = read::read(&source);
        for problem in problems.iter().chain(&rule_file::read_file(&source).1) {
            let shown = problem.render(true);
            prop_assert!(!shown.replace("\x1b[", "").contains('\x1b'), "{shown:?}");
        }
        let _ = edit::add_allow(&source, &["kw1:0123456789abcdef0123456789abcdef".to_owned()], None);
    }
}

#[test]
fn of_very_many_mistakes_the_first_are_shown_and_the_others_counted() {
    let repo = crate::support::repo::Repo::init();
    repo.write(".keyward.yaml", (0..2000).map(|at| format!("key{at}: 1\n")).collect::<Vec<_>>().concat());
    let told = crate::support::keyward::keyward(repo.dir(), ["scan"]).run().expect(2).stderr;
    assert!(told.contains("`key0`") && told.contains("`key19`") && told.contains("… and 1980 more"), "{told}");
    assert!(told.contains("2000 problems with the configuration") && told.lines().count() < 300, "{told}");
}
