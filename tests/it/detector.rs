//! The detector's contracts, through its public interface.

use keyward::rules::{RuleSet, load};
use keyward::{Detector, Match};

fn detector(yaml: &str) -> Detector {
    Detector::new(RuleSet::new(load::parse_rules(yaml).expect("valid rules")).expect("unique ids")).expect("compiles")
}

fn found<'t>(detector: &Detector, text: &'t str) -> Vec<(&'t str, String)> {
    let secret = |found: &Match| (&text[found.secret.start..found.secret.end], detector.rules()[found.rule].id.clone());
    detector.scan(text.as_bytes()).iter().map(secret).collect()
}

const RULES: &str = r"
provider: Test
rules:
  - {id: test-head, name: head, severity: high, format: 'tst_{base62:20}'}
  - {id: test-context, name: context, severity: high, format: '{hex:32}', context: [acmecloud]}
  - {id: test-tail, name: tail, severity: high, format: '{hex:32}-us{digits:1..2}'}
  - {id: test-pattern, name: pattern, severity: high, pattern: 'wid=(?P<secret>[a-z0-9]{8})\b', keywords: ['wid=']}
  - {id: test-pem, name: key, severity: high, pem: TEST PRIVATE KEY}
";

#[test]
fn a_head_is_found_in_every_surrounding() {
    let detector = detector(RULES);
    let token = concat!("tst_a8Kq2LmZ", "p0Xv7Rw3Nb5T");
    for text in [
        format!("key = \"{token}\""),
        format!("KEY={token}"),
        format!("KEY={token}\n"),
        format!("https://{token}@host/x"),
        format!("a\\n{token}\\n"),
        format!("x%3D{token}&y"),
        format!("<k>{token}</k>"),
        format!("\"{token}\","),
        token.to_owned(),
    ] {
        assert_eq!(found(&detector, &text), [(token, "test-head".to_owned())], "{text}");
    }
    for text in [format!("x{token}"), format!("{token}x"), format!("my_{token}"), token[..23].to_owned()] {
        assert_eq!(found(&detector, &text), [], "{text}");
    }
}

#[test]
fn a_shapeless_token_needs_its_context() {
    let detector = detector(RULES);
    let token = concat!("0f3a9c47b21d8e65", "a0f4c3b2917d8e56");
    for text in [
        format!("ACMECLOUD_API_KEY={token}"),
        format!("acmecloud:\n  api_key: {token}\n"),
        format!("// AcmeCloud\nconst token = \"{token}\";"),
    ] {
        assert_eq!(found(&detector, &text), [(token, "test-context".to_owned())], "{text}");
    }
    for text in
        [format!("API_KEY={token}"), format!("acmecloud_sha = {token}"), format!("acmecloud-{token}"), format!("acmecloud: md5:{token}")]
    {
        assert_eq!(found(&detector, &text), [], "{text}");
    }
}

#[test]
fn every_kind_of_shape_is_run() {
    let detector = detector(RULES);
    let text = ["k: 0f3a9c47b21d8e65a0f4", "c3b2917d8e56-us12, wid=ab12cd34;"].concat();
    let ids: Vec<String> = found(&detector, &text).into_iter().map(|(_, id)| id).collect();
    assert_eq!(ids, ["test-tail", "test-pattern"]);
    let body = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY3ODkwYWJjZGVmZ2hpamts";
    let pem = ["-----BEGIN TEST ", "PRIVATE KEY-----\n", body, "\n-----END TEST ", "PRIVATE KEY-----"].concat();
    assert_eq!(found(&detector, &pem).len(), 1);
}
