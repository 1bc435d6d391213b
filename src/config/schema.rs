//! L1: JSON Schemas of the files that users write: rule files and `.keyward.yaml`. Editors check and complete by them.
//!
//! They are made here from the same lists of keys, words and checks that the readers use, printed by
//! `keyward rules schema` and `keyward config schema`, and checked in under `docs/`. A schema cannot say everything (that a
//! pattern is bounded, that an id is known), so a file that it accepts may still be refused; what it refuses is always wrong.

use super::read::{ALLOW_KEYS, KEYS, RULES_KEYS};
use super::{CONFIDENCES, SEVERITIES};
use crate::rules::check::Check;
use crate::rules::{Confidence, Severity};
use crate::text::fingerprint::{DIGITS, PREFIX};
use serde_json::{Map, Value, json};

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema of a rule file.
#[must_use]
pub fn rule_file() -> Value {
    json!({
        "$schema": DRAFT,
        "title": "keyward rule file",
        "description": "A provider and its rules: https://github.com/keyward/keyward/blob/main/rules/README.md",
        "type": "object",
        "additionalProperties": false,
        "required": ["provider", "rules"],
        "properties": {
            "provider": described(text(), "Who issues the secrets; `Generic` where nobody does."),
            "tags": described(texts(), "Tags of every rule of the file."),
            "remediation": described(text(), "What to do after a leak."),
            "revoke": described(text(), "The page on which such secrets are revoked."),
            "docs": described(text(), "Documentation of the secret."),
            "rules": {"type": "array", "items": rule()},
        },
    })
}

/// The schema of `.keyward.yaml`.
#[must_use]
pub fn configuration() -> Value {
    json!({
        "$schema": DRAFT,
        "title": "keyward configuration",
        "description": ".keyward.yaml: https://github.com/keyward/keyward/blob/main/docs/configuration.md",
        "type": ["object", "null"],
        "additionalProperties": false,
        "properties": keyed(&KEYS, setting),
    })
}

/// The schema of a key of the configuration.
fn setting(key: &str) -> Value {
    match key {
        "rules" => described(
            json!({"type": ["object", "null"], "additionalProperties": false, "properties": keyed(&RULES_KEYS, rules_setting)}),
            "Which rules run, and your own.",
        ),
        "min-severity" => described(optional(words(&SEVERITIES.map(Severity::as_str))), "Report nothing less severe."),
        "min-confidence" => described(optional(words(&CONFIDENCES.map(Confidence::as_str))), "Report nothing less certain."),
        "exclude" => described(optional(texts()), "Paths that are not scanned, as in .gitignore."),
        "allow" => described(json!({"type": ["array", "null"], "items": allowed()}), "Findings that are accepted."),
        "max-size" => {
            let size = json!({"type": ["string", "integer", "null"], "minimum": 0, "pattern": "^\\s*[0-9]+(\\.[0-9]+)?\\s*([kKmMgG]([iI]?[bB])?|[bB])?\\s*$"});
            described(size, "What is larger is not scanned: `64MiB`; 0 for no limit.")
        }
        "hidden" => described(switch(), "Whether hidden files are scanned."),
        "ignore-files" => described(switch(), "Whether what .gitignore and .ignore leave out is left out."),
        "archives" => described(switch(), "Whether archives are opened."),
        _ => described(switch(), "Whether comments such as keyward:allow are honoured."),
    }
}

fn rules_setting(key: &str) -> Value {
    match key {
        "enable" => described(optional(texts()), "Rules to switch on: ids, tags or `all`."),
        "disable" => described(optional(texts()), "Rules to switch off: ids, tags or `all`."),
        "files" => described(optional(texts()), "Rule files."),
        _ => described(json!({"type": ["array", "null"], "items": rule()}), "Rules written here."),
    }
}

/// An entry of `allow`: one condition at least.
fn allowed() -> Value {
    let entry = |key: &str| match key {
        "reason" => described(text(), "Free text."),
        "paths" => described(some_texts(), "The path matches one of these patterns."),
        "regex" => described(some_texts(), "The secret matches one of these."),
        "stopwords" => described(some_texts(), "The secret holds one of these words."),
        "fingerprints" => described(fingerprints(), "The finding has one of these fingerprints."),
        _ => described(some_texts(), "The rule has one of these ids or tags."),
    };
    let conditions: Vec<Value> = ALLOW_KEYS.iter().filter(|key| **key != "reason").map(|key| json!({"required": [key]})).collect();
    json!({"type": "object", "additionalProperties": false, "properties": keyed(&ALLOW_KEYS, entry), "anyOf": conditions})
}

