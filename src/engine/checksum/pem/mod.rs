//! L2: private key blocks: whether the body is what the label says (RFC 7468, RFC 1421, OpenSSH `PROTOCOL.key`,
//! RFC 9580). A block without its end line was cut short: then what is there has to begin rightly.

mod armor;
mod body;
mod der;
mod sample;
mod ssh;

use super::code::{Base64, from_base64, from_cut_base64, from_hex};
use super::noise::Noise;
use crate::engine::entropy::shannon;
use crate::rules::check::Check;
use body::Body;

/// Whether a passphrase is needed to use the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Clear,
    Encrypted,
}

/// A block: `-----BEGIN <label>-----<body>-----END <label>-----`.
struct Block<'t> {
    label: &'t str,
    body: &'t [u8],
    /// Whether the end line is there.
    whole: bool,
}

/// Whether the token is a private key block, in the state that is asked for.
pub(super) fn verify(check: Check, token: &[u8]) -> bool {
    match check {
        Check::PemClear => state(token) == Some(State::Clear),
        Check::PemEncrypted => state(token) == Some(State::Encrypted),
        Check::Base64Pem => from_cut_base64(token).is_some_and(|text| state(&text).is_some()),
        _ => state(token).is_some(),
    }
}

/// Whether the token is a private key block whose body is no key any more, since a part of it is missing or was replaced:
/// lines of base64 as random as those of a key.
pub(super) fn is_damaged(check: Check, token: &[u8]) -> bool {
    /// Characters of the shortest body: more than two lines.
    const LEAST_BODY: usize = 150;
    let is_key = |block: &Block| block.whole && (block.label.ends_with("PRIVATE KEY") || block.label == "PGP PRIVATE KEY BLOCK");
    let Some(block) = block(token).filter(is_key) else { return false };
    let body = body::read(block.body);
    let is_encrypted = body.encrypted || block.label.starts_with("ENCRYPTED ");
    let is_asked = match check {
        Check::PemClear => !is_encrypted,
        Check::PemEncrypted => is_encrypted,
        _ => true,
    };
    is_asked && body.text.len() >= LEAST_BODY && body.text.len() * 10 >= block.body.len() * 8 && shannon(&body.text) > 5.2
}

/// Gives the block a body that fits its label.
pub(super) fn seal(check: Check, token: &mut Vec<u8>) -> bool {
    let mut noise = Noise::of(token);
    if check == Check::Base64Pem {
        let block = sample::block("RSA PRIVATE KEY", State::Clear, &mut noise).expect("a label that there is");
        *token = Base64::Standard.write(block.as_bytes()).into_bytes();
        return true;
    }
    let state = if check == Check::PemEncrypted { State::Encrypted } else { State::Clear };
    let Some(sealed) = block(token).and_then(|block| sample::block(block.label, state, &mut noise)) else { return false };
    let begin = memchr::memmem::find(token, b"BEGIN ").expect("a block begins so");
    let start = token[..begin].iter().rposition(|byte| !matches!(byte, b'-' | b' ')).map_or(0, |at| at + 1);
    token.truncate(start);
    token.extend(sealed.bytes());
    true
}

fn block(text: &[u8]) -> Option<Block<'_>> {
    let start = memchr::memmem::find(text, b"BEGIN ")? + b"BEGIN ".len();
    let length = memchr::memmem::find(&text[start..], b"----")?;
    let label = std::str::from_utf8(&text[start..start + length]).ok()?.trim_end();
    let rest = &text[start + length..];
    let end = memchr::memmem::find(rest, format!("END {label}").as_bytes());
    let body = &rest[..end.unwrap_or(rest.len())];
    let (first, last) = (body.iter().position(|&byte| byte != b'-')?, body.iter().rposition(|&byte| byte != b'-')?);
    Some(Block { label, body: &body[first..=last], whole: end.is_some() })
}

