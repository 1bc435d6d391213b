//! `ci`: which range each provider's environment stands for.

use crate::support::change::{Change, ZERO};
use crate::support::keyward::{Run, keyward, token};
use crate::support::repo::Repo;
use serde_json::{Value, json};

/// The branch that is pushed.
const FEATURE: &str = "refs/heads/feature";

fn leak(seed: u64) -> String {
    format!("key = {}\n", token(seed))
}

fn case() -> Change {
    Change::of(leak)
}

fn run(repo: &Repo, variables: &[(&str, &str)]) -> Run {
    let mut run = keyward(repo.dir(), ["ci", "--format", "jsonl"]).acme();
    for (name, value) in variables {
        run = run.env(name, value);
    }
    run.run()
}

fn github(repo: &Repo, event: &str, payload: &Value) -> Run {
    let event = Change::event(repo, event, payload);
    run(repo, &event.each_ref().map(|(name, value)| (name.as_str(), value.as_str())))
}

/// Checks that exactly the files of this many findings are reported, and that the range is said.
#[track_caller]
fn finds(run: Run, count: usize, said: &str) {
    assert_eq!(run.stdout.lines().count(), count, "{}\n{}", run.stdout, run.stderr);
    assert!(run.stderr.contains(said), "{said} is not in: {}", run.stderr);
    run.expect(i32::from(count > 0));
}

#[test]
fn github_pull_requests_are_scanned_from_base_to_head() {
    let case = case();
    let payload = case.pull_request();
    for event in ["pull_request", "pull_request_target", "pull_request_review"] {
        finds(github(&case.repo, event, &payload), 1, &case.range());
    }
}

#[test]
fn github_merge_groups_are_scanned_from_base_to_head() {
    let case = case();
    finds(github(&case.repo, "merge_group", &case.merge_group()), 1, &case.range());
}

#[test]
fn github_pushes_are_scanned_from_before_to_after() {
    let case = case();
    finds(github(&case.repo, "push", &case.push(&case.base, FEATURE)), 1, &case.range());
}

#[test]
fn a_new_branch_is_compared_with_the_default_branch_and_not_with_itself() {
    let case = case();
    finds(github(&case.repo, "push", &case.push(ZERO, FEATURE)), 1, &case.range());
    case.repo.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    finds(github(&case.repo, "push", &case.push(ZERO, FEATURE)), 2, "GitHub: push");
}

#[test]
fn a_new_default_branch_is_all_new() {
    let case = case();
    let mut payload = case.push(ZERO, FEATURE);
    payload["repository"]["default_branch"] = "feature".into();
    finds(github(&case.repo, "push", &payload), 2, &format!("scanning {} ", case.head));
}

#[test]
fn after_a_forced_push_the_default_branch_is_the_base() {
    let case = case();
    finds(github(&case.repo, "push", &case.push(&"1".repeat(40), FEATURE)), 1, &case.range());
}

#[test]
fn a_deleted_branch_is_clean() {
    let case = case();
    let payload = json!({"before": case.head, "after": ZERO, "ref": "refs/heads/feature"});
    finds(github(&case.repo, "push", &payload), 0, "HEAD..HEAD");
}

#[test]
fn schedules_and_starts_by_hand_scan_everything() {
    let case = case();
    for event in ["schedule", "workflow_dispatch"] {
        finds(run(&case.repo, &[("GITHUB_EVENT_NAME", event)]), 2, "the whole history");
    }
}

