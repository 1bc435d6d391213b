//! L1: a rule as the detector runs it, compiled from [`RuleSyntax`].
//!
//! Everything that can be derived is derived here, in `build.rs` for the built-in rules: keywords, where a
//! match begins relative to its keyword, and the reach.

use super::about::About;
use super::check::{Check, Strength};
use super::format::Format;
use super::gate::Gate;
pub use super::keywords::{Keyword, Place};
use super::keywords::{context_words, derive_keywords, names_apart, squash};
use super::lazy::Lazy;
use super::pattern::Pattern;
use super::plan::Plan;
use super::syntax::{Audience, Confidence, RuleFile, RuleSyntax, Severity, ValueClass};
use serde::{Deserialize, Serialize};
use std::ops::Deref;

/// How far before or behind a token its context words may stand, in bytes.
pub const CONTEXT_REACH: usize = 256;
/// The longest match that a pattern may have, in bytes.
pub const PATTERN_REACH: usize = 4096;
/// How far a private key block can reach behind its first line, in bytes.
pub const PEM_REACH: usize = 32 * 1024;
/// How far an assignment can reach from its name, in bytes.
pub const ASSIGNMENT_REACH: usize = 1024;
/// How far from each other the parts of one secret may stand, in bytes between them.
pub const PAIR_REACH: usize = 512;
/// The shortest literal that is selective enough to gate a rule, in bytes.
pub const LEAST_KEYWORD: usize = 3;

/// A rule as the detector runs it. What it looks for and what it says stand in its [`Details`], whose fields are reached
/// as if they were its own.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Rule {
    /// Kebab-case, provider first.
    pub id: String,
    /// Whether the rule runs unless the user says otherwise.
    pub enabled: bool,
    /// Rules without whose secret this one cannot be used.
    pub pairs_with: Vec<String>,
    details: Lazy<Details>,
}

/// What a rule looks for and what it says.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Details {
    /// Impact if the secret is real.
    pub severity: Severity,
    /// Chance that a match is real.
    pub confidence: Confidence,
    /// For whom the secret opens something, where the format tells.
    pub audience: Option<Audience>,
    /// What a match looks like.
    #[doc(hidden)]
    pub shape: Shape,
    /// How the matches of a format are found; [`Plan::Keywords`] for the other shapes.
    #[doc(hidden)]
    pub plan: Plan,
    /// Equal for rules of the same format, which match in the same places; 0 for the other shapes.
    #[doc(hidden)]
    pub format_key: u64,
    /// Literals one of which every match holds or has near. Empty only where length and check tell a format.
    #[doc(hidden)]
    pub keywords: Vec<Keyword>,
    /// Words one of which must stand near, in lower case. Empty: none needed.
    pub context: Vec<String>,
    /// Names among the context words that count with other words between theirs, each as its words.
    #[doc(hidden)]
    pub apart: Vec<Vec<String>>,
    /// Offline check of the secret.
    #[doc(hidden)]
    pub check: Option<Check>,
    /// Least Shannon entropy of the secret, in bits per character; 0 for none.
    pub entropy: f32,
    about: Lazy<About>,
}

impl Deref for Rule {
    type Target = Details;

    #[inline]
    fn deref(&self) -> &Details {
        &self.details
    }
}

/// What a match looks like.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Shape {
    /// A token with a shape of its own.
    Format(Format),
    /// A linear-time regex.
    Pattern {
        /// The regex; the group `secret`, or the whole match, is the secret.
        regex: String,
        /// The longest match, in bytes.
        longest: u32,
        /// How the secret is judged as a value; `None` for a token.
        value: Option<ValueClass>,
        /// What stands at a keyword that is worth a search.
        #[doc(hidden)]
        gate: Gate,
    },
    /// A URL with a password.
    Url {
        /// Schemes in lower case; empty for all that no other rule names.
        schemes: Vec<String>,
        /// Host endings or `:port`, one of which is needed; empty for any.
        hosts: Vec<String>,
    },
    /// A PEM-like block with this label.
    Pem(String),
    /// A value given to a name.
    Assignment {
        /// Parts one of which the name must hold, lower case, letters and digits only.
        names: Vec<String>,
        /// How the value is judged.
        value: ValueClass,
    },
}

/// What is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("rule `{rule}`: {field}: {what}")]
pub struct RuleError {
    /// Id of the rule.
    pub rule: String,
    /// Key of the rule file at which the problem stands.
    pub field: &'static str,
    /// What is wrong, and what would be right.
    pub what: String,
}

impl Rule {
    /// Compiles the rule at `index` of a file.
    ///
    /// # Errors
    /// The first problem found in it.
    pub fn compile(file: &RuleFile, syntax: &RuleSyntax) -> Result<Rule, RuleError> {
        let fail = |field: &'static str, what: String| RuleError { rule: syntax.id.clone(), field, what };
        check_id(&syntax.id).map_err(|what| fail("id", what))?;
        let shape = compile_shape(syntax).map_err(|(field, what)| fail(field, what))?;
        let context = context_words(&syntax.context);
        let check = syntax.checksum.as_deref().map(Check::parse).transpose().map_err(|what| fail("checksum", what))?;
        let plan = if let Shape::Format(format) = &shape { Plan::of(format) } else { Plan::Keywords };
        // What has the length is few, and of that the check lets through what the rule means.
        let told = matches!(plan, Plan::Length(_)) && check.is_some_and(|check| check.strength() == Strength::Refutes);
        let keywords = derive_keywords(&shape, syntax, &context, told).map_err(|what| fail("keywords", what))?;
        let details = Details {
            severity: syntax.severity,
            confidence: syntax.confidence.unwrap_or(Confidence::High),
            audience: syntax.audience,
            shape,
            plan,
            format_key: syntax.format.as_deref().map_or(0, text_key),
            keywords,
            apart: names_apart(&context),
            context,
            check,
            entropy: syntax.entropy.unwrap_or(0.0),
            about: about(file, syntax).into(),
        };
        Ok(Rule {
            id: syntax.id.clone(),
            enabled: syntax.enabled.unwrap_or(true),
            pairs_with: syntax.pairs_with.clone(),
            details: details.into(),
        })
    }

