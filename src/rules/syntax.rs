//! L1: a rule file as it is written. The same types read the built-in `rules/*.yaml` (in `build.rs`) and
//! the user's own rules, so both accept exactly the same. `rules/README.md` explains every key.

use serde::{Deserialize, Serialize};

/// One rule file: a provider and its rules.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// Who issues the secrets ("GitHub"); "Generic" where nobody does.
    pub provider: String,
    /// Tags that every rule of the file has (`cloud`, `ai`, `payment`, …).
    #[serde(default)]
    pub tags: Vec<String>,
    /// What to do after a leak, the provider's own steps; a rule may say its own.
    #[serde(default)]
    pub remediation: Option<String>,
    /// The page on which such secrets are revoked; a rule may say its own.
    #[serde(default)]
    pub revoke: Option<String>,
    /// Documentation of the secret; a rule may say its own.
    #[serde(default)]
    pub docs: Option<String>,
    /// The rules.
    pub rules: Vec<RuleSyntax>,
}

/// One rule as it is written.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSyntax {
    /// Kebab-case, provider first, never reused for something else.
    pub id: String,
    /// What it is, without the provider's name ("personal access token").
    pub name: String,
    /// What somebody who finds it can do with it.
    #[serde(default)]
    pub description: Option<String>,
    /// Impact if the secret is real.
    pub severity: Severity,
    /// Chance that a match is real; default high.
    #[serde(default)]
    pub confidence: Option<Confidence>,
    /// `false`: compiled in, but off unless asked for by id, tag or `--rules all`.
    #[serde(default)]
    pub enabled: Option<bool>,

    /// The shape as a format (see `rules/README.md`): `ghp_{base62:36}`.
    #[serde(default)]
    pub format: Option<String>,
    /// The shape as a linear-time regex, where a format cannot say it. The group `secret` is what is reported.
    #[serde(default)]
    pub pattern: Option<String>,
    /// With `pattern`: the secret is a value that a person may have chosen (`password`), so what looks like a
    /// placeholder or a well-known weak password is none, or one that a machine made (`secret`), so that only what is
    /// random is sure. Without: a token, of which only end-to-end fakes are none.
    #[serde(default)]
    pub value: Option<ValueClass>,
    /// A URL with a password in it, by its schemes.
    #[serde(default)]
    pub url: Option<UrlSyntax>,
    /// A PEM-like block, by its label.
    #[serde(default)]
    pub pem: Option<String>,
    /// A value given to a name.
    #[serde(default)]
    pub assignment: Option<AssignmentSyntax>,

    /// Literals one of which every match holds. Derived from `format`, needed with `pattern`.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// Words one of which must stand near, ignoring case, because the shape alone says too little.
    #[serde(default)]
    pub context: Vec<String>,
    /// Name of an offline check of the secret (`rules/README.md` lists them).
    #[serde(default)]
    pub checksum: Option<String>,
    /// Least Shannon entropy of the secret's variable part, in bits per character.
    #[serde(default)]
    pub entropy: Option<f32>,
    /// Documented fake values. A list is one value cut in pieces, so that none stands here whole.
    #[serde(default)]
    pub placeholders: Vec<Pieces>,
    /// Rule ids without which this secret cannot be used.
    #[serde(default)]
    pub pairs_with: Vec<String>,
    /// Where the format tells: does it open the live system, a test system, or is it public by design?
    #[serde(default)]
    pub audience: Option<Audience>,
    /// See [`RuleFile::tags`]; added to these.
    #[serde(default)]
    pub tags: Vec<String>,
    /// See [`RuleFile::remediation`].
    #[serde(default)]
    pub remediation: Option<String>,
    /// See [`RuleFile::revoke`].
    #[serde(default)]
    pub revoke: Option<String>,
    /// See [`RuleFile::docs`].
    #[serde(default)]
    pub docs: Option<String>,
    /// Templates that must be found, in addition to the derived ones. `{secret}` is a value of the rule's format.
    #[serde(default)]
    pub examples: Vec<String>,
    /// Templates that must not be found, in addition to the derived ones.
    #[serde(default)]
    pub negatives: Vec<String>,
}

/// A value written whole or in pieces.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Pieces {
    /// The value.
    Whole(String),
    /// The value cut in pieces, to be joined with nothing between.
    Cut(Vec<String>),
}

impl Pieces {
    /// The value.
    #[must_use]
    pub fn join(&self) -> String {
        match self {
            Pieces::Whole(text) => text.clone(),
            Pieces::Cut(pieces) => pieces.concat(),
        }
    }
}

/// A URL with user info, by its schemes.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct UrlSyntax {
    /// Schemes in lower case, without `://`. Empty: every scheme that no other rule names.
    #[serde(default)]
    pub schemes: Vec<String>,
    /// Texts one of which the host must end with or, beginning with `:`, the port must be.
    #[serde(default)]
    pub hosts: Vec<String>,
}

/// A value given to a name: `DB_PASSWORD = "…"`, `password: …`, `--token …`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AssignmentSyntax {
    /// Parts one of which the name must hold, in lower case with `_` between words; `-`, `.`, camelCase and
    /// no separator at all count as the same.
    pub names: Vec<String>,
    /// How the value is judged; default `secret`.
    #[serde(default)]
    pub value: Option<ValueClass>,
}

/// How the value of an assignment is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValueClass {
    /// A machine-made value: long, high entropy.
    Secret,
    /// A value that a person may have chosen: 4 characters and more, no placeholder, no plain word.
    Password,
    /// Any literal that is not a placeholder: the name alone says that it is a secret.
    Any,
}

/// Impact if a secret is real.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Public by design, or no secret by itself.
    Info,
    /// Little to gain.
    Low,
    /// Limited access.
    Medium,
    /// Wide access to data or money.
    High,
    /// Control of an account, a cloud or a code base.
    Critical,
}

/// Chance that a match is a real secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Worth a look in an audit, too noisy to block.
    Low,
    /// Probably real.
    Medium,
    /// The format, a checksum or the structure says so.
    High,
}

/// For whom a secret opens something, where the format tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// The live system.
    Live,
    /// A test or sandbox system.
    Test,
    /// Public by design.
    Publishable,
}

impl Severity {
    /// The word in reports and configuration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }
}

impl Confidence {
    /// The word in reports and configuration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}
