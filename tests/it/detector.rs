//! The detector's contracts, through its public interface.

use keyward::engine::checksum;
use keyward::rules::check::Check;
use keyward::rules::{Confidence, RuleSet, load};
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
fn a_name_of_a_provider_counts_with_words_between() {
    let rules = "{provider: Test, rules: [{id: test-apart, name: apart, severity: high, format: '{hex:32}', context: [acme_token]}]}";
    let detector = detector(rules);
    let token = concat!("0f3a9c47b21d8e65", "a0f4c3b2917d8e56");
    for text in [
        format!("ACME_STAGING_TOKEN={token}"),
        format!("acmeStagingToken: '{token}'"),
        format!("x.acme.staging.token={token}"),
        format!("acme:\n  region: eu\n  stagingToken: {token}\n"),
        format!("{{\n  \"acme\": {{\n    \"stagingToken\": \"{token}\"\n  }}\n}}"),
        format!("[acme]\nregion = eu\nstaging_token = {token}\n"),
        format!("provider \"acme\" {{\n  staging_token = \"{token}\"\n}}"),
    ] {
        assert_eq!(found(&detector, &text), [(token, "test-apart".to_owned())], "{text}");
    }
    for text in [
        format!("STAGING_TOKEN={token}"),
        format!("TOKEN_OF_ACME={token}"),
        format!("ACME_STAGING_TOKEN_ID={token}"),
        format!("ACME_STAGING_TOKEN_URL={token}"),
        format!("acmeistic_staging_token = {token}"),
        format!("ACME_STAGING_TOKENIZER_KEY={token}"),
        format!("acme:\n  region: eu\nstaging_token: {token}\n"),
        format!("acme: eu\n  staging_token: {token}\n"),
        format!("[acme]\nregion = eu\n[other]\nstaging_token = {token}\n"),
        format!("[acme]\n\nstaging_token = {token}\n"),
    ] {
        assert_eq!(found(&detector, &text), [], "{text}");
    }
}

#[test]
fn a_token_is_found_where_its_name_stands_further_off() {
    let detector = detector(RULES);
    let token = concat!("0f3a9c47b21d8e65", "a0f4c3b2917d8e56");
    for text in [
        format!("ACMECLOUD_KEY=${{ACMECLOUD_KEY:-{token}}}"),
        format!("<meta-data android:name=\"com.acmecloud.ApiKey\" android:value=\"{token}\"/>"),
        format!("<meta name=\"acmecloud-api-key\" content=\"{token}\">"),
        format!("Const AcmecloudKey As String = \"{token}\""),
        format!("$AcmecloudKey = ConvertTo-SecureString \"{token}\" -AsPlainText -Force"),
    ] {
        assert_eq!(found(&detector, &text), [(token, "test-context".to_owned())], "{text}");
    }
    let head = concat!("tst_a8Kq2LmZ", "p0Xv7Rw3Nb5T");
    assert_eq!(found(&detector, &format!("X=${{X:-{head}}}")), [(head, "test-head".to_owned())]);
    assert_eq!(found(&detector, &format!("acmecloud_key-{token}")), [], "a dash alone gives nothing");
}

#[test]
fn a_header_that_the_rule_knows_needs_no_word_for_a_secret() {
    let rules = "{provider: Test, rules: [{id: test-session, name: s, severity: high, format: '{uuid}', context: [x-acme-session]}]}";
    let detector = detector(rules);
    let id = concat!("0f3a9c47-b21d-4e65-", "a0f4-c3b2917d8e56");
    assert_eq!(found(&detector, &format!("curl -H 'X-Acme-Session: {id}' https://h/x")), [(id, "test-session".to_owned())]);
    assert_eq!(found(&detector, &format!("X-Acme-Session-Name: {id}")), []);
    assert_eq!(found(&detector, &format!("X-Acme-Session\nname: {id}")), []);
}