#[test]
fn a_clone_without_the_commit_of_the_pipeline_or_without_any_fails() {
    let case = case();
    let (empty, gone) = (Repo::init(), "1".repeat(40));
    let pipelines: &[(&str, &[(&str, &str)])] = &[
        ("GITHUB_SHA", &[("GITHUB_EVENT_NAME", "schedule")]),
        ("GITHUB_SHA", &[("GITHUB_EVENT_NAME", "workflow_dispatch")]),
        ("CI_COMMIT_SHA", &[("GITLAB_CI", "true"), ("CI_PIPELINE_SOURCE", "schedule")]),
        ("BUILD_SOURCEVERSION", &[("TF_BUILD", "True"), ("BUILD_REASON", "Manual")]),
        ("GIT_COMMIT", &[("JENKINS_URL", "https://j.example.org")]),
    ];
    for (name, variables) in pipelines {
        let of = |repo: &Repo, id: &str| run(repo, &[variables, &[(*name, id)][..]].concat());
        finds(of(&case.repo, &case.head), 2, "the whole history");
        for repo in [&case.repo, &empty] {
            let said = of(repo, &gone).expect(2).stderr;
            assert!(said.contains(&format!("`{gone}` (what the pipeline is of) is not in the clone")), "{said}");
        }
        let said = run(&empty, variables).expect(2).stderr;
        assert!(said.contains("the clone has no commit"), "{said}");
    }
    run(&empty, &[("CI", "true")]).expect(2);
    run(&empty, &[]).expect(0);
}

#[test]
fn an_empty_range_is_clean_and_says_so() {
    let case = case();
    let payload = json!({"pull_request": {"base": {"sha": case.head}, "head": {"sha": case.head}}});
    finds(github(&case.repo, "pull_request", &payload), 0, "holds no commits");
}

#[test]
fn an_event_that_cannot_be_read_fails() {
    let case = case();
    assert!(run(&case.repo, &[("GITHUB_EVENT_NAME", "push")]).expect(2).stderr.contains("GITHUB_EVENT_PATH"));
    assert!(github(&case.repo, "push", &json!({})).expect(2).stderr.contains("no `after`"));
    assert!(github(&case.repo, "pull_request", &json!({"pull_request": 1})).expect(2).stderr.contains("pull_request.base.sha"));
    let hostile = json!({"pull_request": {"base": {"sha": "--all"}, "head": {"sha": case.head}}});
    assert!(github(&case.repo, "pull_request", &hostile).expect(2).stderr.contains("is not in the clone"));
}

#[test]
fn a_shallow_clone_fails_and_names_the_setting() {
    let case = case();
    let shallow = Repo::clone_of(&case.repo, &["--depth=1", "--branch=feature"]);
    let payload = json!({"pull_request": {"base": {"sha": case.base}, "head": {"sha": case.head}}});
    assert!(github(&shallow, "pull_request", &payload).expect(2).stderr.contains("`fetch-depth: 0`"));
    assert!(github(&shallow, "push", &case.push(&case.base, FEATURE)).expect(2).stderr.contains("`fetch-depth: 0`"));
    let gitlab = [("GITLAB_CI", "true"), ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &case.base), ("CI_COMMIT_SHA", &case.head)];
    assert!(run(&shallow, &gitlab).expect(2).stderr.contains("GIT_DEPTH"));
}

#[test]
fn a_change_cannot_loosen_its_own_check() {
    let case = case();
    let head = case.repo.commit_file(".keyward.yaml", "exclude: ['**']\n");
    let payload = json!({"pull_request": {"base": {"sha": case.base}, "head": {"sha": head}}});
    finds(github(&case.repo, "pull_request", &payload), 1, &head);
}

#[test]
fn gitlab_tells_merge_requests_pushes_and_schedules_apart() {
    let case = case();
    let ci = ("GITLAB_CI", "true");
    let commit = ("CI_COMMIT_SHA", case.head.as_str());
    finds(run(&case.repo, &[ci, commit, ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &case.base)]), 1, &case.range());
    finds(run(&case.repo, &[ci, commit, ("CI_COMMIT_BEFORE_SHA", &case.base)]), 1, &case.range());
    let new = [ci, commit, ("CI_COMMIT_BEFORE_SHA", ZERO), ("CI_COMMIT_BRANCH", "feature"), ("CI_DEFAULT_BRANCH", "main")];
    finds(run(&case.repo, &new), 1, &case.range());
    finds(run(&case.repo, &[ci, commit, ("CI_PIPELINE_SOURCE", "schedule")]), 2, "GitLab: schedule");
}

