//! Private keys in every form in which they stand, and what is public beside them.

use keyward::Detector;
use keyward::engine::sample::{self, Random};
use keyward::rules::alphabet::ByteSet;
use keyward::rules::{RuleSet, load};

fn ids(detector: &Detector, text: &str) -> Vec<String> {
    detector.scan(text.as_bytes()).iter().map(|one| detector.rules()[one.rule].id.clone()).collect()
}

/// A key of the rule, which opens nothing.
fn key(detector: &Detector, id: &str) -> String {
    let rule = detector.rules().iter().find(|rule| rule.id == id).expect("a rule that is on");
    String::from_utf8(sample::secret(rule, 3).expect("can be made")).expect("ASCII")
}

fn noise(seed: u64, length: usize) -> String {
    String::from_utf8(Random::new(seed).bytes(ByteSet::named("base64").expect("a known alphabet"), length)).expect("ASCII")
}

/// A block with lines of noise.
fn block(label: &str, head: &str) -> String {
    let lines: Vec<String> = (0..14).map(|line| noise(line, 64)).collect();
    format!("-----BEGIN {label}-----\n{head}{}\n-----END {label}-----\n", lines.join("\n"))
}

/// The ways in which a key of several lines is written elsewhere.
fn forms(key: &str) -> Vec<String> {
    let lines: Vec<&str> = key.lines().collect();
    vec![
        format!("{key}\n"),
        key.replace('\n', "\r\n"),
        format!("KEY=\"{}\"\n", lines.join("\\n")),
        format!("KEY=\"{}\"\n", lines.join(" ")),
        format!("{{\"key\": \"{}\"}}\n", lines.join("\\n")),
        format!("{{\"a\": \"{{\\\"key\\\": \\\"{}\\\"}}\"}}\n", lines.join("\\\\n")),
        format!("key: |\n  {}\nother: 1\n", lines.join("\n  ")),
        format!("k = \"{}\"\n", lines.join("\\n\" +\n    \"")),
        format!("k = (\n{}\n)\n", lines.iter().map(|line| format!("    \"{line}\\n\"")).collect::<Vec<_>>().join("\n")),
        format!("const k = `{key}`;\n"),
        format!("<key>\n{key}\n</key>\n"),
        format!("+{}\n", lines.join("\n+")),
        format!("# {}\n", lines.join("\n# ")),
        format!("{}{key}\n", block("CERTIFICATE", "")),
    ]
}

#[test]
fn keys_are_told_by_kind_in_every_form() {
    let detector = Detector::builtin();
    for id in [
        "private-key-rsa",
        "private-key-ec",
        "private-key-dsa",
        "private-key-pkcs8",
        "private-key-pkcs8-encrypted",
        "private-key-openssh",
        "private-key-pgp",
    ] {
        let key = key(&detector, id);
        for text in forms(key.trim_end()) {
            // A comment before each line is no part of a key.
            let is_prefixed = text.starts_with('+') || text.starts_with('#');
            let found = ids(&detector, &text);
            assert!(found == [id] || is_prefixed && found.len() <= 1, "{id}: {found:?} in {text}");
        }
    }
}

#[test]
fn keys_that_were_damaged_are_told_with_less_confidence() {
    let detector = Detector::builtin();
    for (label, id) in [
        ("RSA PRIVATE KEY", "private-key-rsa"),
        ("PRIVATE KEY", "private-key-pkcs8"),
        ("OPENSSH PRIVATE KEY", "private-key-openssh"),
        ("ENCRYPTED PRIVATE KEY", "private-key-pkcs8-encrypted"),
    ] {
        let key = block(label, "");
        for text in [key.clone(), format!("KEY=\"{}\"\n", key.trim_end().replace('\n', "\\n"))] {
            let found = detector.scan(text.as_bytes());
            let [one] = &found[..] else { panic!("{id}: {:?} in {text}", ids(&detector, &text)) };
            assert_eq!(detector.rules()[one.rule].id, id);
            assert_eq!(one.confidence, keyward::rules::Confidence::Medium);
        }
    }
}

