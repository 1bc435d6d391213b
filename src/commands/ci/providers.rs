//! L5: what the environment of a pipeline says about its event, one function for each provider.
//!
//! Every variable and payload is taken as data of whoever opened the change: ids are checked where they are looked up.

use anyhow::{Context as _, bail};
use serde_json::Value;
use std::io::Read as _;

/// Reads a variable of the environment.
pub type Lookup<'l> = &'l dyn Fn(&str) -> Option<String>;

/// The largest event payload that is read, in bytes. GitHub's are below 25 MB.
const MOST_PAYLOAD: u64 = 64 << 20;

/// What a pipeline was started for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) provider: &'static str,
    /// The kind of event, as the provider calls it.
    pub(super) name: String,
    pub(super) event: Event,
    /// What to write in the pipeline for a clone with the whole history.
    pub(super) depth: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Event {
    /// What `head` (HEAD where there is none) adds to `base`.
    Change { base: Base, head: Option<String> },
    /// A branch or tag was deleted.
    Deletion,
    /// A schedule, a start by hand: everything, if the clone has this commit, the one that the pipeline is of.
    Everything(Option<String>),
    /// No pipeline: what the branch adds to its upstream.
    Local,
}

/// Where a change begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Base {
    /// A commit that has to be there.
    Commit(String),
    /// The target branch of a change, as `origin` has it.
    Target(String),
    /// What the branch was at before a push; gone after a forced one.
    Before { id: String, branch: Option<Branch> },
    /// Nothing is known: the branch is new.
    New(Option<Branch>),
}

/// The branch that was pushed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Branch {
    pub(super) name: Option<String>,
    /// The repository's default branch.
    pub(super) default: Option<String>,
}