#[test]
fn bitbucket_pull_requests_and_branches() {
    let case = case();
    let commit = ("BITBUCKET_COMMIT", case.head.as_str());
    finds(run(&case.repo, &[commit, ("BITBUCKET_PR_DESTINATION_COMMIT", &case.base)]), 1, &case.range());
    let abbreviated = [commit, ("BITBUCKET_PR_DESTINATION_COMMIT", &case.base[..12]), ("BITBUCKET_PR_DESTINATION_BRANCH", "main")];
    finds(run(&case.repo, &abbreviated), 1, &case.range());
    finds(run(&case.repo, &[commit, ("BITBUCKET_BRANCH", "feature")]), 1, "Bitbucket: push");
}

#[test]
fn azure_pull_requests_pushes_and_schedules() {
    let case = case();
    let build = ("TF_BUILD", "True");
    let version = ("BUILD_SOURCEVERSION", case.head.as_str());
    let target = ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main");
    finds(run(&case.repo, &[build, version, ("BUILD_REASON", "PullRequest"), target]), 1, &case.range());
    let branch = ("BUILD_SOURCEBRANCH", "refs/heads/feature");
    finds(run(&case.repo, &[build, version, ("BUILD_REASON", "IndividualCI"), branch]), 1, &case.range());
    finds(run(&case.repo, &[build, version, ("BUILD_REASON", "Schedule")]), 2, "Azure: Schedule");
}

#[test]
fn circleci_compares_with_the_default_branch() {
    let case = case();
    let variables = [("CIRCLECI", "true"), ("CIRCLE_BRANCH", "feature"), ("CIRCLE_SHA1", case.head.as_str())];
    finds(run(&case.repo, &variables), 1, &case.range());
}