#[test]
fn length_and_check_tell_a_token_by_themselves() {
    let rules = "{provider: Test, rules: [{id: test-seed, name: seed, severity: high, format: 'S{base32:55}', checksum: stellar-seed}]}";
    let detector = detector(rules);
    let mut seed: Vec<u8> = b"S".iter().chain(b"A2K7QX5TMB3W".iter().cycle()).take(56).copied().collect();
    assert!(checksum::seal(Check::StellarSeed, &mut seed));
    let seed = String::from_utf8(seed).expect("ASCII");
    assert_eq!(found(&detector, &format!("value {seed} here")), [(&seed[..], "test-seed".to_owned())]);
    let other = seed.replacen("QX5", "QX4", 1);
    assert_eq!(found(&detector, &format!("value {other} here")), []);
    let without = |format: &str| {
        load::parse_rules(&format!(
            "{{provider: Test, rules: [{{id: test-a, name: a, severity: low, format: '{format}', checksum: jwt}}]}}"
        ))
    };
    assert!(without("{base32:55}").is_ok() && without("{base32:5..55}").is_err(), "a certain length is needed");
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

/// A token and the same with its fifth character changed.
fn sealed(check: Check, head: &str, length: usize) -> [String; 2] {
    let body: String = "a8Kq2LmZp0Xv7Rw3Nb5TcY6dE9fG1hJ4sU".chars().cycle().take(length).collect();
    let mut token = format!("{head}{body}").into_bytes();
    assert!(checksum::seal(check, &mut token));
    let mut other = token.clone();
    other[head.len()] = if other[head.len()] == b'b' { b'c' } else { b'b' };
    [token, other].map(|token| String::from_utf8(token).expect("ASCII"))
}

#[test]
fn a_check_that_fails_refutes_or_lowers_the_confidence() {
    let rules = r"
provider: Test
rules:
  - {id: test-sure, name: sure, severity: high, format: 'tst_{base62:36}', checksum: github-crc32}
  - {id: test-unsure, name: unsure, severity: high, format: 'tsu_{base62:56}', checksum: vercel-crc32}
";
    let detector = detector(rules);
    let confidence = |token: &str| detector.scan(format!("key = \"{token}\"").as_bytes()).first().map(|found| found.confidence);
    let [right, wrong] = sealed(Check::GithubCrc32, "tst_", 36);
    assert_eq!((confidence(&right), confidence(&wrong)), (Some(Confidence::High), None));
    let [right, wrong] = sealed(Check::VercelCrc32, "tsu_", 56);
    assert_eq!((confidence(&right), confidence(&wrong)), (Some(Confidence::High), Some(Confidence::Medium)));
}

#[test]
fn a_structure_does_not_make_a_placeholder_a_secret() {
    let rules = r"
provider: Test
rules:
  - {id: test-mark, name: mark, severity: high, format: 'sk-proj-{base62:20}T3BlbkFJ{base62:20}', checksum: openai-key}
";
    let detector = detector(rules);
    let key = |side: &str| ["sk-proj-", side, "T3Blbk", "FJ", side].concat();
    assert_eq!(found(&detector, &key("a8Kq2LmZp0Xv7Rw3Nb5T")).len(), 1);
    for placeholder in ["x".repeat(20), "X".repeat(20)] {
        assert_eq!(found(&detector, &key(&placeholder)), [], "{placeholder}");
    }
}

#[test]
fn a_program_in_a_longer_name_takes_no_password_by_place() {
    let detector = Detector::builtin();
    let password = ["q7Rv", "x2Lm9Tz4"].concat();
    let ids = |text: &str| found(&detector, text).into_iter().map(|(_, id)| id).collect::<Vec<_>>();
    assert_eq!(ids(&format!("curl -u admin:{password} https://db.prod-net.io/x\n")), ["curl-user-password"]);
    assert_eq!(ids(&format!("curl_easy_setopt(curl, CURLOPT_PASSWORD, \"{password}\");\n")), ["generic-password-assignment"]);
}

#[test]
fn heads_without_a_token_behind_them_end_in_time() {
    // Every `eyJ` may begin a token of dozens of rules whose parts are thousands of characters long.
    let detector = Detector::builtin();
    for piece in ["-eyJ", "eyJ.", "eyJhbGciOi-.", "-eyJ-"] {
        assert_eq!(found(&detector, &piece.repeat(20_000)), [], "{piece}");
    }
}
