//! The GitHub action's scripts, run as the action runs them.

use crate::support::repo::Repo;
use std::path::Path;
use std::process::Command;

const NOBODY: &str = "0000000000000000000000000000000000000000";

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
}

fn script(name: &str, dir: &Path, variables: &[(&str, &str)]) -> Ran {
    let temp = tempfile::tempdir().unwrap();
    let (outputs, summary) = (temp.path().join("outputs"), temp.path().join("summary"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new("bash");
    command.arg(root.join("action").join(name)).current_dir(dir).env_clear();
    command.envs(std::env::vars_os().filter(|(name, _)| name == "PATH"));
    command.env("HOME", temp.path()).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    command.env("RUNNER_TEMP", temp.path()).env("GITHUB_OUTPUT", &outputs).env("GITHUB_STEP_SUMMARY", &summary);
    command.env("RUNNER_OS", "Linux").env("RUNNER_ARCH", "X64").env("GITHUB_ACTION_PATH", root);
    command.env("KEYWARD_BIN", env!("CARGO_BIN_EXE_keyward")).envs(variables.iter().copied());
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    let outputs = std::fs::read_to_string(outputs).unwrap_or_default();
    Ran { status: output.status.code().expect("not killed"), text, outputs, temp }
}

fn scan(repo: &Repo, variables: &[(&str, &str)]) -> Ran {
    script("scan.sh", repo.dir(), variables)
}

fn leak(seed: u64) -> String {
    let rules = keyward::rules::builtin::builtin();
    let rule = rules.get("github-pat-classic").expect("a built-in rule");
    let token = keyward::engine::sample::secret(rule, seed).expect("its format gives samples");
    format!("export GITHUB_TOKEN={}\n", String::from_utf8(token).unwrap())
}

/// A repository with an old leak, and the commit that has it.
fn repository() -> (Repo, String) {
    let repo = Repo::init();
    let base = repo.commit_file("old.sh", leak(1));
    (repo, base)
}

#[test]
fn a_pull_request_is_checked_for_what_it_adds() {
    let (repo, base) = repository();
    let harmless = repo.commit_file("harmless.txt", "nothing\n");
    let event = [("GITHUB_EVENT_NAME", "pull_request"), ("KEYWARD_BASE", base.as_str()), ("KEYWARD_HEAD", harmless.as_str())];
    scan(&repo, &event).expect(0, &["findings=0", "exit-code=0"]);
    let leaking = repo.commit_file("new.sh", leak(2));
    let event = [("GITHUB_EVENT_NAME", "pull_request"), ("KEYWARD_BASE", base.as_str()), ("KEYWARD_HEAD", leaking.as_str())];
    let ran = scan(&repo, &event).expect(1, &["findings=1", "exit-code=1"]);
    assert!(ran.text.contains("::error file=new.sh,line=1,"), "{}", ran.text);
    assert!(std::fs::read_to_string(ran.temp.path().join("keyward.sarif")).unwrap().contains("github-pat-classic"));
    assert!(std::fs::read_to_string(ran.temp.path().join("summary")).unwrap().contains("GitHub personal access token"));
}

#[test]
fn a_pull_request_cannot_switch_off_its_own_check() {
    let (repo, base) = repository();
    repo.commit_file(".keyward.yaml", "rules: {disable: [github-pat-classic]}\nexclude: ['*']\n");
    let head = repo.commit_file("new.sh", leak(2));
    scan(&repo, &[("KEYWARD_BASE", &base), ("KEYWARD_HEAD", &head)]).expect(1, &["findings=1"]);
}

#[test]
fn the_configuration_of_the_base_holds_with_its_rule_files() {
    let (repo, _) = repository();
    repo.commit_file("rules/own.yaml", crate::support::keyward::RULES);
    let base = repo.commit_file(".keyward.yaml", "rules: {disable: [all], enable: [acme-token], files: [rules/own.yaml]}\n");
    let head = repo.commit_file("new.sh", format!("{}KEY={}\n", leak(2), crate::support::keyward::token(1)));
    let ran = scan(&repo, &[("KEYWARD_BASE", &base), ("KEYWARD_HEAD", &head)]).expect(1, &["findings=1"]);
    assert!(ran.text.contains("line=2"), "{}", ran.text);
}

#[test]
fn without_a_base_all_that_the_head_leads_to_is_checked() {
    let (repo, head) = repository();
    for base in ["", NOBODY] {
        scan(&repo, &[("GITHUB_EVENT_NAME", "push"), ("KEYWARD_BASE", base), ("KEYWARD_HEAD", &head)]).expect(1, &["findings=1"]);
    }
    let gone = "1111111111111111111111111111111111111111";
    scan(&repo, &[("GITHUB_EVENT_NAME", "push"), ("KEYWARD_BASE", gone), ("KEYWARD_HEAD", &head)]).expect(1, &["findings=1"]);
    scan(&repo, &[("GITHUB_EVENT_NAME", "schedule")]).expect(1, &["findings=1"]);
}

#[test]
fn a_base_that_is_missing_fails_a_pull_request() {
    let (repo, head) = repository();
    let gone = "1111111111111111111111111111111111111111";
    scan(&repo, &[("GITHUB_EVENT_NAME", "pull_request"), ("KEYWARD_BASE", gone), ("KEYWARD_HEAD", &head)]).expect(2, &["exit-code=2"]);
}

#[test]
fn a_deleted_branch_has_nothing_to_check() {
    let (repo, base) = repository();
    scan(&repo, &[("GITHUB_EVENT_NAME", "push"), ("KEYWARD_BASE", &base), ("KEYWARD_HEAD", NOBODY)]).expect(0, &["findings=0"]);
}

#[test]
fn findings_need_not_fail_the_step() {
    let (repo, _) = repository();
    scan(&repo, &[("KEYWARD_FAIL_ON", "never")]).expect(0, &["findings=1", "exit-code=1"]);
    scan(&repo, &[("KEYWARD_FAIL_ON", "findings")]).expect(1, &["findings=1", "exit-code=1"]);
}

#[test]
fn inputs_are_values_and_never_flags_or_code() {
    let (repo, _) = repository();
    for (name, value) in [("KEYWARD_BASE", "--no-config"), ("KEYWARD_HEAD", "-x"), ("KEYWARD_FAIL_ON", "sometimes")] {
        scan(&repo, &[(name, value)]).expect(2, &["exit-code=2"]);
    }
    let marker = repo.beside("marker");
    let code = format!("$(touch {0}); `touch {0}`; touch {0}", marker.display());
    scan(&repo, &[("KEYWARD_MIN_SEVERITY", &code)]).expect(2, &["exit-code=2"]);
    script("install.sh", repo.dir(), &[("KEYWARD_VERSION", &code)]).expect(2, &[]);
    assert!(!marker.exists());
}
