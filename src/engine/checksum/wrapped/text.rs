//! L2: tokens that are base64 of text of a certain form.

use super::{
    BASE64URL, COLON, DIGITS, Form, HEX, behind, behind_second_underscore, is_printable, is_sequence, is_uuid, last_word, padded,
    padded_with, part, whole,
};
use crate::rules::check::Check;

/// The characters of a ULID (Crockford's base32).
const ULID: &[u8] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Text with the marks of one provider.
pub(super) fn vendor_form(check: Check) -> Option<Form> {
    let form = match check {
        Check::TextWorkos => Form {
            place: behind_second_underscore,
            fits: is_workos,
            fill: |length, noise| padded(length, &format!("key_01{},", noise.text(24, ULID)), 8, noise, ""),
        },
        Check::TextHighnote => Form {
            place: behind_second_underscore,
            fits: |bytes| bytes.starts_with(b"key_") && is_printable(bytes),
            fill: |length, noise| padded(length, "key_2", 8, noise, ""),
        },
        Check::TextAtlassianDc => Form {
            place: |token| behind(token, b"BBDC-").or_else(|| whole(token)),
            fits: |bytes| bytes.len() == 33 && bytes[..12].iter().all(u8::is_ascii_digit) && bytes[12] == b':',
            fill: |_, noise| [noise.text(12, b"0123456789").as_bytes(), b":", &noise.bytes(20)].concat(),
        },
        Check::TextAwsBedrock => Form {
            place: |token| behind(token, b"ABSK"),
            fits: |bytes| bytes.starts_with(b"BedrockAPIKey-"),
            fill: |length, noise| padded(length, "BedrockAPIKey-", 8, noise, "-at-123456789012:x"),
        },
        Check::TextAwsBedrockSession => Form {
            place: |token| behind(token, b"bedrock-api-key-"),
            fits: |bytes| {
                bytes.starts_with(b"bedrock.amazonaws.com") && memchr::memmem::find(bytes, b"X-Amz-").is_some() && is_printable(bytes)
            },
            fill: |length, noise| padded(length, "bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Signature=", 8, noise, ""),
        },
        Check::TextClerk => Form {
            place: behind_second_underscore,
            fits: |bytes| {
                bytes.strip_suffix(b"$").is_some_and(|host| {
                    !host.is_empty() && host.iter().all(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':'))
                })
            },
            fill: |length, noise| padded(length, "", 4, noise, ".example.com$"),
        },
        Check::TextDevin => Form {
            place: |token| Some(token.iter().rposition(|&byte| byte == b'_')? + 1..token.len()),
            fits: is_printable,
            fill: |length, noise| padded(length, "user-", 8, noise, ""),
        },
        Check::TextIntercom => Form {
            place: whole,
            fits: |bytes| bytes.strip_prefix(b"tok:").is_some_and(|id| id.contains(&b'_') && is_printable(id)),
            fill: |length, noise| padded(length, &format!("tok:{}_", noise.hex(8)), 8, noise, ":1:0"),
        },
        Check::TextJfrogReference => Form {
            place: whole,
            fits: |bytes| {
                bytes.strip_prefix(b"reftkn:").is_some_and(|rest| is_sequence(rest, &[(2, DIGITS), (1, COLON), (10, DIGITS), (1, COLON)]))
            },
            fill: |length, noise| padded(length, "reftkn:01:1760000000:", 8, noise, ""),
        },
        _ => return None,
    };
    Some(form)
}

/// Text that is ids, keys and separators.
pub(super) fn plain_form(check: Check) -> Option<Form> {
    let form = match check {
        Check::TextElasticsearch => Form {
            place: whole,
            fits: |bytes| bytes.len() == 43 && is_sequence(bytes, &[(20, BASE64URL), (1, COLON), (22, BASE64URL)]),
            fill: |_, noise| format!("{}:{}", noise.word(20), noise.word(22)).into_bytes(),
        },
        Check::TextMailjet => Form {
            place: whole,
            fits: |bytes| bytes.len() == 65 && is_sequence(bytes, &[(32, HEX), (1, COLON), (32, HEX)]),
            fill: |_, noise| format!("{}:{}", noise.hex(32), noise.hex(32)).into_bytes(),
        },
        Check::TextNvidiaNgc => Form {
            place: whole,
            fits: |bytes| {
                bytes.len() == 63 && is_sequence(bytes, &[(26, |byte| byte.is_ascii_alphanumeric()), (1, COLON)]) && is_uuid(&bytes[27..])
            },
            fill: |_, noise| format!("{}:{}", noise.word(26), noise.uuid()).into_bytes(),
        },
        Check::TextNxCloud => Form {
            place: whole,
            fits: |bytes| bytes.split_at_checked(36).is_some_and(|(id, access)| is_uuid(id) && matches!(access, b"|read" | b"|read-write")),
            fill: |_, noise| format!("{}|read-write", noise.uuid()).into_bytes(),
        },
        Check::TextPlivo => Form {
            place: whole,
            fits: |bytes| bytes.len() == 30 && is_sequence(bytes, &[(30, HEX)]),
            fill: |_, noise| noise.hex(30).into_bytes(),
        },
        Check::TextOnesignal => Form { place: whole, fits: is_uuid, fill: |_, noise| noise.uuid().into_bytes() },
        Check::TextDiscord => Form {
            place: |token| part(token, 0),
            fits: |bytes| (17..=20).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_digit),
            // 17 digits make 23 characters, which the rule's format no longer allows.
            fill: |length, noise| padded_with(length.clamp(18, 20), "1", 17, noise, "", b"0123456789"),
        },
        Check::BasicAuth => Form {
            place: last_word,
            fits: |bytes| is_printable(bytes) && bytes.iter().position(|&byte| byte == b':').is_some_and(|at| at + 1 < bytes.len()),
            fill: |length, noise| padded(length, "ci:", 12, noise, ""),
        },
        Check::Base64Text => Form { place: last_word, fits: is_printable, fill: |length, noise| padded(length, "", 4, noise, "") },
        _ => return None,
    };
    Some(form)
}

/// `key_<ULID>,<secret>`.
fn is_workos(bytes: &[u8]) -> bool {
    let ulid: fn(u8) -> bool = |byte| byte.is_ascii_alphanumeric();
    bytes
        .strip_prefix(b"key_")
        .is_some_and(|rest| rest.len() > 27 && is_sequence(rest, &[(26, ulid), (1, |byte| byte == b',')]) && is_printable(rest))
}
