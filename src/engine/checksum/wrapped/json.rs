//! L2: tokens that are base64 of a JSON object: which members it has.

use super::{Form, HEX, behind, is_sequence, is_uuid, padded, part, whole};
use crate::rules::check::Check;
use serde_json::{Map, Value};

/// What a check's token holds, where that is a JSON object.
pub(super) fn form(check: Check) -> Option<Form> {
    let form = match check {
        Check::Json1password => Form {
            place: |token| behind(token, b"ops_"),
            fits: |bytes| has(bytes, &["signInAddress", "secretKey"]),
            fill: |length, noise| {
                padded(length, "{\"signInAddress\":\"my.example.com\",\"email\":\"ci@example.com\",\"secretKey\":\"", 26, noise, "\"}")
            },
        },
        Check::JsonCloudflareTunnel => Form {
            place: whole,
            fits: is_tunnel,
            fill: |length, noise| {
                let head = format!("{{\"a\":\"{}\",\"t\":\"{}\",\"s\":\"", noise.hex(32), noise.uuid());
                padded(length, &head, 20, noise, "\"}")
            },
        },
        Check::JsonGrafanaLegacy => Form {
            place: whole,
            fits: |bytes| has(bytes, &["k", "n", "id"]),
            fill: |length, noise| padded(length, "{\"k\":\"", 20, noise, "\",\"n\":\"ci\",\"id\":1}"),
        },
        Check::JsonGrafanaCloud => Form {
            place: |token| behind(token, b"glc_"),
            fits: |bytes| has(bytes, &["o", "k"]),
            fill: |length, noise| padded(length, "{\"o\":\"123456\",\"n\":\"ci\",\"k\":\"", 20, noise, "\",\"m\":{\"r\":\"eu\"}}"),
        },
        Check::JsonSentry => Form {
            place: |token| {
                let rest = behind(token, b"sntrys_")?;
                let length = token[rest.clone()].iter().rposition(|&byte| byte == b'_')?;
                Some(rest.start..rest.start + length)
            },
            fits: |bytes| has(bytes, &["url", "org"]),
            fill: |length, noise| {
                padded(
                    length,
                    "{\"iat\":1760000000.5,\"url\":\"https://example.com\",\"region_url\":\"https://example.com\",\"org\":\"",
                    4,
                    noise,
                    "\"}",
                )
            },
        },
        Check::JsonConvex => {
            Form { place: whole, fits: |bytes| has(bytes, &["v2"]), fill: |length, noise| padded(length, "{\"v2\":\"", 20, noise, "\"}") }
        }
        Check::JsonSnyk => Form {
            place: |token| part(token, 2),
            fits: |bytes| has(bytes, &["j", "s"]),
            fill: |length, noise| padded(length, "{\"e\":1760000000,\"h\":\"example.com\",\"j\":\"", 8, noise, "\",\"s\":\"ci\"}"),
        },
        Check::JsonTinybird => Form {
            place: |token| part(token, 1),
            fits: |bytes| has(bytes, &["u", "id"]),
            fill: |length, noise| padded(length, "{\"u\":\"", 16, noise, "\",\"id\":\"1\",\"host\":\"eu\"}"),
        },
        Check::JsonMapbox => Form {
            place: |token| part(token, 1),
            fits: |bytes| has(bytes, &["u", "a"]),
            fill: |length, noise| padded(length, "{\"u\":\"ci\",\"a\":\"", 8, noise, "\"}"),
        },
        Check::JsonMiro => Form {
            place: |token| Some(0..memchr::memchr(b'_', token)?),
            fits: |bytes| has(bytes, &["miro.origin"]),
            fill: |length, noise| padded(length, "{\"miro.origin\":\"", 4, noise, "\"}"),
        },
        _ => return None,
    };
    Some(form)
}

/// Account, tunnel and secret of a Cloudflare tunnel.
fn is_tunnel(bytes: &[u8]) -> bool {
    let Some(object) = object(bytes) else { return false };
    let text = |member: &str| object.get(member).and_then(Value::as_str).unwrap_or_default().as_bytes();
    text("a").len() == 32 && is_sequence(text("a"), &[(32, HEX)]) && is_uuid(text("t")) && !text("s").is_empty()
}

fn object(bytes: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(bytes).ok()
}

/// Whether the bytes are a JSON object with all of these members.
fn has(bytes: &[u8], members: &[&str]) -> bool {
    object(bytes).is_some_and(|object| members.iter().all(|member| object.contains_key(*member)))
}
