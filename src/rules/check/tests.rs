//! Checks by name, and what they are worth.

use super::{Check, Strength};

#[test]
fn every_name_reads_back_as_its_check() {
    for &check in Check::ALL {
        assert_eq!(Check::parse(check.name()), Ok(check));
        let serialised = serde_json::to_string(&check).expect("a unit variant");
        assert_eq!(serialised, format!("\"{}\"", check.name()));
    }
}

#[test]
fn names_are_unique_and_kebab_case() {
    let mut names: Vec<&str> = Check::ALL.iter().map(|check| check.name()).collect();
    assert!(names.iter().all(|name| name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))));
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Check::ALL.len());
}

#[test]
fn an_unknown_name_is_answered_with_those_near_it() {
    let error = Check::parse("jwt-argo").expect_err("no such check");
    assert!(error.contains("jwt-argocd"), "{error}");
    assert!(Check::parse("x").expect_err("no such check").contains("rules/README.md"));
}

#[test]
fn undocumented_values_only_hint() {
    assert_eq!(Check::GithubCrc32.strength(), Strength::Refutes);
    assert_eq!(Check::GithubFineGrained.strength(), Strength::Hints);
}

#[test]
fn only_check_values_prove() {
    assert!(Check::GithubCrc32.proves() && Check::GithubFineGrained.proves() && Check::BitcoinWif.proves());
    // A placeholder can have the mark, and any number is a private key.
    assert!(!Check::OpenaiKey.proves() && !Check::Secp256k1Scalar.proves() && !Check::Jwt.proves());
}
