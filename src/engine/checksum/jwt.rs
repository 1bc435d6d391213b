//! L2: JSON Web Tokens (RFC 7519) and encrypted ones (RFC 7516): they decode, and their claims are those of
//! their issuer. No signature is checked: that takes a key.

use super::code::{Base64, from_base64};
use super::noise::Noise;
use crate::rules::check::Check;
use serde_json::{Map, Value, json};

type Object = Map<String, Value>;

/// Whether the token decodes and has the claims.
pub(super) fn verify(check: Check, token: &[u8]) -> bool {
    match check {
        Check::Jwe => {
            let parts: Vec<&[u8]> = token.split(|&byte| byte == b'.').collect();
            parts.len() == 5 && object(parts[0]).is_some_and(|header| is_text(&header, "alg") && is_text(&header, "enc"))
        }
        // With the prefix of an issuer it is the issuer's, whatever it says.
        Check::Jwt if token.starts_with(b"eyJ") => {
            decode(token).is_some_and(|(header, payload)| is_signed(&header) && !is_example(&payload))
        }
        Check::JwtBase64 => from_base64(token).is_some_and(|inner| verify(Check::Jwt, inner.trim_ascii())),
        _ => decode(token).is_some_and(|(header, payload)| claims_fit(check, &header, &payload)),
    }
}

/// Puts a valid token in the place of the one that begins with `eyJ`; its length changes.
pub(super) fn seal(check: Check, token: &mut Vec<u8>) -> bool {
    let mut noise = Noise::of(token);
    let start = match check {
        Check::JwtBase64 => 0,
        _ => match memchr::memmem::find(token, b"eyJ") {
            Some(start) => start,
            None => return false,
        },
    };
    let encode = |value: &Value| Base64::Url.write(value.to_string().as_bytes());
    let sealed = if check == Check::Jwe {
        let header = encode(&json!({"alg": "dir", "enc": "A256GCM"}));
        let mut part = |length: usize| Base64::Url.write(&noise.bytes(length));
        format!("{header}..{}.{}.{}", part(12), part(48), part(16))
    } else {
        let (header, payload) = sample(check, &mut noise);
        let signature = if header["alg"] == "HS256" { 32 } else { 64 };
        format!("{}.{}.{}", encode(&header), encode(&payload), Base64::Url.write(&noise.bytes(signature)))
    };
    let sealed = if check == Check::JwtBase64 { Base64::Standard.write(sealed.as_bytes()) } else { sealed };
    token.truncate(start);
    token.extend(sealed.bytes());
    true
}

/// Header and payload of the last three parts; the first of these may have a prefix of the provider before its `eyJ`.
fn decode(token: &[u8]) -> Option<(Object, Object)> {
    let mut parts = token.rsplitn(4, |&byte| byte == b'.');
    let (_signature, payload, header) = (parts.next()?, parts.next()?, parts.next()?);
    let header = object(&header[memchr::memmem::find(header, b"eyJ")?..])?;
    // A compressed payload is opaque (RFC 7516 §4.1.3); some issuers use it in signed tokens too.
    let payload = if header.contains_key("zip") { Object::new() } else { object(payload)? };
    is_text(&header, "alg").then_some((header, payload))
}

/// The JSON object that base64 text holds.
pub(super) fn object(text: &[u8]) -> Option<Object> {
    serde_json::from_slice(&from_base64(text)?).ok()
}

fn is_text(object: &Object, member: &str) -> bool {
    object.get(member).is_some_and(Value::is_string)
}

/// Whether a member is text of which `holds` is true.
fn text(object: &Object, member: &str, holds: impl Fn(&str) -> bool) -> bool {
    object.get(member).and_then(Value::as_str).is_some_and(holds)
}