#[test]
fn jenkins_change_requests_and_builds() {
    let case = case();
    let (url, commit) = (("JENKINS_URL", "https://ci.example.org/"), ("GIT_COMMIT", case.head.as_str()));
    finds(run(&case.repo, &[url, commit, ("CHANGE_TARGET", "main")]), 1, &case.range());
    finds(run(&case.repo, &[url, commit, ("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &case.base)]), 1, &case.range());
    finds(run(&case.repo, &[url, commit]), 2, "first build");
    assert!(run(&case.repo, &[url, commit, ("CHANGE_TARGET", "gone")]).expect(2).stderr.contains("the target branch"));
}

#[test]
fn without_a_pipeline_the_upstream_is_the_base() {
    let case = case();
    finds(run(&case.repo, &[]), 2, "the whole history");
    case.repo.git(&["remote", "add", "origin", "https://example.org/repo.git"]);
    case.repo.git(&["branch", "--quiet", "--set-upstream-to=origin/main"]);
    finds(run(&case.repo, &[]), 1, &case.range());
    finds(run(&case.repo, &[("CI", "true")]), 2, "the whole history");
}

#[test]
fn a_given_range_goes_before_the_environment() {
    let case = case();
    let range = format!("{0}..{0}", case.base);
    let run = keyward(case.repo.dir(), ["ci", "--range", &range]).acme().env("GITHUB_EVENT_NAME", "push").run().expect(0);
    assert!(run.stderr.contains("--range"), "{}", run.stderr);
    let last = keyward(case.repo.dir(), ["ci", "--range", "HEAD^-", "--format", "jsonl"]).acme().run();
    finds(last, 1, "--range");
    let unknown = keyward(case.repo.dir(), ["ci", "--range", "nope..HEAD"]).acme().run().expect(2);
    assert!(unknown.stderr.starts_with("keyward: error: --range: `nope`: "), "{}", unknown.stderr);
}

#[test]
fn where_no_pipeline_is_known_and_nothing_is_new_everything_is_scanned() {
    let case = case();
    let run = || keyward(case.repo.dir(), ["ci", "--format", "jsonl"]).acme().run();
    case.repo.git(&["config", "remote.origin.url", "none"]);
    case.repo.git(&["config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"]);
    let nothing = "the whole history, as HEAD adds nothing to an upstream".to_owned();
    for (upstream, count, said) in [("main", 1, case.range()), ("feature", 2, nothing)] {
        case.repo.git(&["branch", "--quiet", "--set-upstream-to", &format!("origin/{upstream}")]);
        finds(run(), count, &said);
    }
}

/// What a run has to scan: what the change adds, everything, or nothing.
#[derive(Clone, Copy)]
enum Scans {
    Change,
    Everything,
    Nothing,
}

/// What is said of it, its variables, and what has to be scanned.
type Event<'e> = (&'e str, &'e [(&'e str, &'e str)], Scans);

#[test]
fn every_event_of_every_provider_has_its_range() {
    use Scans::{Change as New, Everything, Nothing};
    let case = case();
    let (base, head, gone) = (case.base.as_str(), case.head.as_str(), "1".repeat(40));
    let (none, gone) = (ZERO, gone.as_str());
    let shortened = format!("{}...{}", &base[..12], &head[..12]);
    let cases: &[Event<'_>] = &[
        (
            "GitLab: push",
            &[("GITLAB_CI", "true"), ("CI_COMMIT_SHA", head), ("CI_COMMIT_BEFORE_SHA", base), ("CI_PIPELINE_SOURCE", "push")],
            New,
        ),
        (
            "GitLab: push",
            &[("GITLAB_CI", "1"), ("CI_COMMIT_SHA", head), ("CI_COMMIT_BEFORE_SHA", none), ("CI_COMMIT_BRANCH", "feature")],
            New,
        ),
        (
            "GitLab: push",
            &[("GITLAB_CI", "1"), ("CI_COMMIT_SHA", head), ("CI_COMMIT_BEFORE_SHA", gone), ("CI_DEFAULT_BRANCH", "main")],
            New,
        ),
        ("GitLab: push", &[("GITLAB_CI", "1"), ("CI_COMMIT_SHA", head), ("CI_COMMIT_BEFORE_SHA", none), ("CI_COMMIT_TAG", "v1")], New),
        (
            "GitLab: merge_request_event",
            &[
                ("GITLAB_CI", "1"),
                ("CI_COMMIT_SHA", gone),
                ("CI_PIPELINE_SOURCE", "merge_request_event"),
                ("CI_MERGE_REQUEST_DIFF_BASE_SHA", base),
                ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", head),
            ],
            New,
        ),
        ("GitLab: web", &[("GITLAB_CI", "1"), ("CI_COMMIT_SHA", head), ("CI_PIPELINE_SOURCE", "web")], Everything),
        ("GitLab: schedule", &[("GITLAB_CI", "1"), ("CI_COMMIT_SHA", head), ("CI_PIPELINE_SOURCE", "schedule")], Everything),
        ("Bitbucket: pull request", &[("BITBUCKET_COMMIT", head), ("BITBUCKET_PR_DESTINATION_BRANCH", "main")], New),
        ("Bitbucket: push", &[("BITBUCKET_COMMIT", head), ("BITBUCKET_TAG", "v1")], New),
        ("Bitbucket: push", &[("BITBUCKET_COMMIT", base), ("BITBUCKET_BRANCH", "old")], Nothing),
        (
            "Azure: PullRequest",
            &[
                ("TF_BUILD", "True"),
                ("BUILD_REASON", "PullRequest"),
                ("BUILD_SOURCEVERSION", gone),
                ("SYSTEM_PULLREQUEST_SOURCECOMMITID", head),
                ("SYSTEM_PULLREQUEST_TARGETBRANCH", "main"),
            ],
            New,
        ),
        (
            "Azure: BatchedCI",
            &[("TF_BUILD", "True"), ("BUILD_REASON", "BatchedCI"), ("BUILD_SOURCEVERSION", head), ("BUILD_SOURCEBRANCH", "refs/tags/v1")],
            New,
        ),
        ("Azure: Manual", &[("TF_BUILD", "True"), ("BUILD_SOURCEVERSION", head)], Everything),
        ("CircleCI: push", &[("CIRCLECI", "true"), ("CIRCLE_SHA1", head), ("CIRCLE_TAG", "v1")], New),
        (
            "Jenkins: build",
            &[("JENKINS_HOME", "/j"), ("GIT_COMMIT", head), ("GIT_PREVIOUS_SUCCESSFUL_COMMIT", gone), ("GIT_BRANCH", "origin/feature")],
            New,
        ),
        ("Jenkins: first build", &[("JENKINS_URL", "https://j.example.org"), ("GIT_COMMIT", head)], Everything),
        (
            "Buildkite: pull request",
            &[
                ("BUILDKITE", "true"),
                ("BUILDKITE_COMMIT", head),
                ("BUILDKITE_PULL_REQUEST", "7"),
                ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "main"),
            ],
            New,
        ),
        (
            "Buildkite: push",
            &[
                ("BUILDKITE", "true"),
                ("BUILDKITE_COMMIT", head),
                ("BUILDKITE_BRANCH", "feature"),
                ("BUILDKITE_PULL_REQUEST", "false"),
                ("BUILDKITE_PIPELINE_DEFAULT_BRANCH", "main"),
            ],
            New,
        ),
        ("Buildkite: schedule", &[("BUILDKITE", "true"), ("BUILDKITE_COMMIT", "HEAD"), ("BUILDKITE_SOURCE", "schedule")], Everything),
        (
            "Travis: pull_request",
            &[
                ("TRAVIS", "true"),
                ("TRAVIS_EVENT_TYPE", "pull_request"),
                ("TRAVIS_COMMIT", gone),
                ("TRAVIS_PULL_REQUEST_SHA", head),
                ("TRAVIS_BRANCH", "main"),
            ],
            New,
        ),
        ("Travis: push", &[("TRAVIS", "true"), ("TRAVIS_COMMIT", head), ("TRAVIS_COMMIT_RANGE", shortened.as_str())], New),
        ("Travis: push", &[("TRAVIS", "true"), ("TRAVIS_COMMIT", head), ("TRAVIS_BRANCH", "feature")], New),
        ("Travis: cron", &[("TRAVIS", "true"), ("TRAVIS_COMMIT", head), ("TRAVIS_EVENT_TYPE", "cron")], Everything),
        ("Drone: push", &[("DRONE", "true"), ("DRONE_COMMIT_SHA", head), ("DRONE_COMMIT_BEFORE", base)], New),
        ("Drone: tag", &[("DRONE", "true"), ("DRONE_COMMIT_SHA", head), ("DRONE_BUILD_EVENT", "tag"), ("DRONE_REPO_BRANCH", "main")], New),
        (
            "Drone: pull_request",
            &[("DRONE", "true"), ("DRONE_COMMIT_SHA", head), ("DRONE_BUILD_EVENT", "pull_request"), ("DRONE_TARGET_BRANCH", "main")],
            New,
        ),
        ("Drone: cron", &[("DRONE", "true"), ("DRONE_COMMIT_SHA", head), ("DRONE_BUILD_EVENT", "cron")], Everything),
        (
            "Woodpecker: pull_request",
            &[("CI", "woodpecker"), ("CI_PIPELINE_EVENT", "pull_request"), ("CI_COMMIT_SHA", head), ("CI_COMMIT_TARGET_BRANCH", "main")],
            New,
        ),
        (
            "Woodpecker: push",
            &[
                ("CI", "woodpecker"),
                ("CI_PIPELINE_EVENT", "push"),
                ("CI_COMMIT_SHA", head),
                ("CI_PREV_COMMIT_SHA", base),
                ("CI_PREV_PIPELINE_EVENT", "push"),
            ],
            New,
        ),
        (
            "Woodpecker: push",
            &[
                ("CI", "woodpecker"),
                ("CI_PIPELINE_EVENT", "push"),
                ("CI_COMMIT_SHA", head),
                ("CI_PREV_COMMIT_SHA", head),
                ("CI_PREV_PIPELINE_EVENT", "pull_request"),
            ],
            New,
        ),
        ("Woodpecker: manual", &[("CI", "woodpecker"), ("CI_PIPELINE_EVENT", "manual"), ("CI_COMMIT_SHA", head)], Everything),
        ("git: unknown pipeline", &[("CI", "true")], Everything),
        ("GitHub: workflow_run", &[("GITHUB_EVENT_NAME", "workflow_run")], Everything),
    ];
    for (name, variables, scans) in cases {
        let count = match scans {
            New => 1,
            Everything => 2,
            Nothing => 0,
        };
        finds(run(&case.repo, variables), count, name);
    }
    let [event, payload] = Change::event(&case.repo, "push", &case.push(ZERO, "refs/tags/v1"));
    finds(run(&case.repo, &[(&event.0, &event.1), (&payload.0, &payload.1)]), 1, &case.range());
}
