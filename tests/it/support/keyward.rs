//! Runs the binary in a scrubbed environment, with one rule of its own, so that tests do not depend on the built-in set.

use std::path::Path;
use std::process::{Command, Stdio};

/// A rule file with the one rule `acme-token`: `acme_` and 24 letters and digits.
pub(crate) const RULES: &str = "\
provider: Acme
tags: [acme]
rules:
  - id: acme-token
    name: token
    severity: high
    description: It opens every door.
    format: acme_{base62:24}
";

/// What a run of the binary came to.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A run of the binary that is being prepared.
pub(crate) struct Keyward {
    home: tempfile::TempDir,
    command: Command,
    input: Option<Vec<u8>>,
}

/// A secret of `acme-token`, another for each seed.
pub(crate) fn token(seed: u64) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d;
    let mut text = String::from("acme_");
    for _ in 0..24 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        text.push(char::from(ALPHABET[usize::try_from(state >> 33).unwrap() % ALPHABET.len()]));
    }
    text
}

/// A secret of a built-in rule, another for each seed.
pub(crate) fn builtin_secret(rule: &str, seed: u64) -> String {
    let rules = keyward::rules::builtin::builtin();
    let secret = keyward::engine::sample::secret(rules.get(rule).expect("a built-in rule"), seed).expect("its format gives samples");
    String::from_utf8(secret).unwrap()
}

/// A line with a secret of the rule `github-pat-classic`, for runs that cannot be given [`RULES`].
pub(crate) fn builtin_leak(seed: u64) -> String {
    format!("export GITHUB_TOKEN={}\n", builtin_secret("github-pat-classic", seed))
}

/// The binary, to be run in `dir`.
pub(crate) fn keyward<const N: usize>(dir: &Path, args: [&str; N]) -> Keyward {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyward"));
    // Nothing of the caller's environment: no CI, NO_COLOR, GITHUB_*, KEYWARD_* or GIT_*.
    command.env_clear().envs(std::env::vars_os().filter(|(name, _)| name == "PATH" || name == "SystemRoot"));
    command
        .env("HOME", home.path())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CEILING_DIRECTORIES", "/tmp");
    command.current_dir(dir).args(args);
    Keyward { home, command, input: None }
}

impl Keyward {
    /// Adds [`RULES`], and leaves the built-in rules off.
    pub(crate) fn acme(mut self) -> Self {
        let path = self.home.path().join("acme.yaml");
        std::fs::write(&path, RULES).unwrap();
        self.command.arg("--rule-file").arg(path).args(["--disable", "all", "--rules", "acme-token"]);
        self
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn stdin(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = Some(input.into());
        self
    }

    pub(crate) fn run(mut self) -> Run {
        use std::io::Write as _;
        self.command.stdin(if self.input.is_some() { Stdio::piped() } else { Stdio::null() });
        let mut child = self.command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        if let (Some(mut stdin), Some(input)) = (child.stdin.take(), self.input.take()) {
            // The binary may end before it has read everything.
            std::thread::spawn(move || drop(stdin.write_all(&input)));
        }
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).expect("all output is UTF-8");
        Run { status: output.status.code().expect("not killed"), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

impl Run {
    /// Checks the exit status; shows everything where it is another.
    #[track_caller]
    pub(crate) fn expect(self, status: i32) -> Self {
        assert_eq!(self.status, status, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Checks for a failure that says exactly this on standard error, and nothing on standard output.
    #[track_caller]
    pub(crate) fn fails_with(self, message: &str) {
        let run = self.expect(2);
        assert_eq!((run.stderr.trim_end(), run.stdout.as_str()), (message, ""));
    }
}
