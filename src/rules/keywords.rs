//! L1: the keywords and context words of a rule, derived from its shape and from what it names.

use super::format::{Format, Part};
use super::pattern::Pattern;
use super::rule::{LEAST_KEYWORD, Shape};
use super::syntax::RuleSyntax;
use serde::{Deserialize, Serialize};

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

/// Letters and digits of a name, those of ASCII in lower case: what is left when spelling conventions are taken away.
#[must_use]
pub fn squash(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_alphanumeric() || !c.is_ascii()).map(|c| c.to_ascii_lowercase()).collect()
}

/// The literals one of which every match of a rule holds or has near. None where the rule is `told` without.
///
/// # Errors
/// Where there is none, or one is too short.
pub(super) fn derive_keywords(shape: &Shape, syntax: &RuleSyntax, context: &[String], told: bool) -> Result<Vec<Keyword>, String> {
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
    if keywords.is_empty() && !told {
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
pub(super) fn context_words(words: &[String]) -> Vec<String> {
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

/// Words that end the name of a secret.
const KINDS: [&str; 12] = ["access", "api", "apikey", "auth", "client", "key", "oauth", "pass", "password", "pat", "secret", "token"];
/// First words of names that belong to no provider, or to the language as well.
#[rustfmt::skip]
const COMMON: [&str; 29] = [
    "access", "account", "acl", "api", "app", "application", "authentication", "batch", "bootstrap", "box", "channel", "consumer",
    "content", "encrypted", "exchange", "exponent", "front", "here", "language", "line", "news", "now", "pre", "private", "secret", "smtp",
    "storage", "tenant", "user",
];

/// The context words that are names of a provider's secret, each as its words, which count with others between them as
/// well: `acme_key` in `ACME_STAGING_KEY`. Not where the first word alone is context already.
pub(super) fn names_apart(context: &[String]) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = Vec::new();
    for word in context {
        let words: Vec<String> = word.split(['_', '-']).map(str::to_lowercase).collect();
        let is_plain = words.iter().all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        let (Some(first), Some(last)) = (words.first(), words.last()) else { continue };
        let is_name = is_plain && words.len() > 1 && first.len() >= LEAST_KEYWORD && KINDS.contains(&last.as_str());
        if is_name && !COMMON.contains(&first.as_str()) && !context.contains(first) && !all.contains(&words) {
            all.push(words);
        }
    }
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
        // Every URL begins with its scheme.
        let least = if heads.iter().any(|head| head.ends_with("://")) { LEAST_KEYWORD } else { usize::MAX };
        let shortest = heads.iter().map(String::len).min().unwrap_or(0).min(ENOUGH).min(least);
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

/// Every literal with which a match can begin, as far as it is fixed, at most 96 of them.
pub(crate) fn leading_literals(parts: &[Part]) -> Vec<Vec<u8>> {
    const MOST: usize = 96;
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
    use super::{Format, Place, context_words, format_keywords, names_apart, spellings};

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
    fn names_of_a_provider_count_with_words_between() {
        let apart = |words: &[&str]| names_apart(&words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>());
        assert_eq!(apart(&["acme_key", "acme-key", "acmekey", "acme.example"]), [["acme", "key"]]);
        assert!(apart(&["acme", "acme_key"]).is_empty(), "the first word is context by itself");
        assert!(apart(&["app_secret", "ac_key", "acme_stack", "acme_"]).is_empty());
    }

    #[test]
    fn names_have_several_spellings() {
        assert!(spellings(&["api_key".to_owned()]).contains(&"apikey".to_owned()));
    }
}
