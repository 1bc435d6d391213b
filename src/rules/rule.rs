//! L1: a rule as the detector runs it, compiled from [`RuleSyntax`].
//!
//! Everything that can be derived is derived here, in `build.rs` for the built-in rules: keywords, where a
//! match begins relative to its keyword, and the reach.

use super::check::Check;
use super::format::{Format, Part};
use super::gate::Gate;
use super::pattern::Pattern;
use super::plan::Plan;
use super::syntax::{Audience, Confidence, RuleFile, RuleSyntax, Severity, ValueClass};
use serde::{Deserialize, Serialize};

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

/// A rule as the detector runs it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rule {
    /// Kebab-case, provider first.
    pub id: String,
    /// Who issues the secret.
    pub provider: String,
    /// What it is, without the provider's name.
    pub name: String,
    /// What somebody who finds it can do with it.
    pub description: String,
    /// What to do after a leak.
    pub remediation: String,
    /// Where such secrets are revoked.
    pub revoke: Option<String>,
    /// Documentation of the secret.
    pub docs: Option<String>,
    /// Tags, sorted.
    pub tags: Vec<String>,
    /// Impact if the secret is real.
    pub severity: Severity,
    /// Chance that a match is real.
    pub confidence: Confidence,
    /// Whether the rule runs unless the user says otherwise.
    pub enabled: bool,
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
    /// Literals one of which every match holds or has near. Never empty.
    #[doc(hidden)]
    pub keywords: Vec<Keyword>,
    /// Words one of which must stand near, in lower case. Empty: none needed.
    pub context: Vec<String>,
    /// Offline check of the secret.
    #[doc(hidden)]
    pub check: Option<Check>,
    /// Least Shannon entropy of the secret, in bits per character; 0 for none.
    pub entropy: f32,
    /// Documented fake values.
    pub placeholders: Vec<String>,
    /// Rules without whose secret this one cannot be used.
    pub pairs_with: Vec<String>,
    /// Templates that must be found.
    pub examples: Vec<String>,
    /// Templates that must not be found.
    pub negatives: Vec<String>,
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

/// A literal that gates a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keyword {
    /// The literal in lower case; the prefilter ignores case.
    pub text: String,
    /// How the literal stands to the match.
    pub place: Place,
}

/// How a keyword stands to the match that it announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// Inside the match, this many bytes behind its first byte.
    Inside {
        /// Least distance.
        min: u32,
        /// Greatest distance.
        max: u32,
    },
    /// Near the match: a context word or a part of the name.
    Near,
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
        let keywords = derive_keywords(&shape, syntax, &context).map_err(|what| fail("keywords", what))?;
        let check = syntax.checksum.as_deref().map(Check::parse).transpose().map_err(|what| fail("checksum", what))?;
        let mut tags: Vec<String> = file.tags.iter().chain(&syntax.tags).cloned().collect();
        tags.sort_unstable();
        tags.dedup();
        let or_file = |own: &Option<String>, shared: &Option<String>| own.clone().or_else(|| shared.clone());
        let plan = if let Shape::Format(format) = &shape { Plan::of(format) } else { Plan::Keywords };
        Ok(Rule {
            id: syntax.id.clone(),
            provider: file.provider.clone(),
            name: syntax.name.clone(),
            description: syntax.description.clone().unwrap_or_default(),
            remediation: or_file(&syntax.remediation, &file.remediation).unwrap_or_default(),
            revoke: or_file(&syntax.revoke, &file.revoke),
            docs: or_file(&syntax.docs, &file.docs),
            tags,
            severity: syntax.severity,
            confidence: syntax.confidence.unwrap_or(Confidence::High),
            enabled: syntax.enabled.unwrap_or(true),
            audience: syntax.audience,
            shape,
            plan,
            format_key: syntax.format.as_deref().map_or(0, text_key),
            keywords,
            context,
            check,
            entropy: syntax.entropy.unwrap_or(0.0),
            placeholders: syntax.placeholders.iter().map(super::syntax::Pieces::join).collect(),
            pairs_with: syntax.pairs_with.clone(),
            examples: syntax.examples.clone(),
            negatives: syntax.negatives.clone(),
        })
    }

    /// Provider and name as one phrase: "GitHub personal access token", "RSA private key".
    #[must_use]
    pub fn title(&self) -> String {
        // Headings for what nobody issues; the names say it all.
        const HEADINGS: [&str; 6] =
            ["Cryptocurrency wallets", "Databases", "Generic", "OpenAI-compatible services", "Password hashes", "Private keys"];
        if HEADINGS.contains(&self.provider.as_str()) { self.name.clone() } else { format!("{} {}", self.provider, self.name) }
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

/// Letters and digits of a name, those of ASCII in lower case: what is left when spelling conventions are taken away.
#[must_use]
pub fn squash(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_alphanumeric() || !c.is_ascii()).map(|c| c.to_ascii_lowercase()).collect()
}

