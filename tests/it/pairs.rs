//! Secrets of several parts: one finding with all its places, in every report that can show them.

use crate::support::keyward::{builtin_secret as value, keyward};
use keyward::rules::builtin::builtin;
use keyward::{Detector, Match};

/// Rule of the match and of its parts.
fn found(text: &str) -> Vec<(String, Vec<String>)> {
    let detector = Detector::builtin();
    let parts = |one: &Match| one.parts.iter().map(|part| detector.numbered(part.rule).id.clone()).collect();
    detector.scan(text.as_bytes()).iter().map(|one| (detector.rules()[one.rule].id.clone(), parts(one))).collect()
}

fn whole(rule: &str, parts: &[&str]) -> (String, Vec<String>) {
    (rule.to_owned(), parts.iter().map(|&part| part.to_owned()).collect())
}

fn aws() -> String {
    let (id, secret) = (value("aws-access-key-id", 1), value("aws-secret-access-key", 1));
    format!("[default]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n")
}

#[test]
fn an_aws_key_and_its_id_are_one_match() {
    assert_eq!(found(&aws()), [whole("aws-secret-access-key", &["aws-access-key-id"])]);
    let id = value("aws-access-key-id", 1);
    assert_eq!(found(&format!("aws_access_key_id = {id}\n")), [whole("aws-access-key-id", &[])]);
}

#[test]
fn a_secret_key_needs_no_name_beside_its_id() {
    let (id, secret) = (value("aws-access-key-id", 1), value("aws-secret-access-key", 1));
    for form in ["User name,Access key ID,Secret access key\nbob,@1,@2\n", "client(\"s3\", \"@1\", \"@2\")\n", "@1 @2\n", "@1\n@2\n"] {
        let text = form.replace("@1", &id).replace("@2", &secret);
        assert_eq!(found(&text), [whole("aws-secret-access-key", &["aws-access-key-id"])], "{text}");
    }
    assert_eq!(found(&format!("{id}\nchecksum: {secret}\n")), [whole("aws-access-key-id", &[])]);
    assert_eq!(found(&format!("x{id}\n{secret}\n")), []);
}

#[test]
fn temporary_credentials_are_one_match() {
    let [id, secret, token] = ["aws-temporary-access-key-id", "aws-secret-access-key", "aws-session-token"].map(|rule| value(rule, 3));
    let text = format!("export AWS_ACCESS_KEY_ID={id}\nexport AWS_SECRET_ACCESS_KEY={secret}\nexport AWS_SESSION_TOKEN={token}\n");
    assert_eq!(found(&text), [whole("aws-secret-access-key", &["aws-temporary-access-key-id", "aws-session-token"])]);
}

#[test]
fn ids_that_are_public_are_shown_with_their_secret_only() {
    let (sid, token) = (value("twilio-account-sid", 1), value("twilio-auth-token", 1));
    let text = format!("TWILIO_ACCOUNT_SID={sid}\nTWILIO_AUTH_TOKEN={token}\n");
    assert_eq!(found(&text), [whole("twilio-auth-token", &["twilio-account-sid"])]);
    assert_eq!(found(&format!("TWILIO_ACCOUNT_SID={sid}\n")), []);
    let (id, secret) = (value("google-oauth-client-id", 1), value("google-oauth-client-secret", 1));
    let text = format!("{{\"client_id\":\"{id}\",\"client_secret\":\"{secret}\"}}");
    assert_eq!(found(&text), [whole("google-oauth-client-secret", &["google-oauth-client-id"])]);
}

#[test]
fn credentials_in_base64_stay_together() {
    let encoded = data_encoding::BASE64.encode(aws().as_bytes());
    assert_eq!(found(&format!("credentials: {encoded}\n")), [whole("aws-secret-access-key", &["aws-access-key-id"])]);
}