    /// What it says to people.
    #[must_use]
    pub fn about(&self) -> &About {
        &self.about
    }

    /// Provider and name as one phrase: "GitHub personal access token", "RSA private key". A word that ends the one and
    /// begins the other is said once: "Odds API key".
    #[must_use]
    pub fn title(&self) -> String {
        // Headings for what nobody issues; the names say it all.
        const HEADINGS: [&str; 7] =
            ["Cryptocurrency wallets", "Custom", "Databases", "Generic", "OpenAI-compatible services", "Password hashes", "Private keys"];
        let About { provider, name, .. } = self.about();
        if HEADINGS.contains(&provider.as_str()) {
            return name.clone();
        }
        let (first, rest) = name.split_once(' ').unwrap_or((name, ""));
        let is_said = !rest.is_empty() && provider.rsplit(' ').next().is_some_and(|last| last.eq_ignore_ascii_case(first));
        format!("{provider} {}", if is_said { rest } else { name })
    }

    /// How many bytes before the keyword and behind its end can change the rule's verdict.
    #[must_use]
    pub fn reach(&self) -> (usize, usize) {
        // One byte on each side for boundaries, and up to six for an escape such as \u003d before the token.
        const BOUNDARY: usize = 8;
        let near = if self.context.is_empty() { 0 } else { CONTEXT_REACH };
        let length = match &self.shape {
            Shape::Format(format) => format.length().1,
            Shape::Pattern { longest, .. } => *longest as usize,
            Shape::Url { .. } => 1024,
            Shape::Pem(_) => PEM_REACH,
            Shape::Assignment { .. } => ASSIGNMENT_REACH,
        };
        let before = self.keywords.iter().map(|keyword| match keyword.place {
            Place::Inside { max, .. } => max as usize,
            Place::Near => length + CONTEXT_REACH,
        });
        (before.max().unwrap_or(0) + near + BOUNDARY, length + near + BOUNDARY)
    }
}

/// What a rule says to people: its own words, or those that its file has for all its rules.
fn about(file: &RuleFile, syntax: &RuleSyntax) -> About {
    let mut tags: Vec<String> = file.tags.iter().chain(&syntax.tags).cloned().collect();
    tags.sort_unstable();
    tags.dedup();
    let or_file = |own: &Option<String>, shared: &Option<String>| own.clone().or_else(|| shared.clone());
    About {
        provider: file.provider.clone(),
        name: syntax.name.clone(),
        description: syntax.description.clone().unwrap_or_default(),
        remediation: or_file(&syntax.remediation, &file.remediation).unwrap_or_default(),
        revoke: or_file(&syntax.revoke, &file.revoke),
        docs: or_file(&syntax.docs, &file.docs),
        tags,
        placeholders: syntax.placeholders.iter().map(super::syntax::Pieces::join).collect(),
        examples: syntax.examples.clone(),
        negatives: syntax.negatives.clone(),
    }
}

fn check_id(id: &str) -> Result<(), String> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if id.is_empty() || !id.bytes().all(fits) || id.starts_with('-') || id.ends_with('-') || id.contains("--") {
        return Err(format!("`{id}` is not kebab-case (a-z, 0-9 and single dashes)"));
    }
    Ok(())
}

fn compile_shape(syntax: &RuleSyntax) -> Result<Shape, (&'static str, String)> {
    let given =
        [syntax.format.is_some(), syntax.pattern.is_some(), syntax.url.is_some(), syntax.pem.is_some(), syntax.assignment.is_some()];
    if given.iter().filter(|&&is| is).count() != 1 {
        return Err(("format", "exactly one of format, pattern, url, pem and assignment is needed".to_owned()));
    }
    if syntax.value.is_some() && syntax.pattern.is_none() {
        return Err(("value", "this key belongs to `pattern`; `assignment` has its own".to_owned()));
    }
    if let Some(text) = &syntax.format {
        return Format::parse(text).map(Shape::Format).map_err(|what| ("format", what));
    }
    if let Some(text) = &syntax.pattern {
        let pattern = Pattern::parse(text).map_err(|what| ("pattern", what))?;
        if syntax.value == Some(ValueClass::Any) {
            return Err(("value", "a pattern knows only `password` and `secret`; leave the key out for tokens".to_owned()));
        }
        let gate = pattern.gate(&syntax.keywords);
        return Ok(Shape::Pattern { regex: text.clone(), longest: pattern.longest, value: syntax.value, gate });
    }
    if let Some(url) = &syntax.url {
        return Ok(Shape::Url { schemes: url.schemes.clone(), hosts: url.hosts.clone() });
    }
    if let Some(label) = &syntax.pem {
        return Ok(Shape::Pem(label.clone()));
    }
    let assignment = syntax.assignment.as_ref().expect("one of the five is given");
    if assignment.names.is_empty() {
        return Err(("assignment", "`names` is empty".to_owned()));
    }
    let names = assignment.names.iter().map(|name| squash(name)).collect();
    Ok(Shape::Assignment { names, value: assignment.value.unwrap_or(ValueClass::Secret) })
}

/// FNV-1a (<http://www.isthe.com/chongo/tech/comp/fnv/>) of a text.
fn text_key(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |key, byte| (key ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
