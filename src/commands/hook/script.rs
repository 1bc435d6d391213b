//! L5: the text of hooks: POSIX shell, short enough to be read by whoever wonders what runs there.

use std::path::Path;

/// The line by which our hooks are known.
const MARKER: &str = "# Made by keyward: `keyward hook uninstall` takes it away and puts back what was there before.";

/// Hooks that a directory for all repositories would hide, those of a server too: it may be of the same user.
pub(super) const FORWARDED: [&str; 28] = [
    "applypatch-msg",
    "commit-msg",
    "fsmonitor-watchman",
    "p4-changelist",
    "p4-post-changelist",
    "p4-pre-submit",
    "p4-prepare-changelist",
    "post-applypatch",
    "post-checkout",
    "post-commit",
    "post-index-change",
    "post-merge",
    "post-receive",
    "post-rewrite",
    "post-update",
    "pre-applypatch",
    "pre-auto-gc",
    "pre-commit",
    "pre-merge-commit",
    "pre-push",
    "pre-rebase",
    "pre-receive",
    "prepare-commit-msg",
    "proc-receive",
    PUSH_TO_CHECKOUT,
    "reference-transaction",
    "sendemail-validate",
    "update",
];

/// The one hook that stands in the place of what git does without it.
const PUSH_TO_CHECKOUT: &str = "push-to-checkout";

/// Hooks that keyward can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Before a commit is made: what is staged.
    PreCommit,
    /// Before anything is pushed: what the remote does not have.
    PrePush,
}

impl Kind {
    pub(super) const ALL: [Kind; 2] = [Kind::PreCommit, Kind::PrePush];

    /// Git's name of it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::PreCommit => "pre-commit",
            Kind::PrePush => "pre-push",
        }
    }

    /// What it runs.
    pub(super) fn command(self) -> &'static str {
        match self {
            Kind::PreCommit => "keyward staged",
            Kind::PrePush => "keyward pre-push \"$@\"",
        }
    }
}

/// Whether a hook is ours.
pub(super) fn is_ours(script: &[u8]) -> bool {
    script.split(|byte| *byte == b'\n').take(3).any(|line| line.trim_ascii_end() == MARKER.as_bytes())
}

/// Whether a hook of ours runs keyward, and not only the hook of the repository.
pub(super) fn is_check(script: &[u8]) -> bool {
    script.split(|byte| *byte == b'\n').any(|line| line.starts_with(b"keyward="))
}

/// Whether a hook of ours is as it was made, and nobody has written into it.
pub(super) fn is_as_made(script: &[u8], name: &str) -> bool {
    let binary = script.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(b"keyward="));
    let of = |kind: Kind, binary: &[u8]| [false, true].iter().any(|&is_global| check_by(kind, binary, is_global) == script);
    match (Kind::ALL.into_iter().find(|kind| kind.name() == name), binary) {
        (Some(kind), Some(binary)) => of(kind, binary),
        _ => forward(name) == script,
    }
}

/// A hook that runs what was there before, then keyward, which is `binary` where it is not on the PATH.
pub(super) fn check(kind: Kind, binary: &Path, is_global: bool) -> Vec<u8> {
    check_by(kind, &quoted(binary), is_global)
}

/// The same, with the program as a word of the shell.
fn check_by(kind: Kind, binary: &[u8], is_global: bool) -> Vec<u8> {
    let chained = if is_global { format!("before=$0{}\n{OF_REPOSITORY}", super::BEFORE) } else { format!("before=$0{}\n", super::BEFORE) };
    let own = if is_global { &["before", "own"][..] } else { &["before"] };
    let mut script = format!("#!/bin/sh\n{MARKER}\n{chained}").into_bytes();
    script.extend_from_slice(b"keyward=");
    script.extend_from_slice(binary);
    script.extend_from_slice(FIND.as_bytes());
    match kind {
        Kind::PreCommit => {
            for name in own {
                script.extend(format!("if [ -x \"${name}\" ]; then \"${name}\" \"$@\" || exit; fi\n").bytes());
            }
            script.extend_from_slice(b"exec \"$keyward\" staged\n");
        }
        Kind::PrePush => {
            script.extend_from_slice(FEED.as_bytes());
            for name in own {
                script.extend(format!("if [ -x \"${name}\" ]; then feed | \"${name}\" \"$@\" || exit; fi\n").bytes());
            }
            script.extend_from_slice(b"feed | \"$keyward\" pre-push \"$@\"\n");
        }
    }
    script
}

