//! L2: why a candidate is no match: what the validating steps return, so that `keyward explain` can say it. Plain
//! values that cost the scan nothing: words are made of them only where somebody asks.

use super::filter::{NotASecret, Why};
use crate::rules::check::Check;
use std::fmt;

/// Why a candidate is no match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// The beginning of the format stands there, and something else behind it.
    Shape,
    /// It begins inside of a longer word, number or stretch of base64.
    Begins,
    /// It ends inside of one.
    Ends,
    /// A word without a digit, where only its length tells the rule.
    NoDigit,
    /// One of the rule's documented fake values.
    DocumentedFake,
    /// The check value or structure does not fit.
    Check(Check),
    /// Looks like a placeholder.
    Placeholder(Why),
    /// Too regular for a machine-made value.
    LowEntropy,
    /// A name made of words, and no random token.
    Words,
    /// It does not stand where a value is given.
    NoValuePlace,
    /// None of the rule's context words stands near.
    NoContext,
    /// What it is given to is called something else: a hash, an id, a path.
    OtherName,
    /// A context word stands near, but nothing says that this is the secret.
    NotNamed,
    /// Nothing literal is given to the name.
    NoValue,
    /// The name of a program that takes a password, where it is not run, or of users, where no map of them is given.
    NotRun,
    /// The name is one of harmless things.
    HarmlessName,
    /// The value only says its own name.
    RepeatsName,
    /// The call asks for a secret, or does something else with it: the literal is a prompt or a name.
    Call,
    /// The value is something else.
    Kind(NotASecret),
    /// A word that stands for a password: `password`, `secret`.
    StandIn,
    /// Too short or too long for such a secret.
    Length,
    /// Too regular or too weak for such a secret.
    Weak,
    /// A word without quotes, which may be a variable, a type or prose.
    Unquoted,
    /// The name says too little for such a value.
    WeakName,
    /// Part of a longer text, or compared with and not given.
    Partial,
    /// A parameter of the address of an image.
    Badge,
    /// The host is one that documentation uses.
    DocumentedHost,
    /// Not strong enough for a host that only this machine or network reaches.
    NearHost,
    /// Stands alone before a host, and is no token.
    NoToken,
    /// No key stands in the block.
    NoKey,
}

impl Refusal {
    /// The validator that said no, in one word; never renamed.
    #[must_use]
    pub fn validator(self) -> &'static str {
        match self {
            Refusal::Shape | Refusal::NoKey => "shape",
            Refusal::Begins | Refusal::Ends => "boundary",
            Refusal::DocumentedFake => "documented-fake",
            Refusal::Check(_) => "check-value",
            Refusal::Placeholder(_) | Refusal::StandIn => "placeholder",
            Refusal::LowEntropy | Refusal::Words | Refusal::NoDigit => "entropy",
            Refusal::NoValuePlace | Refusal::NoContext | Refusal::OtherName | Refusal::NotNamed => "context",
            Refusal::NoValue | Refusal::NotRun => "assignment",
            _ => "judge",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Refusal::Shape => "it begins like a secret of this rule and goes on otherwise",
            Refusal::Begins => "it begins inside of a longer word, number or stretch of base64",
            Refusal::Ends => "it ends inside of a longer word, number or stretch of base64",
            Refusal::NoDigit => "it has no digit, so it is taken for a name",
            Refusal::DocumentedFake => "it is an example of the provider's documentation",
            Refusal::Check(check) => return write!(f, "the check `{}` fails", check.name()),
            Refusal::Placeholder(why) => return write!(f, "it stands for a value: {}", placeholder(*why)),
            Refusal::LowEntropy => "it is too regular to be made by a machine",
            Refusal::Words => "it is made of words",
            Refusal::NoValuePlace => "it does not stand where a value is given",
            Refusal::NoContext => "no context word of the rule stands near",
            Refusal::OtherName => "the name before it is one of something else, such as a hash, an id or a path",
            Refusal::NotNamed => "a context word stands near, but neither name nor line speak of a secret",
            Refusal::NoValue => "nothing literal is given to this name",
            Refusal::NotRun => "this names a program or a map of users, and here is neither",
            Refusal::HarmlessName => "the name is not one of secrets",
            Refusal::RepeatsName => "the value only says its own name",
            Refusal::Call => "the call asks for a secret, or does something else with the text",
            Refusal::Kind(kind) => return write!(f, "the value is {}", something_else(*kind)),
            Refusal::StandIn => "it is a word that stands for a password",
            Refusal::Length => "it is too short or too long for such a secret",
            Refusal::Weak => "it is too regular for such a secret",
            Refusal::Unquoted => "without quotes it may as well be a variable, a type or prose",
            Refusal::WeakName => "the name says too little for such a value",
            Refusal::Partial => "it is part of a longer text, or compared with and not given",
            Refusal::Badge => "it is a parameter of the address of an image",
            Refusal::DocumentedHost => "the host is one that documentation uses",
            Refusal::NearHost => "it is too weak for a host that only this machine or network reaches",
            Refusal::NoToken => "it stands alone before the host and does not look like a token",
            Refusal::NoKey => "no key stands behind the label",
        };
        f.write_str(words)
    }
}

fn placeholder(why: Why) -> &'static str {
    match why {
        Why::Template => "a template or a variable",
        Why::Expression => "code",
        Why::Reference => "where the secret is kept, or its encrypted form",
        Why::Word => "a word of examples",
        Why::Repeated => "the same characters again and again",
        Why::Sequence => "characters in order",
    }
}

fn something_else(kind: NotASecret) -> &'static str {
    match kind {
        NotASecret::Sentence => "a sentence",
        NotASecret::Path => "a path",
        NotASecret::Url => "a URL",
        NotASecret::Hash => "a hash",
        NotASecret::Number => "a number",
        NotASecret::Version => "a version",
        NotASecret::Date => "a date",
        NotASecret::Uuid => "a UUID",
        NotASecret::Address => "an address",
        NotASecret::MediaType => "a media type",
        NotASecret::Style => "a style",
        NotASecret::Markup => "markup or SQL",
        NotASecret::Pattern => "a pattern",
        NotASecret::Constant => "the name of a constant",
        NotASecret::Identifier => "an identifier",
        NotASecret::PublicKey => "a public key",
        NotASecret::Data => "data in base64",
        NotASecret::Jwt => "a JSON Web Token, which other rules judge",
    }
}

#[cfg(test)]
mod tests {
    use super::Refusal;

    #[test]
    fn every_refusal_names_its_validator_and_says_why() {
        for (refusal, validator, part) in [
            (Refusal::Begins, "boundary", "inside"),
            (Refusal::DocumentedFake, "documented-fake", "documentation"),
            (Refusal::Check(crate::rules::check::Check::GithubCrc32), "check-value", "`github-crc32`"),
            (Refusal::Placeholder(super::Why::Template), "placeholder", "template"),
            (Refusal::NoContext, "context", "context word"),
            (Refusal::Kind(super::NotASecret::Hash), "judge", "a hash"),
        ] {
            assert_eq!(refusal.validator(), validator);
            assert!(refusal.to_string().contains(part), "{refusal}");
        }
    }
}