/// What the body of a private key block is; `None` where it is none.
fn state(text: &[u8]) -> Option<State> {
    let block = block(text)?;
    let body = body::read(block.body);
    match block.label {
        "OpenVPN Static key V1" => static_key(&body).then_some(State::Clear),
        label if label.starts_with("OpenVPN tls-crypt-v2") => (from_base64(&body.text)?.len() >= 128).then_some(State::Clear),
        "OPENSSH PRIVATE KEY" => ssh::openssh(&from_base64(&body.text)?, block.whole),
        "SSH2 ENCRYPTED PRIVATE KEY" => ssh::ssh2(&from_base64(&body.text)?),
        "PGP PRIVATE KEY BLOCK" => armor::secret_key(&body.text, block.whole).then_some(State::Clear),
        "TENDERMINT PRIVATE KEY" => armor::is_checked(&body.text).then_some(State::Encrypted),
        label if label.ends_with("PRIVATE KEY") => der_key(label, &body, block.whole),
        _ => None,
    }
}

/// A key in DER, or what RFC 1421 makes of it with a passphrase.
fn der_key(label: &str, body: &Body, whole: bool) -> Option<State> {
    let bytes = if whole { from_base64(&body.text) } else { from_cut_base64(&body.text) }?;
    if body.encrypted {
        // Blocks of 8 or 16 bytes.
        let fits = bytes.len() >= 16 && (!whole || bytes.len().is_multiple_of(8));
        return fits.then_some(State::Encrypted);
    }
    if label.starts_with("ENCRYPTED ") {
        return der::is_encrypted_key(&bytes, whole).then_some(State::Encrypted);
    }
    // Some tools write one structure under the label of the other, and others read it.
    der::is_private_key(&bytes, whole).then_some(State::Clear)
}

/// 2048 bits in hex.
fn static_key(body: &Body) -> bool {
    from_hex(&body.text).is_some_and(|bytes| bytes.len() == 256)
}

#[cfg(test)]
mod tests {
    use super::{Noise, State, is_damaged, sample, state, verify};
    use crate::rules::check::Check;

    const LABELS: [&str; 11] = [
        "RSA PRIVATE KEY",
        "DSA PRIVATE KEY",
        "EC PRIVATE KEY",
        "PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY",
        "OPENSSH PRIVATE KEY",
        "PGP PRIVATE KEY BLOCK",
        "SSH2 ENCRYPTED PRIVATE KEY",
        "TENDERMINT PRIVATE KEY",
        "OpenVPN Static key V1",
        "OpenVPN tls-crypt-v2 client key",
    ];

    fn block(label: &str, state: State) -> String {
        sample::block(label, state, &mut Noise::of(label.as_bytes())).expect("a label that there is")
    }

    #[test]
    fn every_label_has_its_structure() {
        for label in LABELS {
            let block = block(label, State::Clear);
            assert!(verify(Check::Pem, block.as_bytes()), "{block}");
            for other in LABELS {
                let relabelled = block.replace(label, other);
                let der = |label: &str| matches!(label, "RSA PRIVATE KEY" | "DSA PRIVATE KEY" | "EC PRIVATE KEY" | "PRIVATE KEY");
                let armor = |label: &str| matches!(label, "PGP PRIVATE KEY BLOCK" | "TENDERMINT PRIVATE KEY");
                let alike = der(label) && der(other) || armor(label) && armor(other) || other.starts_with("OpenVPN tls");
                if label != other && !alike && !label.contains(other) {
                    assert!(!verify(Check::Pem, relabelled.as_bytes()), "{label} as {other}");
                }
            }
        }
    }

    #[test]
    fn a_passphrase_is_told() {
        for label in ["RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "SSH2 ENCRYPTED PRIVATE KEY"] {
            assert_eq!(state(block(label, State::Clear).as_bytes()), Some(State::Clear), "{label}");
            assert_eq!(state(block(label, State::Encrypted).as_bytes()), Some(State::Encrypted), "{label}");
        }
        assert!(!verify(Check::PemClear, block("RSA PRIVATE KEY", State::Encrypted).as_bytes()));
        assert!(verify(Check::PemEncrypted, block("ENCRYPTED PRIVATE KEY", State::Clear).as_bytes()));
    }

