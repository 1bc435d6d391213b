//! L2: private keys in files of their own form: PuTTY's, and JSON Web Keys.

use super::code::{Base64, from_base64};
use super::noise::Noise;
use crate::rules::check::Check;
use serde_json::{Map, Value};

/// Whether the text is such a key.
pub(super) fn verify(check: Check, token: &[u8]) -> bool {
    match check {
        Check::PuttyKey => is_putty(token).is_some(),
        Check::Jwk => jwk(token).is_some_and(|key| is_private_jwk(&key)),
        _ => false,
    }
}

/// Replaces the token by such a key, which opens nothing.
pub(super) fn seal(check: Check, token: &mut Vec<u8>) -> bool {
    let mut noise = Noise::of(token);
    let text = match check {
        Check::PuttyKey => putty(&mut noise),
        Check::Jwk => {
            let mut number = || Base64::Url.write(&noise.bytes(32));
            format!(r#"{{"kty":"EC","crv":"P-256","x":"{}","y":"{}","d":"{}"}}"#, number(), number(), number())
        }
        _ => return false,
    };
    *token = text.into_bytes();
    true
}

const PUTTY: &[u8] = b"PuTTY-User-Key-File-";

/// A key file of version 2 or 3: the members in their order, and as many lines of base64 as they say. Line ends may
/// be escaped.
fn is_putty(token: &[u8]) -> Option<()> {
    let start = memchr::memmem::find(token, PUTTY)?;
    let text = std::str::from_utf8(&token[start..]).ok()?.replace("\\r", "\r").replace("\\n", "\n");
    let mut lines = text.lines().map(str::trim);
    let version = lines.next()?.as_bytes().get(PUTTY.len())?;
    let mut blocks = 0;
    while let Some(line) = lines.next() {
        let Some((name, value)) = line.split_once(':') else { continue };
        match name {
            "Public-Lines" | "Private-Lines" => {
                let count: usize = value.trim().parse().ok()?;
                let block: String = lines.by_ref().take(count).collect();
                from_base64(block.as_bytes()).filter(|bytes| !bytes.is_empty())?;
                blocks += 1;
            }
            "Private-MAC" => {
                // HMAC-SHA-1 in version 2, HMAC-SHA-256 in version 3.
                let digits = value.trim().bytes().take_while(u8::is_ascii_hexdigit).count();
                let fits = matches!((version, digits), (b'2', 40) | (b'3', 64));
                return (fits && blocks == 2).then_some(());
            }
            _ => {}
        }
    }
    None
}

fn putty(noise: &mut Noise) -> String {
    let mut block = |bytes: usize| {
        let text = Base64::Standard.write(&noise.bytes(bytes));
        let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("base64 is ASCII")).collect();
        format!("{}\n{}", lines.len(), lines.join("\n"))
    };
    let (public, private) = (block(51), block(36));
    let head = format!("{}3: ssh-ed25519\nEncryption: none\nComment: ci", String::from_utf8_lossy(PUTTY));
    format!("{head}\nPublic-Lines: {public}\nPrivate-Lines: {private}\nPrivate-MAC: {}", noise.hex(64))
}

/// A key object, as it is, escaped in a string, or as a program writes it.
fn jwk(token: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(token).ok().or_else(|| {
        let text = std::str::from_utf8(token).ok()?;
        serde_json::from_str(&text.replace("\\\"", "\"")).ok().or_else(|| literal(text))
    })
}

/// An object of a program that has only strings: `{ kty: 'EC', d: '…' }`. Other members are left out.
fn literal(text: &str) -> Option<Map<String, Value>> {
    let inner = text.trim().strip_prefix('{')?.strip_suffix('}')?;
    let marks = ['"', '\'', '`'];
    let member = |text: &str| {
        let (name, value) = text.split_once(':')?;
        let value = value.trim();
        let text = value.strip_prefix(marks)?.strip_suffix(marks)?;
        Some((name.trim().trim_matches(marks).to_owned(), Value::String(text.to_owned())))
    };
    Some(inner.split([',', '\n']).filter_map(member).collect())
}

/// Whether a key has a private member of the length that its type needs.
fn is_private_jwk(key: &Map<String, Value>) -> bool {
    let text = |member: &str| key.get(member).and_then(Value::as_str).unwrap_or_default();
    let length = |member: &str| from_base64(text(member).as_bytes()).map_or(0, |bytes| bytes.len());
    // Some libraries leave out the zeros that a number begins with.
    let number = |bytes: usize| (bytes - 2..=bytes).contains(&length("d"));
    match text("kty") {
        "EC" | "OKP" => match text("crv") {
            "P-384" => number(48),
            "P-521" => number(66),
            "Ed448" => number(57),
            "X448" => number(56),
            _ => number(32),
        },
        "RSA" => length("n") >= 64 && (1..=length("n")).contains(&length("d")),
        "oct" => length("k") > 0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Noise, putty, verify};
    use crate::rules::check::Check;

    #[test]
    fn a_putty_key_has_the_lines_it_counts() {
        let text = putty(&mut Noise::of(b"key"));
        assert!(verify(Check::PuttyKey, text.as_bytes()));
        assert!(verify(Check::PuttyKey, text.replace('\n', "\r\n").as_bytes()));
        assert!(verify(Check::PuttyKey, text.replace('\n', "\\n").as_bytes()));
        let lines: Vec<&str> = text.lines().collect();
        for left_out in [3, 4, 5, 6, 7, 8] {
            let others: Vec<&str> = lines.iter().enumerate().filter(|(index, _)| *index != left_out).map(|(_, line)| *line).collect();
            assert!(!verify(Check::PuttyKey, others.join("\n").as_bytes()), "{}", lines[left_out]);
        }
        assert!(!verify(Check::PuttyKey, text.replace("File-3", "File-2").as_bytes()), "the MAC of another version");
    }

    #[test]
    fn a_public_jwk_is_no_private_one() {
        let key = |text: &str| verify(Check::Jwk, text.as_bytes());
        let number = "A".repeat(43);
        assert!(key(&format!(r#"{{"kty":"OKP","crv":"Ed25519","d":"{number}"}}"#)));
        assert!(key(&format!(r#"{{\"kty\":\"EC\",\"crv\":\"P-256\",\"d\":\"{number}\"}}"#)));
        assert!(!key(&format!(r#"{{"kty":"EC","crv":"P-384","d":"{number}"}}"#)));
        assert!(!key(&format!(r#"{{"kty":"EC","crv":"P-256","x":"{number}","y":"{number}"}}"#)));
        assert!(key(&format!("{{\n  kty: 'OKP',\n  crv: 'Ed25519',\n  d: '{number}',\n}}")));
        assert!(!key(&format!("{{ kty: 'EC', crv: 'P-256', x: '{number}', y: '{number}' }}")));
        assert!(!key("{ kty: 'oct', k: encode(secret) }"));
        assert!(!key("{}") && !key("") && !key("[1]"));
    }
}
