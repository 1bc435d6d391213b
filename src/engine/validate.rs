//! L2: what a candidate has to pass before it is a match: documented fakes, placeholders, entropy, checksum.

use super::{Refusal, checksum, entropy, filter, judge, work};
use crate::rules::builtin::is_documented_fake;
use crate::rules::check::Strength;
use crate::rules::format::{Format, Part};
use crate::rules::{Confidence, Place, Rule, Shape};

/// Judges a token of a format rule.
pub(super) fn token(rule: &Rule, token: &[u8]) -> Result<(), Refusal> {
    let checked = value(rule, token)?;
    if checked {
        return Ok(());
    }
    if let Shape::Format(format) = &rule.shape {
        let variable = variable_part(format, token);
        if entropy::shannon(variable) < floor(rule, format, variable.len()) {
            return Err(Refusal::LowEntropy);
        }
        if is_made_of_words(rule, format, token) {
            return Err(Refusal::Words);
        }
    }
    Ok(())
}

/// Judges a value by everything that is not its format. `Ok(true)`: a check value proves it.
pub(super) fn value(rule: &Rule, value: &[u8]) -> Result<bool, Refusal> {
    work::add(value.len());
    if is_documented_fake(value) || rule.about().placeholders.iter().any(|fake| memchr::memmem::find(value, fake.as_bytes()).is_some()) {
        return Err(Refusal::DocumentedFake);
    }
    let mut proven = false;
    if let Some(check) = rule.check {
        let passed = checksum::verify(check, value);
        if !passed && check.strength() == Strength::Refutes {
            return Err(Refusal::Check(check));
        }
        proven = passed && check.proves();
    }
    if !proven {
        refuse_fake(&rule.shape, value)?;
    }
    Ok(proven)
}

/// The rule's confidence, or less: where a person chose a secret that is hardly one, and where a check fails that
/// does not refute.
pub(super) fn confidence(rule: &Rule, value: &[u8]) -> Confidence {
    let doubted = rule.check.is_some_and(|check| check.strength() == Strength::Hints && !checksum::verify(check, value));
    let confidence = match rule.confidence {
        Confidence::High if doubted => Confidence::Medium,
        _ if doubted => Confidence::Low,
        confidence => confidence,
    };
    match &rule.shape {
        Shape::Pattern { value: Some(class), .. } => judge::by_itself(value, *class).map_or(confidence, |judged| judged.min(confidence)),
        _ => confidence,
    }
}

/// Refuses a value of this shape that only stands for a secret. The values of names and URLs are judged with these.
fn refuse_fake(shape: &Shape, value: &[u8]) -> Result<(), Refusal> {
    match shape {
        Shape::Pattern { value: Some(class), .. } => judge::by_itself(value, *class).map(drop),
        Shape::Pattern { .. } if filter::weakness(value).is_some() => Err(Refusal::StandIn),
        Shape::Pattern { .. } if filter::value_kind(value) == Some(filter::NotASecret::Constant) => {
            Err(Refusal::Kind(filter::NotASecret::Constant))
        }
        Shape::Format(_) | Shape::Pattern { .. } => {
            filter::placeholder(value, filter::Strictness::Token).map_or(Ok(()), |why| Err(Refusal::Placeholder(why)))
        }
        Shape::Url { .. } | Shape::Pem(_) | Shape::Assignment { .. } => Ok(()),
    }
}

/// Judges a PEM block: what confidence it is a match of.
pub(super) fn pem(rule: &Rule, block: &[u8]) -> Result<Confidence, Refusal> {
    let Some(check) = rule.check else { return Ok(rule.confidence) };
    if checksum::verify(check, block) || check.strength() != Strength::Refutes {
        Ok(rule.confidence)
    } else if checksum::is_damaged(check, block) {
        Ok(rule.confidence.min(Confidence::Medium))
    } else {
        Err(Refusal::Check(check))
    }
}

/// Whether a token that only its context tells is a name such as `with_protection_code_403`. One random value
/// of 16 to 20 characters in 10 000 lies below the limit, one of 32 in far more; nearly all names do.
fn is_made_of_words(rule: &Rule, format: &Format, token: &[u8]) -> bool {
    const LIMIT: f32 = 0.4;
    /// A head such as `md-` begins names too.
    const SHORT_HEAD: usize = 3;
    let hex_digits = 22;
    token.len() >= 16
        && rule.keywords.iter().all(|keyword| keyword.place == Place::Near || keyword.text.len() <= SHORT_HEAD)
        && largest_alphabet(format) > hex_digits
        && entropy::randomness(token) < LIMIT
}

/// Number of characters of the format's largest alphabet.
fn largest_alphabet(format: &Format) -> usize {
    format.parts.iter().filter_map(|part| if let Part::Run(run) = part { Some(run.set.len()) } else { None }).max().unwrap_or(2)
}

/// What is left of a token without the literal that it begins with.
fn variable_part<'t>(format: &Format, token: &'t [u8]) -> &'t [u8] {
    match format.parts.first() {
        Some(Part::Literal(literal)) if literal.len() < token.len() => &token[literal.len()..],
        _ => token,
    }
}

/// Least entropy in bits per character: the rule's, or six tenths of what random characters of the format's
/// alphabet would have at this length (an alphabet of 62 over 36 characters: about 3.0 of 4.6).
fn floor(rule: &Rule, format: &Format, length: usize) -> f32 {
    if rule.entropy > 0.0 {
        return rule.entropy;
    }
    let distinct = largest_alphabet(format).min(length).max(2);
    (distinct as f32).log2() * 0.6
}

#[cfg(test)]
mod tests {
    use super::token;
    use crate::engine::sample::{Random, from_format};
    use crate::rules::load::parse_rules;
    use crate::rules::{Rule, Shape};

    fn rule(format: &str) -> Rule {
        let yaml = format!("{{provider: Test, rules: [{{id: test-a, name: a, severity: low, context: [acme], format: '{format}'}}]}}");
        parse_rules(&yaml).expect("a valid rule").remove(0)
    }

    #[test]
    fn random_values_are_not_taken_for_words() {
        for format in ["{base62:16}", "{base64url:20}", "{alnum-lower:20}", "{alnum-upper:20}", "{base62:32}"] {
            let rule = rule(format);
            let Shape::Format(format) = &rule.shape else { panic!("a format") };
            let mut random = Random::new(1);
            let refused = (0..10_000).filter(|_| super::is_made_of_words(&rule, format, &from_format(format, &mut random))).count();
            assert!(refused <= 2, "{refused} of 10 000");
        }
    }

    #[test]
    fn names_are_no_tokens() {
        for (format, name) in [("{base64url:40}", "resp_with_cloudflare_protection_code_403"), ("{base62:25}", "HttpClient2ConnectionPool")]
        {
            assert!(token(&rule(format), name.as_bytes()).is_err(), "{name}");
        }
    }
}