    #[test]
    fn a_line_is_missing_or_the_end_is() {
        for label in ["RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "PGP PRIVATE KEY BLOCK"] {
            let text = block(label, State::Clear);
            let lines: Vec<&str> = text.lines().collect();
            let shortened = [&lines[..2], &lines[3..]].concat().join("\n");
            assert!(!verify(Check::Pem, shortened.as_bytes()), "{shortened}");
            assert_eq!(is_damaged(Check::PemClear, shortened.as_bytes()), label != "EC PRIVATE KEY", "{label}");
            let cut = &text[..text.find("-----END").expect("an end") - 20];
            assert!(verify(Check::Pem, cut.as_bytes()), "{cut}");
        }
    }

    #[test]
    fn what_only_stands_for_a_body_is_no_damaged_key() {
        for body in ["MIIE".repeat(80), "your key goes here, in lines of 64 characters ".repeat(8), "...\n".repeat(60)] {
            let text = ["-----BEGIN RSA ", "PRIVATE KEY-----\n", &body, "\n-----END RSA ", "PRIVATE KEY-----\n"].concat();
            assert!(!is_damaged(Check::PemClear, text.as_bytes()), "{body}");
        }
    }

    #[test]
    fn blocks_are_read_however_their_lines_are_written() {
        for label in ["RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "PGP PRIVATE KEY BLOCK", "OpenVPN Static key V1"] {
            let text = block(label, State::Clear);
            let lines: Vec<&str> = text.lines().collect();
            for (name, written) in [
                ("json", lines.join("\\n")),
                ("json in json", lines.join("\\\\n")),
                ("crlf", lines.join("\r\n")),
                ("escaped crlf", lines.join("\\r\\n")),
                ("escaped slash", text.replace('/', "\\/").replace('\n', "\\n")),
                ("unicode escape", text.replace('=', "\\u003d").replace('\n', "\\u000a")),
                ("indented", lines.join("\n    ")),
                ("spaces", lines.join(" ")),
                ("concatenated", lines.join("\\n\" +\n        \"")),
                ("concatenated without escape", lines.join("' + '")),
                ("array", lines.join("\",\n  \"")),
                ("continued", lines.join("\\n\\\n")),
                ("comment", lines.join("\n# ")),
                ("slash comment", lines.join("\n// ")),
                ("quoted", lines.join("\n> ")),
                ("diff", lines.join("\n+")),
                ("url encoded", lines.join("%0A").replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")),
                ("xml", lines.join("&#13;\n")),
            ] {
                assert!(verify(Check::Pem, written.as_bytes()), "{name}: {written}");
            }
        }
    }

    #[test]
    fn headers_on_one_line_are_no_body() {
        let text = block("RSA PRIVATE KEY", State::Encrypted);
        assert!(text.contains("Proc-Type"));
        assert!(verify(Check::PemEncrypted, text.replace('\n', " ").as_bytes()));
        assert!(verify(Check::PemEncrypted, text.replace('\n', "\\n").as_bytes()));
    }

    #[test]
    fn placeholders_in_a_block_are_no_key() {
        for body in ["...", "MIIEpAIBAAKCAQEA...", "<your key here>", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", ""] {
            let text = format!("{0}BEGIN {1}{0}\n{body}\n{0}END {1}{0}", "-----", "RSA PRIVATE KEY");
            assert!(!verify(Check::Pem, text.as_bytes()), "{text}");
        }
        let certificate = block("RSA PRIVATE KEY", State::Clear).replace("RSA PRIVATE KEY", "CERTIFICATE");
        assert!(!verify(Check::Pem, certificate.as_bytes()));
    }
}