/// One fingerprint, or a list of them.
fn fingerprints() -> Value {
    let one =
        json!({"type": "string", "pattern": format!("^({PREFIX}[0-9a-f]{{{DIGITS}}}|kw([02-9]|[1-9][0-9]+):[0-9A-Za-z]{{{DIGITS},}})$")});
    json!({"oneOf": [one, {"type": "array", "minItems": 1, "items": one}]})
}

/// A rule, in a rule file or in the configuration.
fn rule() -> Value {
    let shapes = ["format", "pattern", "url", "pem", "assignment"];
    let one_shape: Vec<Value> = shapes.iter().map(|shape| json!({"required": [shape]})).collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["id", "name", "severity"],
        "oneOf": one_shape,
        "dependentRequired": {"value": ["pattern"]},
        "properties": rule_properties(),
    })
}

fn rule_properties() -> Value {
    let checks: Vec<&str> = Check::ALL.iter().map(|check| check.name()).collect();
    json!({
        "id": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "description": "Kebab-case, provider or product first."},
        "name": described(text(), "What it is, without the provider's name."),
        "description": described(maybe_text(), "What somebody who finds it can do with it."),
        "severity": described(words(&SEVERITIES.map(Severity::as_str)), "Impact if it is real."),
        "confidence": described(optional(words(&CONFIDENCES.map(Confidence::as_str))), "Chance that a match is real; `high` unless said."),
        "enabled": {"type": ["boolean", "null"], "description": "`false`: runs only when it is asked for."},
        "audience": described(optional(words(&["live", "test", "publishable"])), "For whom it opens something, where the format tells."),
        "format": described(text(), "Prefix, alphabet and length: `acme_{base62:32}`."),
        "pattern": described(text(), "A linear-time regex; the group `secret` is what is reported."),
        "value": described(optional(words(&["password", "secret"])), "With `pattern`: a person may have chosen the secret, or a machine made it."),
        "url": {
            "type": "object",
            "additionalProperties": false,
            "properties": {"schemes": list_of_texts(), "hosts": list_of_texts()},
            "description": "A URL with a password.",
        },
        "pem": described(text(), "A block between BEGIN and END lines, by its label."),
        "assignment": {
            "type": "object",
            "additionalProperties": false,
            "required": ["names"],
            "properties": {"names": {"type": "array", "minItems": 1, "items": text()}, "value": optional(words(&["secret", "password", "any"]))},
            "description": "A value given to a name.",
        },
        "keywords": described(list_of_texts(), "With `pattern`: literals one of which every match holds."),
        "context": described(list_of_texts(), "Words one of which must stand near."),
        "checksum": described(optional(words(&checks)), "Offline check of the secret."),
        "entropy": {"type": ["number", "null"], "description": "Least Shannon entropy of the secret, in bits per character."},
        "placeholders": {
            "type": "array",
            "items": {"anyOf": [text(), {"type": "array", "items": text()}]},
            "description": "Documented fakes, each whole or cut in pieces.",
        },
        "pairs_with": described(list_of_texts(), "Rules without whose secret this one cannot be used."),
        "tags": described(list_of_texts(), "Added to the file's."),
        "remediation": described(maybe_text(), "In place of the file's."),
        "revoke": described(maybe_text(), "In place of the file's."),
        "docs": described(maybe_text(), "In place of the file's."),
        "examples": described(list_of_texts(), "Templates that must be found."),
        "negatives": described(list_of_texts(), "Templates that must not be found."),
    })
}

fn keyed(keys: &[&str], schema: impl Fn(&str) -> Value) -> Value {
    Value::Object(keys.iter().map(|key| ((*key).to_owned(), schema(key))).collect::<Map<_, _>>())
}

fn described(mut schema: Value, description: &str) -> Value {
    schema["description"] = description.into();
    schema
}

fn text() -> Value {
    json!({"type": "string"})
}

fn maybe_text() -> Value {
    json!({"type": ["string", "null"]})
}

fn switch() -> Value {
    json!({"type": ["boolean", "null"]})
}

fn list_of_texts() -> Value {
    json!({"type": "array", "items": text()})
}

/// A list of texts; one text stands for a list of one.
fn texts() -> Value {
    json!({"anyOf": [text(), list_of_texts()]})
}

/// As [`texts`], but none of them empty, and at least one.
fn some_texts() -> Value {
    let some = json!({"type": "string", "pattern": "\\S"});
    json!({"anyOf": [some, {"type": "array", "minItems": 1, "items": some}]})
}

fn words(words: &[&str]) -> Value {
    json!({"enum": words})
}

/// A schema that a key without a value passes too.
fn optional(mut schema: Value) -> Value {
    if let Some(words) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        words.push(Value::Null);
    } else if let Some(choices) = schema.get_mut("anyOf").and_then(Value::as_array_mut) {
        choices.push(json!({"type": "null"}));
    }
    schema
}
