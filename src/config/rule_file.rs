//! L1: the user's own rules, from a rule file or from the configuration, with all problems and their places.
//!
//! The rules go through the same types and the same compiler as the built-in ones; this module only finds out
//! where in the file a problem stands.

use super::CustomRule;
use super::diagnostic::{Diagnostic, Source};
use super::read::{Reader, last_line};
use super::tree::{Node, Value, parse};
use crate::rules::Rule;
use crate::rules::syntax::{RuleFile, RuleSyntax};
use std::ops::Range;
use std::sync::Arc;

/// The provider of a rule of the configuration, which names none. Not "Generic": it says more than the rules of that kind.
const NO_PROVIDER: &str = "Custom";
/// Where the keys of a rule are described.
const HELP: &str = "every key is described in rules/README.md of keyward's repository";
const FILE_KEYS: [&str; 6] = ["provider", "tags", "remediation", "revoke", "docs", "rules"];

/// A rule of a file and where its id stands.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The rule.
    pub rule: CustomRule,
    /// Byte offsets of its id.
    pub span: Range<usize>,
}

/// Reads a rule file.
pub fn read_file(source: &Arc<Source>) -> (Vec<Placed>, Vec<Diagnostic>) {
    let root = match parse(source) {
        Ok(Some(root)) => root,
        Ok(None) => return (Vec::new(), vec![Diagnostic::new("no-rules", source, 0..0, "the file has no rules")]),
        Err(problem) => return (Vec::new(), vec![problem]),
    };
    let mut reader = Reader::new(source);
    let header = read_header(&mut reader, &root);
    let rules = root.get("rules").map(|(_, rules)| read_rules(&mut reader, rules, &header));
    if rules.is_none() && matches!(root.value, Value::Mapping(_)) {
        reader.report("missing-key", root.span.clone(), "`rules` is missing", "list the file's rules under `rules:`");
    }
    (rules.unwrap_or_default(), reader.problems)
}

/// The keys that all rules of a file share.
fn read_header(reader: &mut Reader<'_>, root: &Node) -> RuleFile {
    let mut header = RuleFile { provider: String::new(), tags: Vec::new(), remediation: None, revoke: None, docs: None, rules: Vec::new() };
    for (key, value) in reader.entries(root, "a rule file", &FILE_KEYS) {
        let text = |reader: &mut Reader<'_>| reader.text(key, value);
        match key {
            "provider" => header.provider = text(reader).unwrap_or_default(),
            "remediation" => header.remediation = text(reader),
            "revoke" => header.revoke = text(reader),
            "docs" => header.docs = text(reader),
            "tags" => header.tags = reader.texts(key, value).into_iter().map(|(_, tag)| tag).collect(),
            _ => {}
        }
    }
    if header.provider.is_empty() && root.get("provider").is_none() && matches!(root.value, Value::Mapping(_)) {
        let help = "say who issues the secrets, or `provider: Generic` where nobody does";
        reader.report("missing-key", root.span.clone(), "`provider` is missing", help);
    }
    header
}

/// Reads `rules.custom` of the configuration.
pub(super) fn read_custom(reader: &mut Reader<'_>, node: &Node) -> Vec<Placed> {
    let header =
        RuleFile { provider: NO_PROVIDER.to_owned(), tags: Vec::new(), remediation: None, revoke: None, docs: None, rules: Vec::new() };
    read_rules(reader, node, &header)
}

fn read_rules(reader: &mut Reader<'_>, node: &Node, header: &RuleFile) -> Vec<Placed> {
    let Value::Sequence(items) = &node.value else {
        reader.wrong_type("rules", node, "a list of rules");
        return Vec::new();
    };
    items.iter().filter_map(|item| read_rule(reader, item, header)).collect()
}

/// Reads and compiles one rule.
fn read_rule(reader: &mut Reader<'_>, node: &Node, header: &RuleFile) -> Option<Placed> {
    if !matches!(node.value, Value::Mapping(_)) {
        reader.wrong_type("a rule", node, "a mapping with `id`, `name`, `severity` and a shape");
        return None;
    }
    let written = node.to_yaml();
    let syntax: RuleSyntax = match serde_yaml::from_value(written.clone()) {
        Ok(syntax) => syntax,
        Err(error) => {
            let message = error.to_string();
            reader.report("bad-rule", place_of(node, &message), message, HELP);
            return None;
        }
    };
    match Rule::compile(header, &syntax) {
        Ok(rule) => Some(Placed { rule: CustomRule { rule, written }, span: key_or_start(node, "id") }),
        Err(error) => {
            let message = format!("rule `{}`: {}: {}", error.rule, error.field, last_line(&error.what));
            reader.report("bad-rule", key_or_start(node, error.field), message, HELP);
            None
        }
    }
}

/// Where in a rule a message of the deserialiser points to: the first key or value that it names in backticks.
fn place_of(node: &Node, message: &str) -> Range<usize> {
    let Value::Mapping(entries) = &node.value else { return node.span.clone() };
    let named = message.split('`').skip(1).step_by(2).find_map(|word| {
        let key = entries.iter().find(|(key, _)| key.text() == Some(word)).map(|(key, _)| key);
        key.or_else(|| entries.iter().find(|(_, value)| value.text() == Some(word)).map(|(_, value)| value))
    });
    named.map_or_else(|| first_key(node), |place| place.span.clone())
}

fn key_or_start(node: &Node, key: &str) -> Range<usize> {
    node.get(key).map_or_else(|| first_key(node), |(_, value)| value.span.clone())
}

fn first_key(node: &Node) -> Range<usize> {
    match &node.value {
        Value::Mapping(entries) if !entries.is_empty() => entries[0].0.span.clone(),
        _ => node.span.clone(),
    }
}
