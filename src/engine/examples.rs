//! L2: examples of a rule, derived from its shape: texts in which it must be found, and texts in which it must
//! not. Rules add their own as templates. Run by the tests for the built-in rules, and by `keyward rules check`.

use super::assignment;
use super::sample::{self, Random};
use crate::rules::alphabet::ByteSet;
use crate::rules::format::Part;
use crate::rules::{Rule, Shape};

/// A text and the secret that must be found in it.
#[derive(Debug, Clone)]
pub struct Example {
    /// The text.
    pub text: Vec<u8>,
    /// The secret inside it.
    pub secret: Vec<u8>,
}

/// Real-life forms in which a value stands. `{name}` is a name that suits the rule, `{secret}` the value.
const FORMS: &[&str] = &[
    "{name}={secret}\n",
    "export {name}=\"{secret}\"\n",
    "const {name} = '{secret}';\n",
    "{\n  \"{name}\": \"{secret}\"\n}\n",
    "{name}: {secret}\n",
    "  {name} = \"{secret}\"\r\n",
    "<add key=\"{name}\" value=\"{secret}\" />\n",
    "variable \"{name}\" {\n  default = \"{secret}\"\n}\n",
    "{\"{name}\":\"{secret}\",\"other\":1}",
    "    String {name} = \"{secret}\";\n",
];

/// How many matches of a pattern are tried.
const PATTERN_SAMPLES: u64 = 6;

/// Texts in which the rule must be found.
#[must_use]
pub fn positives(rule: &Rule) -> Vec<Example> {
    let name = name_for(rule);
    let mut examples = Vec::new();
    let forms: &[&str] = if takes_name(rule) { FORMS } else { &FORMS[..0] };
    for (seed, form) in forms.iter().enumerate() {
        let Some(secret) = sample::secret(rule, seed as u64) else { break };
        examples.push(fill(&(heading(rule) + form), &name, &secret));
    }
    // A pattern says what stands around the secret, so its match is the example.
    for (text, secret) in (0..PATTERN_SAMPLES).filter_map(|seed| sample::matching(rule, seed)) {
        let secret = secret.of(&text).to_vec();
        examples.push(Example { text: [b"\n", &text[..], b"\n"].concat(), secret });
    }
    if let Some(secret) = sample::secret(rule, 77) {
        match &rule.shape {
            Shape::Url { schemes, hosts } => examples.push(url_example(schemes, hosts, &secret)),
            Shape::Pem(_) => examples.push(Example { text: [b"key:\n", &secret[..], b"\n"].concat(), secret }),
            _ => {}
        }
    }
    for (seed, template) in rule.about().examples.iter().enumerate() {
        if let Some(secret) = sample::secret(rule, 1000 + seed as u64) {
            examples.push(fill(template, &name, &secret));
        }
    }
    examples
}

/// Texts in which the rule must not be found.
#[must_use]
pub fn negatives(rule: &Rule) -> Vec<Vec<u8>> {
    let name = name_for(rule);
    let mut texts = Vec::new();
    if let (Shape::Format(format), Some(secret)) = (&rule.shape, sample::secret(rule, 5)) {
        // Inside a longer identifier, where the format has a certain beginning and end; and masked.
        if matches!(format.parts.first(), Some(Part::Literal(literal)) if literal[0].is_ascii_alphanumeric()) {
            texts.push(fill(FORMS[1], &name, &[b"q9Z", &secret[..]].concat()).text);
        }
        if matches!(format.parts.last(), Some(Part::Run(run)) if run.min == run.max && run.set.contains(b'9')) {
            texts.push(fill(FORMS[1], &name, &[&secret[..], b"q9Z"].concat()).text);
        }
        if secret.len() >= LEAST_MASKED {
            texts.push(fill(FORMS[1], &name, &mask(&secret)).text);
        }
        texts.push(fill(FORMS[0], &name, b"<your-value-here>").text);
        texts.push(fill(FORMS[0], &name, b"${VALUE_FROM_VAULT}").text);
    }
    texts.extend(rule.about().negatives.iter().map(|template| fill(template, &name, &sample::secret(rule, 9).unwrap_or_default()).text));
    texts
}

/// Where a secret is shorter, masking it leaves as much as it hides.
const LEAST_MASKED: usize = 12;

/// A secret of which only the head is left: every letter and digit behind the first six is an `x`.
fn mask(secret: &[u8]) -> Vec<u8> {
    let keep = secret.len().min(6);
    let masked = secret[keep..].iter().map(|&byte| if byte.is_ascii_alphanumeric() { b'x' } else { byte });
    secret[..keep].iter().copied().chain(masked).collect()
}

/// Whether the rule's value can be given to any name.
fn takes_name(rule: &Rule) -> bool {
    match rule.shape {
        Shape::Format(_) => true,
        Shape::Assignment { ref names, .. } => {
            !assignment::are_of_users(names) && !rule.keywords.iter().any(|keyword| assignment::programs::is_program(&keyword.text))
        }
        Shape::Pattern { .. } | Shape::Url { .. } | Shape::Pem(_) => false,
    }
}

/// A name that a value of the rule is given to in real life.
fn name_for(rule: &Rule) -> String {
    if let Shape::Assignment { names, .. } = &rule.shape {
        let keyword = rule.keywords.iter().find(|keyword| keyword.text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
        return keyword.map_or_else(|| names[0].clone(), |keyword| keyword.text.clone());
    }
    match rule.context.first() {
        Some(word) if is_name(word) => format!("{word}_secret_key"),
        _ => "service_secret_key".to_owned(),
    }
}

fn is_name(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A line that names the provider, where the context word is not part of a name.
fn heading(rule: &Rule) -> String {
    match rule.context.first() {
        Some(word) if !is_name(word) => format!("# {word}\n"),
        _ => String::new(),
    }
}

fn fill(template: &str, name: &str, secret: &[u8]) -> Example {
    let mut random = Random::new(42);
    let host = random.bytes(ByteSet::named("alpha-lower").expect("a known alphabet"), 8);
    let mut text = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        text.extend_from_slice(&rest.as_bytes()[..at]);
        rest = &rest[at..];
        let hole =
            [("{name}", name.as_bytes()), ("{secret}", secret), ("{host}", &host[..])].into_iter().find(|(hole, _)| rest.starts_with(hole));
        let (length, value): (usize, &[u8]) = hole.map_or((1, b"{"), |(hole, value)| (hole.len(), value));
        text.extend_from_slice(value);
        rest = &rest[length..];
    }
    text.extend_from_slice(rest.as_bytes());
    Example { text, secret: secret.to_vec() }
}

fn url_example(schemes: &[String], hosts: &[String], secret: &[u8]) -> Example {
    let scheme = schemes.first().map_or("https", String::as_str);
    let host = match hosts.first() {
        Some(port) if port.starts_with(':') => format!("db1.prod-net.io{port}"),
        Some(ending) => format!("acct7{}{ending}", if ending.starts_with('.') { "" } else { "." }),
        None => "db1.prod-net.io:5433".to_owned(),
    };
    let text = [format!("DATABASE = \"{scheme}://svc_app:").as_bytes(), secret, format!("@{host}/main\"\n").as_bytes()].concat();
    Example { text, secret: secret.to_vec() }
}