#[test]
fn an_id_alone_is_never_severe() {
    let rules = builtin();
    for rule in rules.rules().iter().filter(|rule| rule.enabled) {
        let is_id = rule.id.ends_with("-id")
            && rule.pairs_with.iter().any(|other| rules.get(other).is_some_and(|other| other.severity > rule.severity));
        assert!(!is_id || rule.severity <= keyward::rules::Severity::Medium, "{}", rule.id);
    }
}

#[test]
fn rules_pair_with_rules_that_are_there() {
    let rules = builtin();
    for rule in rules.rules() {
        for other in &rule.pairs_with {
            assert!(rules.get(other).is_some() && *other != rule.id, "{}: {other}", rule.id);
        }
    }
}

mod reports {
    use super::{aws, keyward, value};

    fn report(format: &str) -> String {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("credentials"), aws()).unwrap();
        let run = keyward(dir.path(), ["scan", "--format", format]).run().expect(1);
        for rule in ["aws-access-key-id", "aws-secret-access-key"] {
            assert!(!run.stdout.contains(&value(rule, 1)), "{}", run.stdout);
        }
        run.stdout
    }

    #[test]
    fn text_names_the_parts() {
        let text = report("text");
        assert!(text.contains("credentials:3:25: critical: AWS secret access key [aws-secret-access-key]"), "{text}");
        assert!(text.contains("= with: AWS long-term access key id (IAM user or root) at 2:21, AKIA****"), "{text}");
        assert!(text.contains("1 finding (1 critical) in 1 file"), "{text}");
    }

    #[test]
    fn json_lists_the_parts() {
        let document: serde_json::Value = serde_json::from_str(&report("json")).unwrap();
        let findings = document["findings"].as_array().unwrap();
        assert_eq!(findings.len(), 1);
        let part = &findings[0]["parts"][0];
        assert_eq!((part["rule"].as_str(), part["line"].as_u64(), part["column"].as_u64()), (Some("aws-access-key-id"), Some(2), Some(21)));
        assert_eq!((part["end_line"].as_u64(), part["end_column"].as_u64()), (Some(2), Some(41)));
        assert!(part["secret"].as_str().unwrap().contains("****"));
    }

    #[test]
    fn sarif_relates_the_places() {
        let log: serde_json::Value = serde_json::from_str(&report("sarif")).unwrap();
        let result = &log["runs"][0]["results"][0];
        let related = &result["relatedLocations"][0];
        assert_eq!(related["physicalLocation"]["region"]["startLine"], 2);
        assert_eq!(related["physicalLocation"]["artifactLocation"]["uri"], "credentials");
        assert!(related["message"]["text"].as_str().unwrap().starts_with("AWS long-term access key id"), "{related}");
    }
}

#[test]
fn explain_says_to_what_a_part_belongs() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a"), aws()).unwrap();
    let run = keyward(dir.path(), ["explain", "a:2"]).run().expect(0);
    assert!(run.stdout.contains("it belongs to what aws-secret-access-key finds near it: [aws-access-key-id]"), "{}", run.stdout);
}

#[test]
fn a_new_id_beside_an_old_secret_is_news() {
    let repo = crate::support::repo::Repo::init();
    let old = aws();
    let new = old.replace(&value("aws-access-key-id", 1), &value("aws-access-key-id", 2));
    std::fs::write(repo.dir().join("credentials"), &old).unwrap();
    repo.git(&["add", "."]);
    repo.git(&["commit", "-qm", "one"]);
    std::fs::write(repo.dir().join("credentials"), format!("# moved\n{old}")).unwrap();
    repo.git(&["add", "."]);
    keyward(repo.dir(), ["staged"]).run().expect(0);
    std::fs::write(repo.dir().join("credentials"), &new).unwrap();
    repo.git(&["add", "."]);
    let run = keyward(repo.dir(), ["staged"]).run().expect(1);
    assert!(run.stdout.contains("1 finding (1 critical) in 1 file"), "{}", run.stdout);
}