fn derive_keywords(shape: &Shape, syntax: &RuleSyntax, context: &[String]) -> Result<Vec<Keyword>, String> {
    let near = |words: &[String]| words.iter().map(|word| Keyword { text: word.to_lowercase(), place: Place::Near }).collect::<Vec<_>>();
    let inside = |text: &str, min, max| Keyword { text: text.to_lowercase(), place: Place::Inside { min, max } };
    let keywords = match shape {
        Shape::Format(format) if syntax.keywords.is_empty() => format_keywords(format).unwrap_or_else(|| near(context)),
        Shape::Url { schemes, .. } if !schemes.is_empty() => schemes.iter().map(|scheme| inside(&format!("{scheme}://"), 0, 0)).collect(),
        Shape::Url { .. } => vec![inside("://", 1, 32)],
        Shape::Pem(label) => vec![inside(&format!("BEGIN {label}"), 2, 8)],
        Shape::Assignment { .. } if syntax.keywords.is_empty() => {
            let names = syntax.assignment.as_ref().map(|assignment| &assignment.names[..]).unwrap_or_default();
            spellings(names).iter().map(|name| Keyword { text: name.clone(), place: Place::Near }).collect()
        }
        Shape::Pattern { regex, longest, .. } => {
            let (min, max) = Pattern::parse(regex)?.place_of(&syntax.keywords).unwrap_or((0, *longest));
            syntax.keywords.iter().map(|word| inside(word, min, max)).collect()
        }
        Shape::Format(_) | Shape::Assignment { .. } => near(&syntax.keywords),
    };
    if keywords.is_empty() {
        return Err(format!("nothing gates the rule: give `context` or a literal of at least {LEAST_KEYWORD} characters"));
    }
    if let Some(short) = keywords.iter().find(|keyword| keyword.text.len() < LEAST_KEYWORD) {
        return Err(format!("`{}` is shorter than {LEAST_KEYWORD} characters", short.text));
    }
    Ok(keywords)
}