fn claims_fit(check: Check, header: &Object, payload: &Object) -> bool {
    let issuer = |holds: &dyn Fn(&str) -> bool| text(payload, "iss", holds);
    match check {
        Check::Jwt => true,
        Check::Jwt1passwordConnect => header["alg"] == "ES256" && payload.keys().any(|name| name.starts_with("1password.com/")),
        Check::JwtAdobeIms => text(payload, "as", |server| server.starts_with("ims-")) && is_text(payload, "type"),
        Check::JwtArgocd => issuer(&|issuer| issuer == "argocd"),
        Check::JwtAuth0 => issuer(&|issuer| issuer.trim_end_matches('/').ends_with(".auth0.com")) && has_audience(payload, "/api/v2/"),
        Check::JwtAzureEntra => issuer(&|issuer| {
            ["https://sts.windows.net/", "https://login.microsoftonline.com/"].iter().any(|start| issuer.starts_with(start))
        }),
        Check::JwtCalendly => issuer(&|issuer| issuer.trim_end_matches('/') == "https://auth.calendly.com"),
        Check::JwtJfrog => issuer(&|issuer| ["jfac@", "jfrt@", "jffe@"].iter().any(|start| issuer.starts_with(start))),
        Check::JwtKubernetes => {
            issuer(&|issuer| issuer == "kubernetes/serviceaccount")
                || text(payload, "sub", |subject| subject.starts_with("system:serviceaccount:"))
        }
        Check::JwtScalr => issuer(&|issuer| issuer == "user") && text(payload, "jti", |id| id.starts_with("at-")),
        Check::JwtSupabaseServiceRole => issuer(&|issuer| issuer == "supabase") && text(payload, "role", |role| role == "service_role"),
        Check::JwtTemporalCloud => issuer(&|issuer| issuer == "temporal.io") && is_text(payload, "account_id"),
        Check::JwtEddsa => header["alg"] == "EdDSA",
        Check::JwtTwilio => text(header, "cty", |kind| kind.starts_with("twilio-fpa")) && issuer(&|issuer| issuer.starts_with("SK")),
        _ => false,
    }
}

/// Whether a key was needed to make the token: `none` ([RFC 7519](https://www.rfc-editor.org/rfc/rfc7519#section-6)) takes none.
fn is_signed(header: &Object) -> bool {
    !text(header, "alg", |algorithm| algorithm.eq_ignore_ascii_case("none"))
}

/// Whether the claims are those of the example that <https://jwt.io> begins with, whoever signed them.
fn is_example(payload: &Object) -> bool {
    text(payload, "sub", |subject| subject == "1234567890") && text(payload, "name", |name| name == "John Doe")
}

/// Whether one of the audiences ends in `end`.
fn has_audience(payload: &Object, end: &str) -> bool {
    let fits = |value: &Value| value.as_str().is_some_and(|audience| audience.ends_with(end));
    payload.get("aud").is_some_and(|value| value.as_array().map_or_else(|| fits(value), |all| all.iter().any(fits)))
}

/// Header and payload of a valid token.
fn sample(check: Check, noise: &mut Noise) -> (Value, Value) {
    let header = |algorithm: &str| json!({"alg": algorithm, "typ": "JWT"});
    let (id, tenant) = (noise.uuid(), noise.hex(12));
    match check {
        Check::Jwt1passwordConnect => (header("ES256"), json!({"1password.com/auuid": id, "1password.com/vts": [], "jti": tenant})),
        Check::JwtAdobeIms => (header("HS256"), json!({"id": id, "type": "access_token", "as": "ims-na1", "client_id": tenant})),
        Check::JwtArgocd => (header("HS256"), json!({"iss": "argocd", "sub": "ci:apiKey", "jti": id, "iat": 1_760_000_000})),
        Check::JwtAuth0 => {
            let issuer = format!("https://{tenant}.auth0.com/");
            (header("HS256"), json!({"iss": issuer, "aud": format!("{issuer}api/v2/"), "jti": id}))
        }
        Check::JwtAzureEntra => (header("HS256"), json!({"iss": format!("https://sts.windows.net/{id}/"), "tid": id, "oid": tenant})),
        Check::JwtCalendly => (header("HS256"), json!({"iss": "https://auth.calendly.com", "jti": id, "user_uuid": tenant})),
        Check::JwtJfrog => (header("HS256"), json!({"iss": format!("jfac@{tenant}"), "sub": "ci", "jti": id})),
        Check::JwtKubernetes => {
            (header("HS256"), json!({"iss": "kubernetes/serviceaccount", "sub": "system:serviceaccount:ci:ci", "jti": id}))
        }
        Check::JwtScalr => (header("HS256"), json!({"iss": "user", "jti": format!("at-{tenant}"), "id": id})),
        Check::JwtSupabaseServiceRole => (header("HS256"), json!({"iss": "supabase", "ref": tenant, "role": "service_role", "id": id})),
        Check::JwtTemporalCloud => {
            (header("ES256"), json!({"account_id": tenant, "aud": ["temporal.io"], "iss": "temporal.io", "key_id": id}))
        }
        Check::JwtEddsa => (header("EdDSA"), json!({"a": "rw", "iat": 1_760_000_000, "id": id})),
        Check::JwtTwilio => {
            let header = json!({"alg": "HS256", "typ": "JWT", "cty": "twilio-fpa;v=1"});
            (header, json!({"jti": id, "iss": format!("{}{}", "SK", noise.hex(32)), "grants": {"identity": tenant}}))
        }
        _ => (header("HS256"), json!({"sub": tenant, "jti": id, "iat": 1_760_000_000})),
    }
}

