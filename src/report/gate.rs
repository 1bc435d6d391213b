//! L3: what a scan stands in the way of, and so what whoever is stopped has to do. Reports in the words of people differ by
//! it: a hook interrupts, so it is short; what was pushed is known to others; and not every place can accept a secret.

use super::view::Entry;

/// What a scan stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Gate {
    /// Nothing: somebody looks at what is there.
    #[default]
    None,
    /// A commit.
    Commit,
    /// A push, at the client.
    Push,
    /// A push, at the server.
    Server,
    /// A change that is pushed already, in a pipeline.
    Change,
}

impl Gate {
    /// Whether somebody is interrupted, who wants to know how to go on and not what there is to know.
    pub(super) fn is_hook(self) -> bool {
        matches!(self, Gate::Commit | Gate::Push | Gate::Server)
    }

    /// What to do, in lines of at most a hundred columns, each group of them a step.
    pub(super) fn steps(self) -> &'static [&'static [&'static str]] {
        const REVOKE: &[&str] = &[
            "if it ever left this machine, revoke it: removing it does not undo a leak",
            "(`keyward rules show RULE` says what it opens and how to replace it)",
        ];
        const REWRITE: &[&str] = &[
            "remove it, and use an environment variable or your secret manager; the commit that has it has to",
            "be made anew (`git commit --amend`, `git rebase -i`), since one on top does not take it out",
        ];
        match self {
            Gate::None => &[
                &["take the secret out of the code: read it from an environment variable or a secret manager"],
                &["revoke it if it was ever pushed, shared or logged: deleting the line does not undo a leak"],
                &["look through the provider's log for use that is not yours"],
            ],
            Gate::Commit => {
                &[&["remove it, and use an environment variable or your secret manager; then `git add` the file again"], REVOKE]
            }
            Gate::Push | Gate::Server => &[REWRITE, REVOKE],
            Gate::Change => &[
                &["revoke it: it was pushed, so others may have it, and removing it does not undo that"],
                REWRITE,
                &["look through the provider's log for use that is not yours"],
            ],
        }
    }

    /// How to have the finding accepted where it is no secret, one line each; `code` marks what is to be typed.
    pub(super) fn acceptance(self, entry: &Entry<'_>, code: impl Fn(&str) -> String) -> Vec<String> {
        let comment = format!("put {} into a comment on the line", code(&format!("keyward:allow {}", entry.rule.id)));
        let command = code(&format!("keyward allow {}", entry.fingerprint));
        match self {
            Gate::None | Gate::Commit if entry.has_line() => vec![format!("{comment},"), format!("or run {command}")],
            Gate::None | Gate::Commit | Gate::Push => vec![format!("run {command}")],
            Gate::Server => vec![format!("run {command},"), "and push that by itself first: what HEAD says counts here".to_owned()],
            Gate::Change if !entry.has_line() => vec![format!("run {command}, which counts once it is in the base")],
            Gate::Change => {
                vec![
                    format!("{comment}, in the commit that brings it in,"),
                    format!("or run {command}, which counts once it is in the base"),
                ]
            }
        }
    }
}