/// Reads what one provider says.
type Reader = fn(&Variables<'_>) -> anyhow::Result<Request>;

/// Variables of all providers that name the branch or tag of a change, with what they leave out of the full name.
const NAMES: &[(&str, &str)] = &[
    ("GITHUB_REF", ""),
    ("GITHUB_HEAD_REF", "refs/heads/"),
    ("CI_COMMIT_BRANCH", "refs/heads/"),
    ("CI_COMMIT_TAG", "refs/tags/"),
    ("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "refs/heads/"),
    ("BITBUCKET_BRANCH", "refs/heads/"),
    ("BITBUCKET_TAG", "refs/tags/"),
    ("BUILD_SOURCEBRANCH", ""),
    ("SYSTEM_PULLREQUEST_SOURCEBRANCH", ""),
    ("CIRCLE_BRANCH", "refs/heads/"),
    ("CIRCLE_TAG", "refs/tags/"),
    ("CHANGE_BRANCH", "refs/heads/"),
    ("BRANCH_NAME", "refs/heads/"),
    ("BUILDKITE_BRANCH", "refs/heads/"),
    ("BUILDKITE_TAG", "refs/tags/"),
    ("TRAVIS_PULL_REQUEST_BRANCH", "refs/heads/"),
    ("TRAVIS_BRANCH", "refs/heads/"),
    ("TRAVIS_TAG", "refs/tags/"),
    ("DRONE_COMMIT_REF", ""),
    ("DRONE_SOURCE_BRANCH", "refs/heads/"),
    ("CI_COMMIT_REF", ""),
    ("CI_COMMIT_SOURCE_BRANCH", "refs/heads/"),
];

/// Full names of the references that the change is on. A clone of a pipeline often has none by that name.
pub(super) fn names(lookup: Lookup<'_>) -> Vec<String> {
    let variables = Variables(lookup);
    NAMES.iter().filter_map(|(variable, above)| Some(format!("{above}{}", variables.get(variable)?))).collect()
}

/// Finds the provider and what it says.
pub(super) fn find(lookup: Lookup<'_>) -> anyhow::Result<Request> {
    let variables = Variables(lookup);
    let known: [(&str, Reader); 11] = [
        ("GITHUB_EVENT_NAME", github),
        ("GITLAB_CI", |variables| Ok(gitlab(variables))),
        ("BITBUCKET_COMMIT", |variables| Ok(bitbucket(variables))),
        ("TF_BUILD", |variables| Ok(azure(variables))),
        ("CIRCLECI", |variables| Ok(circleci(variables))),
        ("JENKINS_URL", |variables| Ok(jenkins(variables))),
        ("JENKINS_HOME", |variables| Ok(jenkins(variables))),
        ("BUILDKITE", |variables| Ok(buildkite(variables))),
        ("TRAVIS", |variables| Ok(travis(variables))),
        ("DRONE", |variables| Ok(drone(variables))),
        ("CI_PIPELINE_EVENT", |variables| Ok(woodpecker(variables))),
    ];
    match known.iter().find(|(mark, _)| variables.get(mark).is_some()) {
        Some((_, read)) => read(&variables),
        None => Ok(elsewhere(&variables)),
    }
}

/// No provider that is known. A pipeline's branch is at its upstream, so that nothing would seem new there.
fn elsewhere(variables: &Variables<'_>) -> Request {
    let (name, event) = match variables.get("CI") {
        Some(value) if value != "false" && value != "0" => ("unknown pipeline", Event::Everything(None)),
        _ => ("no pipeline", Event::Local),
    };
    Request { provider: "git", name: name.to_owned(), event, depth: "a depth that reaches it (`git fetch --unshallow`)" }
}

/// The environment; empty values count as unset.
struct Variables<'l>(Lookup<'l>);

impl Variables<'_> {
    fn get(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    /// An id that stands for a commit.
    fn id(&self, name: &str) -> Option<String> {
        self.get(name).filter(|id| !is_zero(id))
    }
}

fn is_zero(id: &str) -> bool {
    id.bytes().all(|byte| byte == b'0')
}

fn change(base: Base, head: Option<String>) -> Event {
    Event::Change { base, head }
}

fn push(before: Option<String>, branch: Branch, head: Option<String>) -> Event {
    let base = match before.filter(|id| !is_zero(id)) {
        Some(id) => Base::Before { id, branch: Some(branch) },
        None => Base::New(Some(branch)),
    };
    change(base, head)
}

/// `https://docs.github.com/en/webhooks/webhook-events-and-payloads`
fn github(variables: &Variables<'_>) -> anyhow::Result<Request> {
    let name = variables.get("GITHUB_EVENT_NAME").unwrap_or_default();
    let event = match name.as_str() {
        "push" => github_push(&payload(variables)?)?,
        "merge_group" => {
            let payload = payload(variables)?;
            let base = text(&payload, "/merge_group/base_sha")?;
            change(Base::Commit(base), Some(text(&payload, "/merge_group/head_sha")?))
        }
        // Also comes with reviews and comments of them.
        name if name.starts_with("pull_request") => {
            let payload = payload(variables)?;
            let base = text(&payload, "/pull_request/base/sha")?;
            change(Base::Commit(base), Some(text(&payload, "/pull_request/head/sha")?))
        }
        _ => Event::Everything(variables.id("GITHUB_SHA")),
    };
    Ok(Request { provider: "GitHub", name, event, depth: "`fetch-depth: 0` for actions/checkout" })
}

fn github_push(payload: &Value) -> anyhow::Result<Event> {
    let after = text(payload, "/after")?;
    if is_zero(&after) {
        return Ok(Event::Deletion);
    }
    let optional = |place: &str| payload.pointer(place).and_then(Value::as_str).map(str::to_owned);
    let name = optional("/ref").and_then(|name| name.strip_prefix("refs/heads/").map(str::to_owned));
    let branch = Branch { name, default: optional("/repository/default_branch") };
    Ok(push(Some(text(payload, "/before")?), branch, Some(after)))
}

fn payload(variables: &Variables<'_>) -> anyhow::Result<Value> {
    let Some(path) = variables.get("GITHUB_EVENT_PATH") else {
        bail!("GITHUB_EVENT_PATH is not set, so the event is not known; pass it on, or give --range");
    };
    let mut bytes = Vec::new();
    std::fs::File::open(&path)
        .and_then(|file| file.take(MOST_PAYLOAD).read_to_end(&mut bytes))
        .with_context(|| format!("{path}: cannot read the event; give --range instead"))?;
    serde_json::from_slice(&bytes).with_context(|| format!("{path}: the event is not JSON; give --range instead"))
}

fn text(payload: &Value, place: &str) -> anyhow::Result<String> {
    let found = payload.pointer(place).and_then(Value::as_str).filter(|text| !text.is_empty());
    found.map(str::to_owned).with_context(|| format!("the event has no `{}`; give --range instead", place[1..].replace('/', ".")))
}

/// `https://docs.gitlab.com/ci/variables/predefined_variables/`
fn gitlab(variables: &Variables<'_>) -> Request {
    let name = variables.get("CI_PIPELINE_SOURCE").unwrap_or_else(|| "push".to_owned());
    let commit = variables.id("CI_COMMIT_SHA");
    let branch = Branch { name: variables.get("CI_COMMIT_BRANCH"), default: variables.get("CI_DEFAULT_BRANCH") };
    let event = match variables.id("CI_MERGE_REQUEST_DIFF_BASE_SHA") {
        // In a pipeline of merged results the commit holds the target branch too.
        Some(base) => change(Base::Commit(base), variables.id("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA").or(commit)),
        None => match name.as_str() {
            "push" | "external_pull_request_event" | "merge_request_event" => push(variables.id("CI_COMMIT_BEFORE_SHA"), branch, commit),
            _ => Event::Everything(commit),
        },
    };
    Request { provider: "GitLab", name, event, depth: "`GIT_DEPTH: \"0\"` in the job's variables" }
}

/// `https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/`
fn bitbucket(variables: &Variables<'_>) -> Request {
    let commit = variables.id("BITBUCKET_COMMIT");
    let (name, event) = match (variables.id("BITBUCKET_PR_DESTINATION_COMMIT"), variables.get("BITBUCKET_PR_DESTINATION_BRANCH")) {
        // The id is abbreviated at times; the branch is then what can be looked up.
        (Some(base), _) if matches!(base.len(), 40 | 64) => ("pull request", change(Base::Commit(base), commit)),
        (_, Some(target)) => ("pull request", change(Base::Target(target), commit)),
        _ => ("push", push(None, Branch { name: variables.get("BITBUCKET_BRANCH"), default: None }, commit)),
    };
    Request { provider: "Bitbucket", name: name.to_owned(), event, depth: "`clone: depth: full` in bitbucket-pipelines.yml" }
}

/// `https://learn.microsoft.com/en-us/azure/devops/pipelines/build/variables`
fn azure(variables: &Variables<'_>) -> Request {
    let name = variables.get("BUILD_REASON").unwrap_or_else(|| "Manual".to_owned());
    let version = variables.id("BUILD_SOURCEVERSION");
    let event = match (variables.get("SYSTEM_PULLREQUEST_TARGETBRANCH"), name.as_str()) {
        // The version is a merge commit that only the service makes; the source is what was pushed.
        (Some(target), _) => change(Base::Target(target), variables.id("SYSTEM_PULLREQUEST_SOURCECOMMITID").or(version)),
        (None, "IndividualCI" | "BatchedCI") => {
            let branch = variables.get("BUILD_SOURCEBRANCH").and_then(|name| name.strip_prefix("refs/heads/").map(str::to_owned));
            push(None, Branch { name: branch, default: None }, version)
        }
        _ => Event::Everything(version),
    };
    Request { provider: "Azure", name, event, depth: "`fetchDepth: 0` for the checkout step" }
}

/// `https://circleci.com/docs/reference/variables/`
fn circleci(variables: &Variables<'_>) -> Request {
    let branch = Branch { name: variables.get("CIRCLE_BRANCH"), default: None };
    let event = push(None, branch, variables.id("CIRCLE_SHA1"));
    Request { provider: "CircleCI", name: "push".to_owned(), event, depth: "`method: full` for the checkout step" }
}

/// `https://www.jenkins.io/doc/book/pipeline/jenkinsfile/` and the variables of its git plugin.
fn jenkins(variables: &Variables<'_>) -> Request {
    let commit = variables.id("GIT_COMMIT");
    let (name, event) = match (variables.get("CHANGE_TARGET"), variables.id("GIT_PREVIOUS_SUCCESSFUL_COMMIT")) {
        // Jenkins may have merged the target in already, which that base leaves out again.
        (Some(target), _) => ("change request", change(Base::Target(target), commit)),
        (None, Some(id)) => ("build", push(Some(id), Branch { name: jenkins_branch(variables), default: None }, commit)),
        (None, None) => ("first build", Event::Everything(commit)),
    };
    Request { provider: "Jenkins", name: name.to_owned(), event, depth: "no shallow clone in the job's git settings" }
}

fn jenkins_branch(variables: &Variables<'_>) -> Option<String> {
    let named = variables.get("BRANCH_NAME");
    named.or_else(|| variables.get("GIT_BRANCH").map(|name| name.strip_prefix("origin/").unwrap_or(&name).to_owned()))
}

/// `https://buildkite.com/docs/pipelines/configure/environment-variables`
fn buildkite(variables: &Variables<'_>) -> Request {
    let name = variables.get("BUILDKITE_SOURCE").unwrap_or_else(|| "webhook".to_owned());
    // Builds that nobody gave a commit are of `HEAD`.
    let commit = variables.id("BUILDKITE_COMMIT").filter(|id| id != "HEAD");
    let is_request = variables.get("BUILDKITE_PULL_REQUEST").is_some_and(|number| number != "false");
    let (name, event) = match (variables.get("BUILDKITE_PULL_REQUEST_BASE_BRANCH"), name.as_str()) {
        (Some(target), _) if is_request => ("pull request", change(Base::Target(target), commit)),
        (_, "webhook") => {
            let branch = variables.get("BUILDKITE_BRANCH").filter(|_| variables.get("BUILDKITE_TAG").is_none());
            ("push", push(None, Branch { name: branch, default: variables.get("BUILDKITE_PIPELINE_DEFAULT_BRANCH") }, commit))
        }
        (_, other) => (other, Event::Everything(commit)),
    };
    Request { provider: "Buildkite", name: name.to_owned(), event, depth: "no `--depth` in the flags for git clone and fetch" }
}

/// `https://docs.travis-ci.com/user/environment-variables/`
fn travis(variables: &Variables<'_>) -> Request {
    let name = variables.get("TRAVIS_EVENT_TYPE").unwrap_or_else(|| "push".to_owned());
    let commit = variables.id("TRAVIS_COMMIT");
    let event = match (name.as_str(), variables.get("TRAVIS_BRANCH")) {
        ("pull_request", Some(target)) => change(Base::Target(target), variables.id("TRAVIS_PULL_REQUEST_SHA").or(commit)),
        ("push", branch) => {
            // Of a new branch it is empty, or begins with the parent of a commit.
            let range = variables.get("TRAVIS_COMMIT_RANGE");
            let before = range.and_then(|range| range.split_once("..").map(|(before, _)| before.to_owned()));
            let before = before.filter(|id| id.bytes().all(|byte| byte.is_ascii_hexdigit()));
            let branch = branch.filter(|_| variables.get("TRAVIS_TAG").is_none());
            push(before, Branch { name: branch, default: None }, commit)
        }
        _ => Event::Everything(commit),
    };
    Request { provider: "Travis", name, event, depth: "`git: depth: false` in .travis.yml" }
}

/// `https://docs.drone.io/pipeline/environment/reference/`
fn drone(variables: &Variables<'_>) -> Request {
    let name = variables.get("DRONE_BUILD_EVENT").unwrap_or_else(|| "push".to_owned());
    let commit = variables.id("DRONE_COMMIT_SHA").or_else(|| variables.id("DRONE_COMMIT"));
    let branch = |name| Branch { name, default: variables.get("DRONE_REPO_BRANCH") };
    let event = match (name.as_str(), variables.get("DRONE_TARGET_BRANCH")) {
        ("pull_request", Some(target)) => change(Base::Target(target), commit),
        ("push", _) => push(variables.id("DRONE_COMMIT_BEFORE"), branch(variables.get("DRONE_BRANCH")), commit),
        ("tag", _) => push(None, branch(None), commit),
        _ => Event::Everything(commit),
    };
    Request { provider: "Drone", name, event, depth: "no `depth` in the pipeline's `clone`" }
}

/// `https://woodpecker-ci.org/docs/usage/environment`
fn woodpecker(variables: &Variables<'_>) -> Request {
    let name = variables.get("CI_PIPELINE_EVENT").unwrap_or_default();
    let commit = variables.id("CI_COMMIT_SHA");
    let branch = |name| Branch { name, default: variables.get("CI_REPO_DEFAULT_BRANCH") };
    let event = match (name.as_str(), variables.get("CI_COMMIT_TARGET_BRANCH")) {
        (name, Some(target)) if name.starts_with("pull_request") => change(Base::Target(target), commit),
        ("push", _) => {
            // The pipeline before may have been of a pull request, whose commits this push is the first to bring.
            let is_push = variables.get("CI_PREV_PIPELINE_EVENT").is_some_and(|event| event == "push");
            let is_same = variables.get("CI_PREV_COMMIT_BRANCH") == variables.get("CI_COMMIT_BRANCH");
            let before = variables.id("CI_PREV_COMMIT_SHA").filter(|_| is_push && is_same);
            push(before, branch(variables.get("CI_COMMIT_BRANCH")), commit)
        }
        ("tag" | "release", _) => push(None, branch(None), commit),
        _ => Event::Everything(commit),
    };
    Request { provider: "Woodpecker", name, event, depth: "`partial: false` for the clone step" }
}