/// A hook that only runs the one of the repository.
pub(super) fn forward(name: &str) -> Vec<u8> {
    let otherwise = if name == PUSH_TO_CHECKOUT { UPDATE } else { "" };
    format!("#!/bin/sh\n{MARKER}\n{OF_REPOSITORY}if [ -x \"$own\" ]; then exec \"$own\" \"$@\"; fi\n{otherwise}").into_bytes()
}

/// What git does where there is no hook: it updates a work tree in which nothing was changed.
const UPDATE: &str = r#"git update-index -q --ignore-submodules --refresh
head=$(git rev-parse --quiet --verify HEAD) || head=$(git hash-object -t tree --stdin </dev/null)
if git diff-files --quiet --ignore-submodules -- && git diff-index --quiet --cached --ignore-submodules "$head" --; then
  exec git read-tree -u -m "$head" "$1"
fi
echo "the work tree has changes that are not committed" >&2
exit 1
"#;

/// The hook of the repository itself, which one for all repositories hides.
const OF_REPOSITORY: &str = "own=$(git rev-parse --git-common-dir)/hooks/${0##*/}\n";

/// What is on the PATH goes first: the recorded path may be that of an older version, or gone.
const FIND: &str = r#"
if command -v keyward >/dev/null 2>&1; then
  keyward=keyward
elif [ ! -x "$keyward" ]; then
  echo "keyward: error: not found, so nothing was checked; install it, or run \`keyward hook uninstall\`" >&2
  exit 2
fi
"#;

/// Both hooks read the list of what is pushed.
const FEED: &str = r#"pushed=$(cat)
feed() { if [ -n "$pushed" ]; then printf '%s\n' "$pushed"; fi; }
"#;

/// A path as a word of the shell, which takes backslashes for slashes nowhere.
fn quoted(path: &Path) -> Vec<u8> {
    let mut word = vec![b'\''];
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'\'' => word.extend_from_slice(br"'\''"),
            b'\\' if cfg!(windows) => word.push(b'/'),
            byte => word.push(*byte),
        }
    }
    word.push(b'\'');
    word
}

#[cfg(test)]
mod tests {
    use super::{Kind, check, forward, is_as_made, is_check, is_ours, quoted};
    use std::path::Path;

    #[test]
    fn hooks_are_known_by_their_marker() {
        for script in
            [check(Kind::PreCommit, Path::new("/bin/keyward"), false), check(Kind::PrePush, Path::new("k"), true), forward("update")]
        {
            assert!(is_ours(&script));
        }
        assert!(!is_ours(b"#!/bin/sh\nkeyward staged\n"));
        let made = check(Kind::PreCommit, Path::new("/it's/keyward"), false);
        assert!(is_as_made(&made, "pre-commit") && is_as_made(&forward("update"), "update"));
        assert!(!is_as_made(&[&made[..], b"echo\n"].concat(), "pre-commit") && !is_as_made(&made, "pre-push"));
        assert!(!is_check(&forward("update")) && is_check(&check(Kind::PrePush, Path::new("k"), true)));
    }

    #[test]
    #[cfg(unix)]
    fn a_path_stays_one_word_of_the_shell() {
        assert_eq!(quoted(Path::new("/a b/it's/$(x)")), br"'/a b/it'\''s/$(x)'");
    }
}
