//! The generated pages and schemas: as they are checked in, and as strict as the readers that they describe.

use crate::support::keyward::keyward;
use ::keyward::config::diagnostic::Source;
use ::keyward::config::{read, schema};
use ::keyward::rules::load;
use ::keyward::rules::syntax::{RuleFile, RuleSyntax};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn validator(schema: &Value) -> jsonschema::Validator {
    jsonschema::options().build(schema).expect("a valid schema")
}

fn value(yaml: &str) -> Value {
    serde_yaml::from_str(yaml).unwrap_or_else(|error| panic!("{error}: {yaml}"))
}

/// Every generated file with the arguments that print it.
const GENERATED: [(&str, [&str; 2]); 3] = [
    ("docs/rules.md", ["rules", "docs"]),
    ("docs/rules.schema.json", ["rules", "schema"]),
    ("docs/keyward.schema.json", ["config", "schema"]),
];

#[test]
fn what_is_checked_in_is_what_the_commands_print() {
    for (path, args) in GENERATED {
        let printed = keyward(&root(), args).run().expect(0).stdout;
        let checked_in = std::fs::read_to_string(root().join(path)).unwrap_or_default();
        assert!(printed == checked_in, "{path} is out of date: run `keyward {} > {path}`", args.join(" "));
    }
}

#[test]
fn every_rule_file_is_valid() {
    let validator = validator(&schema::rule_file());
    for entry in std::fs::read_dir(root().join("rules")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            let file = value(&std::fs::read_to_string(&path).unwrap());
            let errors: Vec<String> = validator.iter_errors(&file).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{}: {errors:?}", path.display());
        }
    }
}

/// The keys of a type, as it serialises.
fn keys(value: &impl serde::Serialize) -> BTreeSet<String> {
    serde_json::to_value(value).unwrap().as_object().unwrap().keys().cloned().collect()
}

#[test]
fn the_schema_has_the_keys_of_the_types() {
    let yaml = "provider: A\nrules: [{id: a-b, name: n, severity: low, pem: X}]";
    let file: RuleFile = serde_yaml::from_str(yaml).unwrap();
    let rule: &RuleSyntax = &file.rules[0];
    let schema = schema::rule_file();
    assert_eq!(keys(&file), keys(&schema["properties"]));
    assert_eq!(keys(rule), keys(&schema["properties"]["rules"]["items"]["properties"]));
}

const HEAD: &str = "provider: Acme\nrules:\n  - id: acme-key\n    name: key\n    severity: high\n";

/// The rest of a rule, and whether it is right.
const RULES: [(&str, bool); 22] = [
    ("    format: acme_{base62:32}\n", true),
    ("    pattern: 'acme=(?P<secret>[a-z]{20})'\n    keywords: [acme=]\n", true),
    ("    pattern: 'acme=(?P<secret>[a-z]{20})'\n    keywords: [acme=]\n    value: password\n", true),
    ("    url: {schemes: [acmedb], hosts: [':99']}\n", true),
    ("    pem: ACME PRIVATE KEY\n    checksum: pem\n", true),
    ("    assignment: {names: [acme_key], value: any}\n", true),
    ("    format: acme_{base62:32}\n    placeholders: [abc, [de, fg]]\n    entropy: 3\n    enabled: false\n", true),
    ("    format: acme_{base62:32}\n    confidence: medium\n    audience: test\n    tags: [cloud]\n", true),
    ("", false),
    ("    format: acme_{base62:32}\n    pem: ACME PRIVATE KEY\n", false),
    ("    format: acme_{base62:32}\n    value: password\n", false),
    ("    format: [acme]\n", false),
    ("    format: acme_{base62:32}\n    confidence: certain\n", false),
    ("    format: acme_{base62:32}\n    checksum: crc-99\n", false),
    ("    format: acme_{base62:32}\n    context: acme\n", false),
    ("    format: acme_{base62:32}\n    enabled: perhaps\n", false),
    ("    format: acme_{base62:32}\n    audience: nobody\n", false),
    ("    format: acme_{base62:32}\n    colour: red\n", false),
    ("    assignment: {value: any}\n", false),
    ("    assignment: {names: []}\n", false),
    ("    assignment: {names: [a_key], value: best}\n", false),
    ("    url: {scheme: [a]}\n", false),
];

#[test]
fn the_schema_of_rules_refuses_what_the_reader_refuses() {
    let validator = validator(&schema::rule_file());
    for (rest, is_right) in RULES {
        let yaml = format!("{HEAD}{rest}");
        assert_eq!(load::parse_rules(&yaml).is_ok(), is_right, "reader: {yaml}");
        assert_eq!(validator.is_valid(&value(&yaml)), is_right, "schema: {yaml}");
    }
    for yaml in [
        "rules: []\n",
        "provider: A\n",
        "provider: A\nrules: []\nname: x\n",
        "provider: A\nrules: [{id: A_B, name: n, severity: low, pem: X}]\n",
    ] {
        assert!(load::parse_rules(yaml).is_err() && !validator.is_valid(&value(yaml)), "{yaml}");
    }
}

/// A configuration, and whether it is right.
const CONFIGURATIONS: [(&str, bool); 25] = [
    ("min-severity: high\nmin-confidence: low\n", true),
    ("max-size: 64MiB\n", true),
    ("max-size: 0\n", true),
    ("max-size: 1.5GB\n", true),
    ("exclude: vendor/**\n", true),
    ("exclude: [vendor/**, '*.lock']\n", true),
    ("hidden: false\nignore-files: true\narchives: true\ninline-allow: false\n", true),
    ("rules: {enable: [all], disable: jwt}\n", true),
    ("rules: {custom: [{id: a-b, name: n, severity: low, format: 'acme_{hex:32}'}]}\n", true),
    ("allow: [{paths: [a/**], reason: why}]\n", true),
    ("allow: [{stopwords: x}, {regex: '^a'}, {fingerprints: ['kw1:0123456789abcdef0123456789abcdef']}, {rules: [jwt]}]\n", true),
    ("exclude:\nhidden:\n", true),
    ("min-severity: fatal\n", false),
    ("max-size: huge\n", false),
    ("hidden: perhaps\n", false),
    ("hidden: 'true'\n", false),
    ("exclude: {a: b}\n", false),
    ("rules: [all]\n", false),
    ("rules: {enabled: [all]}\n", false),
    ("allow: [{reason: why}]\n", false),
    ("allow: [{paths: []}]\n", false),
    ("allow: [{path: a}]\n", false),
    ("allow: [{fingerprints: ['kw1:0123']}]\n", false),
    ("rules: {custom: [{id: a-b, name: n, severity: low}]}\n", false),
    ("colour: red\n", false),
];

#[test]
fn the_schema_of_the_configuration_refuses_what_the_reader_refuses() {
    let validator = validator(&schema::configuration());
    for (yaml, is_right) in CONFIGURATIONS {
        let (_, problems) = read::read(&Source::new(".keyward.yaml", yaml));
        assert_eq!(problems.is_empty(), is_right, "reader: {yaml}: {:?}", problems.iter().map(|one| one.render(false)).collect::<Vec<_>>());
        assert_eq!(validator.is_valid(&value(yaml)), is_right, "schema: {yaml}");
    }
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join(".keyward.yaml");
    if let Ok(text) = std::fs::read_to_string(own) {
        assert!(validator.is_valid(&value(&text)));
    }
}