/// The ways in which a name of several words is written: `api_key`, `api-key`, `api.key`, `api key`, `apikey`.
fn spellings(names: &[String]) -> Vec<String> {
    let mut all = Vec::new();
    for name in names {
        let words: Vec<String> = name.split('_').map(str::to_ascii_lowercase).collect();
        if words.len() == 1 {
            all.push(words[0].clone());
        } else {
            all.extend(["_", "-", ".", " ", ""].iter().map(|separator| words.join(separator)));
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// Context words in lower case, and where one is a name of several words, as every convention writes it: `acme_key`,
/// `acme-key`, `acmeKey`. What begins or ends with a separator needs one there.
fn context_words(words: &[String]) -> Vec<String> {
    let separates = |c: char| matches!(c, '_' | '-');
    let mut all: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    for word in words.iter().map(|word| word.to_lowercase()) {
        let is_name = word.chars().all(|c| c.is_ascii_alphanumeric() || separates(c)) && !word.starts_with("--");
        if !is_name || !word.contains(separates) {
            continue;
        }
        let mut spellings = vec![word.replace(separates, "_"), word.replace(separates, "-")];
        if !word.starts_with(separates) && !word.ends_with(separates) {
            spellings.push(word.replace(separates, ""));
        }
        all.extend(spellings);
    }
    let mut known = std::collections::HashSet::new();
    all.retain(|word| known.insert(word.clone()));
    all
}

/// The keywords of a format: the literals with which it begins or, where those say too little, the ones
/// with which some later part of it begins. `None` where all are too short.
fn format_keywords(format: &Format) -> Option<Vec<Keyword>> {
    // Beyond this length a longer literal hardly gates better.
    const ENOUGH: usize = 6;
    let mut best: Option<(usize, Vec<String>, usize)> = None;
    for index in 0..format.parts.len() {
        let heads = lower_heads(&format.parts[index..]);
        let shortest = heads.iter().map(String::len).min().unwrap_or(0).min(ENOUGH);
        let better = best.as_ref().is_none_or(|(least, texts, _)| (shortest, texts.len()) > (*least, heads.len()));
        if shortest >= LEAST_KEYWORD && better {
            best = Some((shortest, heads, index));
        }
    }
    let (_, heads, index) = best?;
    let (min, max) = Format { parts: format.parts[..index].to_vec() }.length();
    let place = Place::Inside { min: u32::try_from(min).ok()?, max: u32::try_from(max).ok()? };
    Some(heads.into_iter().map(|text| Keyword { text, place }).collect())
}

/// [`leading_literals`] in lower case, sorted, each once.
fn lower_heads(parts: &[Part]) -> Vec<String> {
    let mut heads: Vec<String> = leading_literals(parts).iter().map(|head| String::from_utf8_lossy(head).to_lowercase()).collect();
    heads.sort_unstable();
    heads.dedup();
    heads
}

/// Every literal with which a match can begin, as far as it is fixed, at most 64 of them.
pub(crate) fn leading_literals(parts: &[Part]) -> Vec<Vec<u8>> {
    const MOST: usize = 64;
    let mut heads: Vec<Vec<u8>> = vec![Vec::new()];
    for part in parts {
        let too_short = heads.iter().any(|head| head.len() < LEAST_KEYWORD);
        let (next, goes_on) = match part {
            Part::Literal(bytes) => (vec![bytes.clone()], true),
            Part::Group { choices, optional } => {
                let fixed = choices.iter().all(|choice| choice.iter().all(|part| matches!(part, Part::Literal(_))));
                let mut next: Vec<Vec<u8>> = choices.iter().flat_map(|choice| leading_literals(choice)).collect();
                if *optional {
                    next.push(Vec::new());
                }
                (next, fixed)
            }
            // The first character of a run stands for a literal where that is what a keyword lacks.
            Part::Run(run) if too_short && run.min > 0 => (run.set.iter().map(|byte| vec![byte]).collect(), run.max == 1),
            Part::Run(_) => break,
        };
        if heads.len() * next.len() > MOST {
            break;
        }
        heads = heads.iter().flat_map(|head| next.iter().map(|tail| [&head[..], tail].concat())).collect();
        if !goes_on {
            break;
        }
    }
    heads
}

#[cfg(test)]
mod tests {
    use super::{Format, Place, context_words, format_keywords, spellings};

    fn keywords(format: &str) -> Option<Vec<(String, Place)>> {
        let format = Format::parse(format).expect("a valid format");
        format_keywords(&format).map(|all| all.into_iter().map(|keyword| (keyword.text, keyword.place)).collect())
    }

    #[test]
    fn the_leading_literal_is_the_keyword() {
        let start = Place::Inside { min: 0, max: 0 };
        assert_eq!(keywords("ghp_{base62:36}"), Some(vec![("ghp_".into(), start)]));
        assert_eq!(keywords("gh(p|o)_{base62:36}"), Some(vec![("gho_".into(), start), ("ghp_".into(), start)]));
    }

    #[test]
    fn a_literal_inside_is_used_when_none_leads() {
        assert_eq!(keywords("{hex:32}-us{digits:1..2}"), Some(vec![("-us".into(), Place::Inside { min: 32, max: 32 })]));
        assert_eq!(keywords("{hex:32}"), None);
        let behind = |text: &str| (text.to_owned(), Place::Inside { min: 3, max: 3 });
        assert_eq!(keywords("{base62:3}(7Q~|8Q~){base62:31}"), Some(vec![behind("7q~"), behind("8q~")]));
    }

    #[test]
    fn a_later_literal_that_says_more_is_preferred() {
        assert_eq!(keywords("sk-{hex:20}T3Blb{hex:20}"), Some(vec![("t3blb".into(), Place::Inside { min: 23, max: 23 })]));
    }

    #[test]
    fn one_character_of_a_run_completes_a_short_literal() {
        let texts = |format: &str| keywords(format).map(|all| all.into_iter().map(|(text, _)| text).collect::<Vec<_>>());
        assert_eq!(texts("SK{hex:32}").expect("sixteen keywords").len(), 16);
        assert_eq!(texts("y{digits:1}_{hex:9}").expect("ten keywords")[..2], ["y0_".to_owned(), "y1_".to_owned()]);
        assert_eq!(texts("S{base62:32}"), None);
    }

    #[test]
    fn context_words_are_known_in_every_convention() {
        let words = |text: &str| context_words(&[text.to_owned()]);
        assert_eq!(words("Acme_Key"), ["acme_key", "acme-key", "acmekey"]);
        assert_eq!(words("acme-"), ["acme-", "acme_"]);
        assert_eq!(words("acme.example"), ["acme.example"]);
    }

    #[test]
    fn names_have_several_spellings() {
        assert!(spellings(&["api_key".to_owned()]).contains(&"apikey".to_owned()));
    }
}
