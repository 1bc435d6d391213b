//! The GitHub action's scripts, run as a runner runs them: variables, files for outputs and summary, an event's payload.

use crate::support::change::{Change, ZERO};
use crate::support::keyward::{RULES, builtin_leak as leak, token};
use crate::support::repo::Repo;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

/// What a run of a script came to.
struct Ran {
    status: i32,
    text: String,
    outputs: String,
    temp: tempfile::TempDir,
}

impl Ran {
    #[track_caller]
    fn expect(self, status: i32, outputs: &[&str]) -> Self {
        assert_eq!(self.status, status, "{}\n{}", self.text, self.outputs);
        for output in outputs {
            assert!(self.outputs.lines().any(|line| line == *output), "{output} is not in:\n{}\n{}", self.outputs, self.text);
        }
        self
    }

    #[track_caller]
    fn says(self, word: &str) -> Self {
        assert!(self.text.contains(word), "{word} is not in:\n{}", self.text);
        self
    }

    fn file(&self, name: &str) -> String {
        std::fs::read_to_string(self.temp.path().join(name)).unwrap_or_default()
    }
}

/// Runs a script. `before` prepares the directory for temporary files and may give the search path.
fn script(name: &str, dir: &Path, variables: &[(&str, &str)], before: impl FnOnce(&Path) -> Option<String>) -> Ran {
    let temp = tempfile::tempdir().unwrap();
    let (outputs, summary) = (temp.path().join("outputs"), temp.path().join("summary"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new("bash");
    command.arg(root.join("action").join(name)).current_dir(dir).env_clear();
    command.envs(std::env::vars_os().filter(|(name, _)| name == "PATH"));
    if let Some(path) = before(temp.path()) {
        command.env("PATH", path);
    }
    command.env("HOME", temp.path()).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("CI", "true");
    command.env("RUNNER_TEMP", temp.path()).env("GITHUB_OUTPUT", &outputs).env("GITHUB_STEP_SUMMARY", &summary);
    command.env("RUNNER_OS", "Linux").env("RUNNER_ARCH", "X64").env("GITHUB_ACTION_PATH", root).env("GITHUB_ACTIONS", "true");
    command.env("KEYWARD_BIN", env!("CARGO_BIN_EXE_keyward")).envs(variables.iter().copied());
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    let outputs = std::fs::read_to_string(outputs).unwrap_or_default();
    Ran { status: output.status.code().expect("not killed"), text, outputs, temp }
}

/// Runs the scan for an event.
fn scan(repo: &Repo, event: &str, payload: &Value, inputs: &[(&str, &str)]) -> Ran {
    let event = Change::event(repo, event, payload);
    let given: Vec<(&str, &str)> = event.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    script("scan.sh", repo.dir(), &[&given[..], inputs].concat(), |_| None)
}

fn case() -> Change {
    Change::of(leak)
}

/// The output that names what was scanned.
fn range(case: &Change) -> String {
    format!("range={}", case.range())
}

#[test]
fn a_pull_request_is_checked_for_what_it_adds() {
    let case = case();
    for event in ["pull_request", "pull_request_target"] {
        let ran = scan(&case.repo, event, &case.pull_request(), &[]).expect(1, &["findings=1", "exit-code=1", &range(&case)]);
        assert!(ran.text.contains("::error file=new.sh,line=1,") && !ran.text.contains("old.sh"), "{}", ran.text);
        assert!(ran.file("keyward.sarif").contains("github-pat-classic"));
        assert!(ran.file("summary").contains("GitHub personal access token"));
        assert!(ran.outputs.contains(&format!("sarif-file={}", ran.temp.path().join("keyward.sarif").display())));
    }
    let harmless = json!({"pull_request": {"base": {"sha": case.head}, "head": {"sha": case.repo.commit_file("b.txt", "nothing\n")}}});
    scan(&case.repo, "pull_request", &harmless, &[]).expect(0, &["findings=0", "exit-code=0"]);
}

#[test]
fn a_push_is_checked_for_what_it_adds() {
    let case = case();
    scan(&case.repo, "push", &case.push(&case.base, "refs/heads/feature"), &[]).expect(1, &["findings=1", &range(&case)]);
}

#[test]
fn the_first_push_of_a_branch_and_a_forced_one_are_compared_with_the_default_branch() {
    let case = case();
    for before in [ZERO, "1111111111111111111111111111111111111111"] {
        scan(&case.repo, "push", &case.push(before, "refs/heads/feature"), &[]).expect(1, &["findings=1", &range(&case)]);
    }
    let all = format!("range={}", case.head);
    scan(&case.repo, "push", &case.push(ZERO, "refs/heads/main"), &[]).expect(1, &["findings=2", &all]);
}

#[test]
fn a_tag_is_compared_with_the_default_branch() {
    let case = case();
    scan(&case.repo, "push", &case.push(ZERO, "refs/tags/v1"), &[]).expect(1, &["findings=1", &range(&case)]);
    case.repo.git(&["tag", "-a", "v2", "-m", "released", &case.base]);
    let mut annotated = case.push(ZERO, "refs/tags/v2");
    annotated["after"] = case.repo.git(&["rev-parse", "refs/tags/v2"]).into();
    scan(&case.repo, "push", &annotated, &[]).expect(0, &["findings=0"]);
}

#[test]
fn a_deleted_branch_has_nothing_to_check() {
    let case = case();
    let payload = json!({"before": case.base, "after": ZERO, "ref": "refs/heads/x", "repository": {"default_branch": "main"}});
    scan(&case.repo, "push", &payload, &[]).expect(0, &["findings=0", "exit-code=0"]);
}

#[test]
fn a_merge_group_is_checked_for_what_it_adds() {
    let case = case();
    scan(&case.repo, "merge_group", &case.merge_group(), &[]).expect(1, &["findings=1", &range(&case)]);
}

#[test]
fn a_schedule_and_a_start_by_hand_check_everything() {
    let case = case();
    for event in ["schedule", "workflow_dispatch"] {
        scan(&case.repo, event, &json!({}), &[]).expect(1, &["findings=2", "range="]);
    }
}

#[test]
fn a_cache_is_filled_where_everything_is_checked() {
    let case = case();
    case.repo.commit_file("clean.txt", "clean\n");
    let cache = case.repo.beside("keyward-cache");
    let inputs = [("KEYWARD_CACHE", cache.to_str().unwrap())];
    scan(&case.repo, "schedule", &json!({}), &inputs).expect(1, &["findings=2", "range="]);
    scan(&case.repo, "schedule", &json!({}), &inputs).expect(1, &["findings=2", "range="]).says("not read again");
    assert!(cache.join("key").is_file());
}

#[test]
fn a_range_that_is_given_goes_before_the_event() {
    let case = case();
    let range = format!("{}..{}", case.base, case.head);
    for inputs in [
        &[("KEYWARD_RANGE", range.as_str())][..],
        &[("KEYWARD_BASE", &case.base), ("KEYWARD_HEAD", &case.head)],
        &[("KEYWARD_BASE", &case.base)],
    ] {
        let ran = scan(&case.repo, "schedule", &json!({}), inputs).expect(1, &["findings=1"]);
        assert!(ran.outputs.contains(&format!("range={}..", case.base)), "{}", ran.outputs);
    }
    scan(&case.repo, "schedule", &json!({}), &[("KEYWARD_HEAD", &case.head)]).expect(1, &["findings=2"]);
    let both = [("KEYWARD_RANGE", range.as_str()), ("KEYWARD_BASE", &case.base)];
    scan(&case.repo, "push", &json!({}), &both).expect(2, &["exit-code=2"]).says("not both");
}

#[test]
fn a_pull_request_cannot_switch_off_its_own_check() {
    let case = case();
    case.repo.stage(".keyward.yaml", "rules: {disable: [github-pat-classic]}\nexclude: ['*']\n");
    case.repo.stage(".keywardignore", "*\n");
    let head = case.repo.commit("Switch it off");
    let payload = json!({"pull_request": {"base": {"sha": case.base}, "head": {"sha": head}}});
    scan(&case.repo, "pull_request", &payload, &[]).expect(1, &["findings=1"]).says("the change adds a suppression: .keywardignore:1");
    let range = format!("{}..{head}", case.base);
    scan(&case.repo, "schedule", &json!({}), &[("KEYWARD_RANGE", &range)]).expect(1, &["findings=1"]);
}

#[test]
fn the_configuration_of_the_base_holds_with_its_rule_files() {
    let repo = Repo::init();
    repo.commit_file("rules/own.yaml", RULES);
    let base = repo.commit_file(".keyward.yaml", "rules: {disable: [all], enable: [acme-token], files: [rules/own.yaml]}\n");
    let head = repo.commit_file("new.sh", format!("{}KEY={}\n", leak(2), token(1)));
    let payload = json!({"pull_request": {"base": {"sha": base}, "head": {"sha": head}}});
    scan(&repo, "pull_request", &payload, &[]).expect(1, &["findings=1"]).says("line=2");
}

#[test]
fn a_clone_without_the_base_fails_and_says_what_to_fetch() {
    let case = case();
    let shallow = Repo::clone_of(&case.repo, &["--depth=1", "--branch=feature"]);
    scan(&shallow, "pull_request", &case.pull_request(), &[])
        .expect(2, &["exit-code=2", "findings=", "sarif-file="])
        .says("`fetch-depth: 0`");
    let mut gone = case.pull_request();
    gone["pull_request"]["base"]["sha"] = "1111111111111111111111111111111111111111".into();
    scan(&case.repo, "pull_request", &gone, &[]).expect(2, &["exit-code=2"]).says("is not in the clone");
}

#[test]
fn findings_need_not_fail_the_step() {
    let case = case();
    for (word, status) in [("never", 0), ("findings", 1), ("any", 1)] {
        let inputs = [("KEYWARD_FAIL_ON", word)];
        scan(&case.repo, "pull_request", &case.pull_request(), &inputs).expect(status, &["findings=1", "exit-code=1"]);
    }
}

#[test]
fn files_that_are_named_are_those_of_the_workspace() {
    let case = case();
    case.repo.write("ci/keyward.yaml", "exclude: ['*.sh']\n");
    let baseline =
        Command::new(env!("CARGO_BIN_EXE_keyward")).args(["baseline", "create", "-o", "ci/accepted"]).current_dir(case.repo.dir()).output();
    assert!(baseline.unwrap().status.success());
    let event = |inputs: &[(&str, &str)]| scan(&case.repo, "pull_request", &case.pull_request(), inputs);
    event(&[("KEYWARD_CONFIG_INPUT", "ci/keyward.yaml"), ("KEYWARD_PATH", "ci")]).expect(0, &["findings=0"]);
    event(&[("KEYWARD_BASELINE", "ci/accepted"), ("KEYWARD_PATH", "ci")]).expect(0, &["findings=0"]);
    event(&[("KEYWARD_ARGS", "--exclude *.sh  --no-messages")]).expect(0, &["findings=0"]);
    event(&[("KEYWARD_SARIF", "ci/out.sarif")]).expect(1, &["findings=1"]);
    assert!(case.repo.dir().join("ci/out.sarif").is_file());
    event(&[("KEYWARD_PATH", "missing")]).expect(2, &["exit-code=2"]).says("no directory");
}

#[test]
fn what_an_earlier_step_found_does_not_pass_for_this_one() {
    let case = case();
    let leave = |temp: &Path| {
        for name in ["keyward.sarif", "keyward.jsonl", "keyward.md", "keyward.range"] {
            std::fs::write(temp.join(name), "of an earlier step\n").unwrap();
        }
        None
    };
    script("scan.sh", case.repo.dir(), &[("KEYWARD_RANGE", "nowhere..HEAD")], leave)
        .expect(2, &["findings=", "exit-code=2", "sarif-file=", "range="]);
}

#[test]
fn inputs_are_values_and_never_flags_or_code() {
    let case = case();
    let marker = case.repo.beside("marker");
    let code = format!("$(touch {0}); `touch {0}`; touch {0}", marker.display());
    for name in [
        "KEYWARD_BASE",
        "KEYWARD_HEAD",
        "KEYWARD_RANGE",
        "KEYWARD_FAIL_ON",
        "KEYWARD_MIN_SEVERITY",
        "KEYWARD_CONFIG_INPUT",
        "KEYWARD_ARGS",
        "KEYWARD_PATH",
    ] {
        for value in [code.as_str(), "--no-config", "-x", "*"] {
            if (name, value) == ("KEYWARD_ARGS", "--no-config") {
                continue;
            }
            scan(&case.repo, "schedule", &json!({}), &[(name, value)]).expect(2, &["exit-code=2"]);
        }
    }
    script("install.sh", case.repo.dir(), &[("KEYWARD_VERSION", &code)], |_| None).expect(2, &[]);
    assert!(!marker.exists());
}

/// Programs of the name that only do what a line of shell says, before those of the system.
fn fakes(temp: &Path, programs: &[(&str, &str)]) -> String {
    let bin = temp.join("fakes");
    std::fs::create_dir(&bin).unwrap();
    for (name, line) in programs {
        std::fs::write(bin.join(name), format!("#!/bin/sh\n{line}\n")).unwrap();
        std::fs::set_permissions(bin.join(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    format!("{}:{}", bin.display(), std::env::var("PATH").unwrap())
}

/// Runs the installation where a download does `curl`, and cargo leaves a mark.
fn install(curl: &str, variables: &[(&str, &str)]) -> Ran {
    let repo = Repo::init();
    script("install.sh", repo.dir(), variables, |temp| {
        Some(fakes(temp, &[("curl", curl), ("cargo", "echo \"$@\" >\"$RUNNER_TEMP/built\"")]))
    })
}

/// Gives an archive of one file, `keyward`, and for its checksum what `sum` prints.
fn archive(sum: &str) -> String {
    format!(
        "for last; do :; done\ncase $last in *.sha256) {sum} ;; *) cd \"$RUNNER_TEMP/keyward\" && touch keyward && tar -czf \"${{last##*/}}\" keyward ;; esac"
    )
}

#[test]
fn a_release_is_taken_where_its_checksum_is_right() {
    let right = archive("cd \"$RUNNER_TEMP/keyward\" && { sha256sum *.tar.gz || shasum -a 256 *.tar.gz; } 2>/dev/null");
    let ran = install(&right, &[]).expect(0, &[]);
    assert!(ran.temp.path().join("keyward/bin/keyward").is_file() && ran.file("built").is_empty());
    for wrong in [archive("echo 1234  x"), archive("exit 22")] {
        let ran = install(&wrong, &[]).expect(2, &[]).says("has the checksum");
        assert!(!ran.temp.path().join("keyward/bin/keyward").exists() && ran.file("built").is_empty());
    }
    install(&right, &[("KEYWARD_SHA256", "abcd")]).expect(2, &[]).says("not abcd");
}

#[test]
fn it_is_built_where_there_is_no_release_and_none_was_asked_for() {
    let is_built = |ran: Ran| ran.file("built").contains("install --quiet --locked --path");
    assert!(is_built(install("exit 22", &[]).expect(0, &[])));
    assert!(is_built(install("exit 1", &[("RUNNER_ARCH", "RISCV")]).expect(0, &[])));
    assert!(is_built(install("exit 1", &[("KEYWARD_VERSION", "source")]).expect(0, &[])));
    assert!(!is_built(install("exit 22", &[("KEYWARD_VERSION", "9.9.9")]).expect(2, &[]).says("cannot be downloaded")));
    assert!(!is_built(
        install("exit 22", &[("KEYWARD_VERSION", "9.9.9"), ("RUNNER_ARCH", "RISCV")]).expect(2, &[]).says("version: source")
    ));
    assert!(!is_built(install("exit 7", &[]).expect(2, &[]).says("cannot be downloaded")));
}
