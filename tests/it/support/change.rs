//! A change as a pipeline sees it: a clone, and what providers say of the event.

use super::repo::Repo;
use serde_json::{Value, json};

/// What stands for "nothing there" among ids.
pub(crate) const ZERO: &str = "0000000000000000000000000000000000000000";

/// A clone as `actions/checkout` leaves it with `fetch-depth: 0`: `main` with an old leak in `old.sh`, and HEAD at
/// `feature` with a new one in `new.sh`. `origin` has both.
pub(crate) struct Change {
    pub(crate) repo: Repo,
    pub(crate) base: String,
    pub(crate) head: String,
}

impl Change {
    /// With the leaks of seeds 1 and 2.
    pub(crate) fn of(leak: fn(u64) -> String) -> Self {
        let repo = Repo::init();
        let base = repo.commit_file("old.sh", leak(1));
        repo.git(&["switch", "--quiet", "-c", "feature"]);
        let head = repo.commit_file("new.sh", leak(2));
        repo.git(&["update-ref", "refs/remotes/origin/main", &base]);
        repo.git(&["update-ref", "refs/remotes/origin/feature", &head]);
        repo.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
        Change { repo, base, head }
    }

    /// `BASE..HEAD`.
    pub(crate) fn range(&self) -> String {
        format!("{}..{}", self.base, self.head)
    }

    /// GitHub's payload of a push to `reference` that was at `before`.
    pub(crate) fn push(&self, before: &str, reference: &str) -> Value {
        json!({"before": before, "after": self.head, "ref": reference, "repository": {"default_branch": "main"}})
    }

    /// GitHub's payload of a pull request.
    pub(crate) fn pull_request(&self) -> Value {
        json!({"action": "opened", "pull_request": {"base": {"sha": self.base, "ref": "main"}, "head": {"sha": self.head, "ref": "feature"}}})
    }

    /// GitHub's payload of a merge queue.
    pub(crate) fn merge_group(&self) -> Value {
        json!({"merge_group": {"base_sha": self.base, "head_sha": self.head}})
    }

    /// Writes a payload; the variables that name event and file.
    pub(crate) fn event(repo: &Repo, name: &str, payload: &Value) -> [(String, String); 2] {
        let path = repo.beside("event.json");
        std::fs::write(&path, payload.to_string()).unwrap();
        [("GITHUB_EVENT_NAME".to_owned(), name.to_owned()), ("GITHUB_EVENT_PATH".to_owned(), path.display().to_string())]
    }
}
