//! Configurations of gitleaks, and what is carried over.

use super::read;
use crate::config::diagnostic::Source;
use crate::import::Imported;

fn import(text: &str) -> Imported {
    read(&Source::new("g.toml", text)).expect("valid TOML")
}

fn left(text: &str) -> Vec<String> {
    import(text).left.into_iter().map(|left| format!("{}: {}", left.place, left.what)).collect()
}

const RULE: &str = "[extend]\nuseDefault = true\n[[rules]]\nid = 'Acme_Key'\ndescription = 'Acme key'\nregex = '''acme_([a-z0-9]{20})'''\nentropy = 3\ntags = ['acme', 'in house']\n";

#[test]
fn a_rule_is_carried_over() {
    let imported = import(RULE);
    let rule = &imported.fragment.rules[0];
    assert_eq!((rule.id.as_str(), rule.name.as_str(), rule.entropy), ("acme-key", "Acme key", Some(3.0)));
    assert_eq!(rule.pattern, "acme_(?P<secret>[a-z0-9]{20})");
    assert_eq!((&rule.keywords[..], &rule.tags[..]), (&["acme_".to_owned()][..], &["acme".to_owned(), "in-house".to_owned()][..]));
    assert_eq!(imported.left, []);
}

#[test]
fn allowlists_of_all_and_of_a_rule_are_carried_over() {
    let imported = import(&format!(
        "{RULE}[[rules.allowlists]]\nregexes = ['^acme_x+$']\nstopwords = ['demo']\n[allowlist]\ndescription = 'ours'\npaths = ['''(^|/)vendor/''']\nregexes = ['EXAMPLE$']\n"
    ));
    assert_eq!(imported.fragment.exclude.len(), 1, "{:?}", imported.fragment.exclude);
    let allow = &imported.fragment.allow;
    assert_eq!((allow[0].rules[0].as_str(), allow[0].regex[0].as_str()), ("acme-key", "^acme_x+$"));
    assert_eq!((allow[1].rules[0].as_str(), allow[1].stopwords[0].as_str()), ("acme-key", "demo"));
    assert_eq!((allow[2].rules.len(), allow[2].regex[0].as_str(), allow[2].reason.as_str()), (0, "EXAMPLE$", "ours"));
    assert_eq!(imported.left, []);
}

#[test]
fn conditions_that_belong_together_stay_together() {
    let text = "[[allowlists]]\ncondition = 'AND'\npaths = ['^tests/']\nstopwords = ['fake']\ntargetRules = ['github-pat']\n";
    let entry = &import(text).fragment.allow[0];
    assert_eq!((entry.paths.len(), entry.stopwords.len(), entry.rules[0].as_str()), (1, 1, "github-pat-classic"));
    let half = text.replace("^tests/", "v[0-9]+/");
    let imported = import(&half);
    assert!(imported.fragment.is_empty());
    assert_eq!(imported.left.len(), 2, "{:?}", imported.left);
}

#[test]
fn what_is_left_is_told_with_its_place() {
    for (text, place, word) in [
        ("[[rules]]\nid='a'\nregex='[a-f]{32}'\n", "g.toml:2: ", "no literal"),
        ("[[rules]]\nid='a'\nregex='acme_[a-f]{32}'\npath='x'\n", "g.toml:2: ", "some paths only"),
        ("[[rules]]\nid='a'\nregex='(?!b)acme'\n", "g.toml:2: ", "not a regex here"),
        ("[allowlist]\ncommits=['abc']\n", "g.toml:2: ", "`commits`"),
        ("[allowlist]\nregexTarget='line'\nregexes=['x=1']\n", "g.toml:3: ", "regexTarget"),
        ("[allowlist]\nregexes=['ok', '.*']\n", "g.toml:2: ", "every secret"),
        ("[extend]\nuseDefault=true\ndisabledRules=['no-such-rule']\n", "g.toml:3: ", "no-such-rule"),
        ("[extend]\nurl='https://example.org'\n", "g.toml:2: ", "download"),
        ("[[rules]]\nid='no-such'\n[[rules.allowlists]]\nstopwords=['x']\n", "g.toml:4: ", "no rule here"),
        ("surprise = 1\n", "g.toml:1: ", "not known"),
        ("[[rules]]\nid='a'\nregex='acme_[a-f]{32}'\n", "g.toml:1: ", "stay on too"),
    ] {
        let found = left(text);
        assert!(found.iter().any(|line| line.starts_with(place) && line.contains(word)), "{text}: {found:?}");
    }
}

#[test]
fn names_of_built_in_rules_are_not_taken_twice() {
    let text = "[[rules]]\nid='jwt'\nregex='acme_[a-f]{32}'\n[[rules]]\nid='jwt'\nregex='acmo_[a-f]{32}'\n";
    let ids: Vec<String> = import(text).fragment.rules.into_iter().map(|rule| rule.id).collect();
    assert_eq!(ids, ["imported-jwt", "imported-jwt-2"]);
}

#[test]
fn a_disabled_rule_is_disabled_under_its_name_here() {
    assert_eq!(import("[extend]\nuseDefault=true\ndisabledRules=['github-pat','jwt']\n").fragment.disable, ["github-pat-classic", "jwt"]);
}

#[test]
fn what_is_no_toml_is_an_error_with_its_place() {
    let error = read(&Source::new("g.toml", "a = 1\nb = [\n")).expect_err("not closed");
    assert!(error.to_string().contains("g.toml:") && error.message.contains("not valid TOML"), "{error}");
}