#[cfg(test)]
mod tests {
    use super::{Base64, Check, Value, json, verify};

    fn token(header: &Value, payload: &str) -> String {
        format!("{}.{}.{}", Base64::Url.write(header.to_string().as_bytes()), Base64::Url.write(payload.as_bytes()), "A".repeat(43))
    }

    fn signed(payload: &Value) -> Vec<u8> {
        token(&json!({"alg": "HS256"}), &payload.to_string()).into_bytes()
    }

    #[test]
    fn header_and_payload_have_to_decode() {
        assert!(verify(Check::Jwt, &signed(&json!({"sub": "x"}))));
        assert!(verify(Check::Jwt, format!("ghs_123_{}", token(&json!({"alg": "none"}), "{}")).as_bytes()));
        assert!(verify(Check::Jwt, format!("IST.{}", token(&json!({"alg": "RS256"}), "{}")).as_bytes()));
        assert!(!verify(Check::Jwt, token(&json!({"typ": "JWT"}), "{}").as_bytes()), "no algorithm");
        assert!(!verify(Check::Jwt, token(&json!({"alg": "HS256"}), "{\"sub\":").as_bytes()), "payload cut short");
        assert!(!verify(Check::Jwt, b"eyJhbGciOiJIUzI1NiJ9"), "one part");
    }

    #[test]
    fn what_anybody_can_make_is_no_token() {
        assert!(!verify(Check::Jwt, token(&json!({"alg": "none"}), "{}").as_bytes()));
        assert!(!verify(Check::Jwt, &signed(&json!({"sub": "1234567890", "name": "John Doe", "admin": true}))));
        assert!(verify(Check::Jwt, &signed(&json!({"sub": "1234567890", "name": "Jane Roe"}))));
    }

    #[test]
    fn claims_tell_the_issuer() {
        let argo = signed(&json!({"iss": "argocd"}));
        assert!(verify(Check::JwtArgocd, &argo) && verify(Check::Jwt, &argo) && !verify(Check::JwtScalr, &argo));
        let role = |role: &str| signed(&json!({"iss": "supabase", "role": role}));
        assert!(verify(Check::JwtSupabaseServiceRole, &role("service_role")));
        assert!(!verify(Check::JwtSupabaseServiceRole, &role("anon")), "public by design");
    }

    #[test]
    fn audiences_may_be_one_or_many() {
        let with = |audience: Value| signed(&json!({"iss": "https://t.eu.auth0.com/", "aud": audience}));
        assert!(verify(Check::JwtAuth0, &with(json!("https://t.eu.auth0.com/api/v2/"))));
        assert!(verify(Check::JwtAuth0, &with(json!(["https://t.eu.auth0.com/userinfo", "https://t.eu.auth0.com/api/v2/"]))));
        assert!(!verify(Check::JwtAuth0, &with(json!("https://api.example.com/"))));
    }

    #[test]
    fn deep_nesting_is_no_token_and_no_overflow() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(3000), "]".repeat(3000));
        assert!(!verify(Check::Jwt, token(&json!({"alg": "HS256"}), &deep).as_bytes()));
    }
}