#[test]
fn keys_of_other_tools_are_told() {
    let detector = Detector::builtin();
    for id in [
        "private-key-pem-encrypted",
        "private-key-putty-ppk",
        "private-key-age-post-quantum",
        "private-key-wireguard",
        "private-key-jwk",
        "private-key-der-base64",
    ] {
        let rule = detector.rules().iter().find(|rule| rule.id == id).unwrap_or_else(|| panic!("{id} is on"));
        let text = sample::matching(rule, 3).map_or_else(
            || format!("key = \"{}\"\n", key(&detector, id)),
            |(text, _)| format!("\n{}\n", String::from_utf8(text).expect("ASCII")),
        );
        assert!(ids(&detector, &text).contains(&id.to_owned()), "{id}: {:?} in {text}", ids(&detector, &text));
    }
}

#[test]
fn what_is_public_is_silent() {
    let detector = Detector::builtin();
    let recipient: String =
        noise(4, 90).to_lowercase().chars().filter(|c| "qpzry9x8gf2tvdw0s3jn54khce6mua7l".contains(*c)).take(58).collect();
    let mut texts = vec![
        format!("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ{} me@host\n", noise(1, 340)),
        format!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{} me@host\n", noise(2, 43)),
        format!("---- BEGIN SSH2 PUBLIC KEY ----\nComment: \"x\"\n{}\n{}\n---- END SSH2 PUBLIC KEY ----\n", noise(1, 70), noise(2, 70)),
        format!("[Peer]\nPublicKey = {}=\nAllowedIPs = 0.0.0.0/0\n", noise(3, 43)),
        format!("# public key: age1{recipient}\n"),
        format!("untrusted comment: minisign public key\nRW{}\n", noise(5, 54)),
        format!("public_key = \"{}\"\n", noise(6, 392)),
        format!("certificate: MIID{}\n", noise(7, 900)),
        format!("ca.crt: {}\n", data_encoding::BASE64.encode(block("CERTIFICATE", "").as_bytes())),
        "grep -q 'BEGIN RSA PRIVATE KEY' file && echo '-----BEGIN PRIVATE KEY-----'\n".to_owned(),
        "-----BEGIN PRIVATE KEY-----\n<your key here>\n-----END PRIVATE KEY-----\n".to_owned(),
        "-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----\n".to_owned(),
        "-----BEGIN PRIVATE KEY-----\\nYOUR_PRIVATE_KEY\\n-----END PRIVATE KEY-----\\n".to_owned(),
    ];
    for label in [
        "CERTIFICATE",
        "TRUSTED CERTIFICATE",
        "CERTIFICATE REQUEST",
        "NEW CERTIFICATE REQUEST",
        "X509 CRL",
        "PUBLIC KEY",
        "RSA PUBLIC KEY",
        "PGP PUBLIC KEY BLOCK",
        "PGP SIGNATURE",
        "PGP MESSAGE",
        "SSH SIGNATURE",
        "DH PARAMETERS",
        "EC PARAMETERS",
        "PKCS7",
        "CMS",
        "AGE ENCRYPTED FILE",
    ] {
        let head = if label.starts_with("PGP") { "Version: GnuPG\n\n" } else { "" };
        let text = block(label, head);
        texts.extend([text.replace('\n', "\\n"), text]);
    }
    for text in texts {
        assert_eq!(ids(&detector, &text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn every_rule_of_a_label_is_tried() {
    let rules = r"
provider: Test
rules:
  - {id: test-encrypted, name: encrypted, severity: high, pem: TEST PRIVATE KEY, checksum: pem-encrypted}
  - {id: test-any, name: any, severity: high, pem: TEST PRIVATE KEY}
";
    let detector = Detector::new(RuleSet::new(load::parse_rules(rules).expect("valid rules")).expect("unique ids")).expect("compiles");
    assert_eq!(ids(&detector, &block("TEST PRIVATE KEY", "")), ["test-any"]);
}
