//! Secrets that stand encoded: found by the same rules, at their place, one match each.

use data_encoding::{BASE64, BASE64_MIME, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use keyward::engine::examples;
use keyward::engine::sample::{self, Random};
use keyward::rules::alphabet::ByteSet;
use keyward::rules::{RuleSet, load};
use keyward::{Detector, Match};
use proptest::prelude::*;
use std::io::Write as _;

const RULES: &str = r#"
provider: Test
rules:
  - {id: test-head, name: head, severity: high, format: 'tst_{base62:20}'}
  - {id: test-symbols, name: symbols, severity: high, format: 'tsb_{base64:38}+/='}
  - {id: test-context, name: context, severity: high, format: '{hex:32}', context: [acmecloud]}
  - {id: test-pattern, name: pattern, severity: high, pattern: 'wid="(?P<secret>[a-z0-9]{8})"', keywords: ['wid=']}
  - {id: test-pem, name: key, severity: high, pem: TEST PRIVATE KEY}
"#;
const GENERIC: &str = r"
provider: Generic
rules:
  - {id: generic-password, name: password, severity: medium, assignment: {names: [password], value: password}}
  - {id: generic-secret, name: secret, severity: medium, assignment: {names: [secret, token, key], value: secret}}
";

fn detector() -> Detector {
    let mut rules = load::parse_rules(RULES).expect("valid rules");
    rules.extend(load::parse_rules(GENERIC).expect("valid rules"));
    Detector::new(RuleSet::new(rules).expect("unique ids")).expect("compiles")
}

/// A value of the rule.
fn token(detector: &Detector, id: &str, seed: u64) -> String {
    let rule = detector.rules().iter().find(|rule| rule.id == id).expect("a known rule");
    String::from_utf8(sample::secret(rule, seed).expect("it has samples")).expect("ASCII")
}

/// A password of a generator.
fn password(seed: u64) -> String {
    let letters = Random::new(seed).bytes(ByteSet::named("base62").expect("a known alphabet"), 14);
    format!("7{}x", String::from_utf8(letters).expect("ASCII"))
}

fn found(detector: &Detector, text: &str) -> Vec<(String, String, String)> {
    let show = |found: &Match| {
        let place = found.secret.of(text.as_bytes()).to_vec();
        let value = found.decoded.clone().unwrap_or_else(|| place.clone());
        let text = |bytes| String::from_utf8(bytes).expect("text");
        (detector.rules()[found.rule].id.clone(), text(value), text(place))
    };
    detector.scan(text.as_bytes()).iter().map(show).collect()
}

/// Rule and value of everything that is found.
fn values(detector: &Detector, text: &str) -> Vec<(String, String)> {
    found(detector, text).into_iter().map(|(id, value, _)| (id, value)).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn lines(text: &str, width: usize, between: &str) -> String {
    text.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).expect("ASCII")).collect::<Vec<_>>().join(between)
}

/// Text that holds a token, as it stands in a configuration.
fn config(token: &str) -> String {
    format!("# settings\nendpoint = https://api.corp.io/v2\nname = worker-17\n\n[auth]\nvalue = \"{token}\"\nretries = 3\ntimeout = 30s\n")
}

fn percent(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_string() } else { format!("%{:02X}", u32::from(letter)) })
        .collect()
}

fn each_symbol(text: &str, form: impl Fn(char) -> String) -> String {
    text.chars().map(|letter| if letter.is_ascii_alphanumeric() || letter == '_' { letter.to_string() } else { form(letter) }).collect()
}

#[test]
fn a_token_is_found_in_every_encoding_of_its_file() {
    let detector = detector();
    for seed in 0..20 {
        let token = token(&detector, "test-head", seed);
        let file = config(&token);
        let bytes = file.as_bytes();
        let base64 = BASE64.encode(bytes);
        for text in [
            format!("config: {base64}\n"),
            format!("config: {}\n", BASE64_NOPAD.encode(bytes)),
            format!("{{\"config\":\"{}\"}}", BASE64URL.encode(bytes)),
            format!("config={}", BASE64URL_NOPAD.encode(bytes)),
            format!("Content-Transfer-Encoding: base64\n\n{}", BASE64_MIME.encode(bytes)),
            format!("config: |\n    {}\nnext: 1\n", lines(&base64, 64, "\n    ")),
            format!("config: >-\n  {}\nnext: 1\n", lines(&base64, 76, "\n  ")),
            format!("{{\"config\": \"{}\\n\"}}", lines(&base64, 64, "\\n")),
            format!("x = (\"{}\")", lines(&base64, 72, "\"\n     \"")),
            format!("x = \"{}\";", lines(&base64, 64, "\" +\n     \"")),
            format!("https://corp.io/set/{}", BASE64URL_NOPAD.encode(bytes)),
            format!("href=\"data:text/plain;base64,{base64}\""),
            format!("blob = 0x{}", HEXLOWER.encode(bytes)),
            format!("blob = \"{}\"", HEXUPPER.encode(bytes)),
            format!("powershell -EncodedCommand {}", BASE64.encode(&utf16(&file))),
            format!("release: {}", BASE64.encode(&gzip(bytes))),
            format!("twice: {}", BASE64.encode(base64.as_bytes())),
            format!("mixed: {}", HEXLOWER.encode(base64.as_bytes())),
        ] {
            assert_eq!(values(&detector, &text), [("test-head".to_owned(), token.clone())], "{text}");
        }
    }
}

#[test]
fn a_token_that_is_escaped_throughout_is_found() {
    let detector = detector();
    let each = |text: &str, form: fn(u8) -> String| text.bytes().map(form).collect::<String>();
    let forms: [fn(u8) -> String; 7] = [
        |byte| format!("\\x{byte:02x}"),
        |byte| format!("\\u{byte:04X}"),
        |byte| format!("\\u{{{byte:x}}}"),
        |byte| format!("%{byte:02x}"),
        |byte| format!("&#{byte};"),
        |byte| format!("&#x{byte:X};"),
        |byte| format!("\\\\x{byte:02x}"),
    ];
    for (number, form) in (0..).zip(forms) {
        let token = token(&detector, "test-head", number);
        let escaped = each(&token, form);
        let mut odd = 0;
        let other: String = token
            .chars()
            .map(|letter| {
                odd += 1;
                if odd % 2 == 0 { letter.to_string() } else { form(letter as u8) }
            })
            .collect();
        for text in [
            format!("var a=\"{escaped}\";\n"),
            format!("u={escaped}\n"),
            escaped.clone(),
            format!("<p>{other}</p>\n"),
            // Where a bound cuts a stretch, the next begins.
            format!("var a=\"{} {escaped}\";\n", each(&"w ".repeat(900), form).replace(&form(b' '), " ")),
            format!("var a=\"{}{escaped}\";\n", each(&"w=".repeat(900), form)),
        ] {
            assert_eq!(values(&detector, &text), [("test-head".to_owned(), token.clone())], "{text}");
            let found = &detector.scan(text.as_bytes())[0];
            let place = found.secret.of(text.as_bytes());
            assert!(place == escaped.as_bytes() || place == other.as_bytes(), "{}", String::from_utf8_lossy(place));
        }
    }
    // Letters that no escape is needed for say nothing where they are few.
    assert_eq!(detector.scan(b"\\x67\\x68\\x70 %41%42%43%44 &#65;&#66;").len(), 0);
}

#[test]
fn a_token_alone_stands_where_its_encoded_form_stands() {
    let detector = detector();
    for seed in 0..20 {
        let token = token(&detector, "test-head", seed);
        for encoded in [BASE64.encode(token.as_bytes()), BASE64.encode(format!("\n{token}").as_bytes()), HEXLOWER.encode(token.as_bytes())]
        {
            for text in [encoded.clone(), format!("value: {encoded}\n"), format!("f(\"{encoded}\");")] {
                let all = found(&detector, &text);
                assert_eq!(all.len(), 1, "{text}");
                assert_eq!((&all[0].0[..], &all[0].1), ("test-head", &token), "{text}");
                assert!(encoded.ends_with(&all[0].2) && all[0].2.len() + 2 >= encoded.len(), "{} of {text}", all[0].2);
            }
        }
    }
}

#[test]
fn a_token_with_symbols_is_found_escaped() {
    let detector = detector();
    for seed in 0..20 {
        let token = token(&detector, "test-symbols", seed);
        let json = each_symbol(&token, |symbol| format!("\\u{:04x}", u32::from(symbol)));
        let slashes = token.replace('/', "\\/");
        let entities = each_symbol(&token, |symbol| format!("&#x{:X};", u32::from(symbol)));
        let decimal = each_symbol(&token, |symbol| format!("&#{};", u32::from(symbol)));
        for (text, place) in [
            (format!("https://corp.io/cb?sig={}&x=1", percent(&token)), percent(&token)),
            (format!("{{\"sig\": \"{json}\"}}"), json.clone()),
            (format!("{{\"u\": \"https:\\/\\/corp.io\\/x\", \"sig\": \"{slashes}\"}}"), slashes.clone()),
            (
                format!("s = '{}'", each_symbol(&token, |symbol| format!("\\x{:02x}", u32::from(symbol)))),
                each_symbol(&token, |symbol| format!("\\x{:02x}", u32::from(symbol))),
            ),
            (format!("<input value=\"{entities}\">"), entities.clone()),
            (format!("<b>{decimal}</b>"), decimal.clone()),
            (format!("\"{{\\\"sig\\\": \\\"{}\\\"}}\"", json.replace('\\', "\\\\")), json.replace('\\', "\\\\")),
            (format!("{}&y", percent(&percent(&token))), percent(&percent(&token))),
        ] {
            assert_eq!(found(&detector, &text), [("test-symbols".to_owned(), token.clone(), place)], "{text}");
        }
    }
}

#[test]
fn a_pattern_with_quotes_is_found_where_they_are_escaped() {
    let detector = detector();
    let value = "ab12cd34";
    for text in [r#"{"a": "<b wid=\"VALUE\">"}"#, r#""{\"a\": \"<b wid=\\\"VALUE\\\">\"}""#, "<pre>&lt;b wid=&quot;VALUE&quot;&gt;</pre>"] {
        let text = text.replace("VALUE", value);
        assert_eq!(found(&detector, &text), [("test-pattern".to_owned(), value.to_owned(), value.to_owned())], "{text}");
    }
}

#[test]
fn a_token_is_put_together_over_soft_line_breaks() {
    let detector = detector();
    let token = token(&detector, "test-head", 3);
    let (head, tail) = token.split_at(15);
    for line_break in ["=\n", "=\r\n"] {
        let place = format!("{head}{line_break}{tail}");
        let text = format!("Subject: x\n\n{} {place} and so on\n", "words =3D ".repeat(6).trim_end());
        assert_eq!(found(&detector, &text), [("test-head".to_owned(), token.clone(), place)], "{text}");
    }
}

#[test]
fn quoted_printable_parts_of_mails_are_read_as_what_they_say() {
    let detector = detector();
    let password = &["Harbour", "42!x8Kq"].concat();
    for (line, written) in [
        (format!("db_password =3D \"{password}\""), password),
        (format!("DB_PASSWORD=3D{password}"), password),
        (format!("DB_PASSWORD=3D{}", password.replace('4', "=34")), &password.replace('4', "=34")),
    ] {
        for (header, end) in [
            ("content-transfer-encoding:quoted-printable\n", "\n"),
            ("Content-Transfer-Encoding: Quoted-Printable\r\nX-Other: 1\r\n", "\r\n"),
        ] {
            let text = format!("From a\nSubject: x\n{header}{end}Gr=FC=DFe,{end}{line}{end}{end}-- {end}me{end}--boundary-17--{end}");
            let found = found(&detector, &text);
            assert_eq!(found, [("generic-password".to_owned(), password.to_owned(), written.to_owned())], "{text}");
        }
    }
    // Without the header it is what stands there; behind the part, too.
    for text in [
        format!("DB_PASSWORD=3D{password}\n"),
        format!("Content-Transfer-Encoding: quoted-printable\n\na=3Db\n--boundary-17\n\nDB_PASSWORD=3D{password}\n"),
    ] {
        assert_eq!(found(&detector, &text)[0].1, format!("3D{password}"), "{text}");
    }
}

#[test]
fn what_every_rule_finds_in_clear_is_found_in_base64() {
    const OF_EACH: usize = 2;
    let detector = Detector::builtin();
    let show = |text: &[u8], found: Match| {
        let value = found.decoded.unwrap_or_else(|| found.secret.of(text).to_vec());
        format!("{} {}", detector.rules()[found.rule].id, String::from_utf8_lossy(&value))
    };
    let all = |text: &[u8]| detector.scan(text).into_iter().map(|found| show(text, found)).collect::<Vec<_>>();
    for rule in detector.rules() {
        let examples = examples::positives(rule);
        for example in examples.iter().filter(|example| example.text.len() > 24).take(OF_EACH) {
            let encoded = format!("payload: {}\n", BASE64.encode(&example.text));
            assert_eq!(all(encoded.as_bytes()), all(&example.text), "{}", String::from_utf8_lossy(&example.text));
        }
    }
}

#[test]
fn what_is_no_longer_encoded_than_around_it_keeps_its_value() {
    let detector = detector();
    let token = token(&detector, "test-head", 5);
    let text = format!("q=%7B%22sig%22%3A%22{token}%22%7D");
    let matches = detector.scan(text.as_bytes());
    assert_eq!(matches.len(), 1);
    assert_eq!((matches[0].decoded.clone(), matches[0].secret.of(text.as_bytes())), (None, token.as_bytes()));
}

#[test]
fn the_outer_name_counts_for_a_decoded_value() {
    let detector = detector();
    for seed in 0..20 {
        let token = token(&detector, "test-context", seed);
        let encoded = BASE64.encode(token.as_bytes());
        let newline = BASE64.encode(format!("{token}\n").as_bytes());
        for text in [
            format!("apiVersion: v1\nkind: Secret\ndata:\n  acmecloud-api-key: {encoded}\n"),
            format!("acmecloud_token: \"{newline}\"\n"),
            format!("ACMECLOUD_KEY={encoded}"),
            format!("acmecloud_key = base64.b64decode('{encoded}')"),
        ] {
            assert_eq!(values(&detector, &text), [("test-context".to_owned(), token.clone())], "{text}");
        }
        for text in [format!("acmecloud_sha: {encoded}\n"), format!("checksum: {encoded}\n")] {
            assert_eq!(values(&detector, &text), [], "{text}");
        }
    }
}

#[test]
fn values_of_a_kubernetes_secret_are_judged_in_clear() {
    let detector = detector();
    for seed in 0..20 {
        let password = password(seed);
        let encode = |text: &str| BASE64.encode(text.as_bytes());
        let short = &password[..9];
        for (data, value) in [
            (format!("  user: {}\n  password: {}\n", encode("administrator"), encode(&password)), &password[..]),
            (format!("  password: \"{}\"\n", encode(&format!("{password}\n"))), &password),
            (format!("  db-password: {}\n  host: {}\n", encode(short), encode("db.corp.io")), short),
            (format!("  password: |\n    {}\n", encode(&password)), &password),
            (format!("  config.json: {}\n", encode(&format!("{{\"host\": \"db\", \"password\": \"{password}\"}}"))), &password),
            (format!("  .env: {}\n", encode(&format!("HOST=db\nPASSWORD={password}\n"))), &password),
        ] {
            for manifest in
                [format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n{data}"), format!("data:\n{data}kind: Secret\n")]
            {
                assert_eq!(values(&detector, &manifest), [("generic-password".to_owned(), value.to_owned())], "{manifest}");
            }
        }
        let json = format!("{{\"kind\":\"Secret\",\"data\":{{\"password\":\"{}\",\"user\":\"{}\"}}}}", encode(short), encode("admin"));
        assert_eq!(values(&detector, &json), [("generic-password".to_owned(), short.to_owned())], "{json}");
    }
    for harmless in ["changeme", "password", "<password>", "${PASSWORD}", "xxxxxxxx"] {
        let manifest = format!("kind: Secret\ndata:\n  password: {}\n", BASE64.encode(harmless.as_bytes()));
        assert_eq!(values(&detector, &manifest), [], "{manifest}");
    }
}

#[test]
fn a_helm_release_is_opened() {
    let detector = detector();
    let (token, password) = (token(&detector, "test-head", 9), password(9));
    let template = BASE64.encode(config(&token).as_bytes());
    let manifest = serde_json::json!({
        "name": "web",
        "config": {"db": {"password": password}},
        "chart": {"templates": [{"name": "templates/config.yaml", "data": template}]},
        "manifest": "---\nkind: Deployment\nmetadata:\n  name: web\n",
    });
    let release = BASE64.encode(BASE64.encode(&gzip(manifest.to_string().as_bytes())).as_bytes());
    let secret = format!("apiVersion: v1\ndata:\n  release: {release}\nkind: Secret\ntype: helm.sh/release.v1\n");
    let mut found = found(&detector, &secret);
    found.sort();
    let values: Vec<_> = found.iter().map(|(id, value, _)| (&id[..], &value[..])).collect();
    assert_eq!(values, [("generic-password", &password[..]), ("test-head", &token[..])]);
    assert!(found.iter().all(|(.., place)| *place == release));
}

#[test]
fn a_private_key_is_found_in_base64() {
    let detector = detector();
    let key = token(&detector, "test-pem", 1);
    let text = format!("client-key-data: {}\n", BASE64.encode(format!("{key}\n").as_bytes()));
    assert_eq!(values(&detector, &text), [("test-pem".to_owned(), key)]);
}

#[test]
fn a_direct_match_that_says_as_much_stays() {
    let detector = detector();
    let inner = password(2);
    let encoded = BASE64.encode(format!("password: {inner}\nlevel: 3\n").as_bytes());
    // Both are generic: what the outer name is given is the whole.
    let text = format!("secret = \"{encoded}\"");
    let all = found(&detector, &text);
    assert_eq!(all.len(), 1, "{all:?}");
    // A token is more than that.
    let token = token(&detector, "test-head", 2);
    let text = format!("secret = \"{}\"", BASE64.encode(token.as_bytes()));
    assert_eq!(values(&detector, &text), [("test-head".to_owned(), token)]);
}

#[test]
fn several_secrets_of_one_stretch_are_all_reported() {
    let detector = detector();
    let tokens: Vec<String> = (0..5).map(|seed| token(&detector, "test-head", seed)).collect();
    let file = tokens.join("\n");
    for encoded in [BASE64.encode(file.as_bytes()), BASE64.encode(&gzip(file.as_bytes()))] {
        let mut values: Vec<String> = values(&detector, &format!("x: {encoded}")).into_iter().map(|(_, value)| value).collect();
        values.sort();
        let mut expected = tokens.clone();
        expected.sort();
        assert_eq!(values, expected);
    }
}

#[test]
fn depth_is_bounded() {
    let detector = detector();
    let token = token(&detector, "test-head", 4);
    let mut encoded = config(&token);
    for depth in 1..=5 {
        encoded = BASE64.encode(encoded.as_bytes());
        assert_eq!(values(&detector, &format!("x: {encoded}\n")).len(), usize::from(depth <= 3), "{depth}");
    }
}

#[test]
fn bombs_are_cut() {
    let detector = detector();
    let token = token(&detector, "test-head", 4);
    let filler = "some words to fill a line with\n".repeat(2_000_000);
    for (text, count) in [(format!("{token}\n{filler}"), 1), (format!("{filler}\n{token}\n"), 0)] {
        let packed = BASE64.encode(&gzip(text.as_bytes()));
        assert_eq!(values(&detector, &format!("x: {packed}\n")).len(), count);
    }
    let mut nested = "a".repeat(1 << 20).into_bytes();
    for _ in 0..6 {
        nested = BASE64.encode(&gzip(&nested)).into_bytes();
    }
    assert_eq!(values(&detector, std::str::from_utf8(&nested).expect("ASCII")), []);
}

#[test]
fn a_long_stretch_is_decoded_in_pieces() {
    let detector = detector();
    let filler = "some words to fill a line with, and no secret\n";
    let mut file = filler.repeat(4_150_000 / filler.len());
    // A piece ends among these.
    let tokens: Vec<String> = (0..400).map(|seed| token(&detector, "test-head", seed)).collect();
    for token in &tokens {
        file += &[token, "\n", filler, filler].concat();
    }
    let text = format!("x: {}\n", BASE64.encode(file.as_bytes()));
    let values: Vec<String> = values(&detector, &text).into_iter().map(|(_, value)| value).collect();
    assert_eq!(values, tokens);
}

/// Bytes as of a picture or a certificate.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut random = Random::new(seed);
    (0..length).map(|_| u8::try_from(random.below(256)).expect("below 256")).collect()
}

#[test]
fn what_is_data_is_not_read_as_text() {
    let detector = detector();
    let token = token(&detector, "test-head", 4);
    let password = password(4);
    let code = format!("function a(b){{var password=\"{password}\";return b}}");
    let minified = "var a=1,b=function(c){return c+1};".repeat(40);
    for text in [
        format!("url(data:image/svg+xml;base64,{})", BASE64.encode(format!("<svg><text>{token}</text></svg>").as_bytes())),
        format!("data:image/png;base64,{}", BASE64.encode(format!("\u{89}PNG {token} and some more text").as_bytes())),
        format!(
            "//# sourceMappingURL=data:application/json;base64,{}",
            BASE64.encode(format!("{{\"version\":3,\"x\":\"{token}\"}}").as_bytes())
        ),
        format!("map: {}", BASE64.encode(format!("{{\"version\":3,\"sourcesContent\":[\"{token}\"]}}").as_bytes())),
        format!("\"integrity\": \"sha512-{}\"", BASE64.encode(&noise(1, 64))),
        format!("js: {}", BASE64.encode(format!("{minified}{code}").as_bytes())),
        format!("ssh-ed25519 {} password@host", BASE64.encode(&[&b"\0\0\0\x0bssh-ed25519\0\0\0 "[..], &noise(2, 32)].concat())),
        format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            lines(&BASE64.encode(&[noise(3, 48), config(&token).into_bytes(), noise(4, 48)].concat()), 64, "\n")
        ),
    ] {
        assert_eq!(values(&detector, &text), [], "{text}");
    }
}

#[test]
fn tokens_of_text_stay_tokens() {
    let rules = "provider: Generic\nrules: [{id: jwt, name: t, severity: medium, format: '{jwt}'}]";
    let mut all = load::parse_rules(rules).expect("valid rules");
    all.extend(load::parse_rules(GENERIC).expect("valid rules"));
    let detector = Detector::new(RuleSet::new(all).expect("unique ids")).expect("compiles");
    let part = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
    let claims = format!("{{\"sub\": \"me\", \"token\": \"{}\"}}", password(1));
    let jwt = format!("{}.{}.{}", part("{\"alg\": \"HS256\", \"typ\": \"JWT\"}"), part(&claims), BASE64URL_NOPAD.encode(&noise(5, 32)));
    assert_eq!(values(&detector, &format!("x: {jwt}\n")), [("jwt".to_owned(), jwt.clone())]);
    assert_eq!(values(&detector, &format!("x: {}\n", BASE64.encode(jwt.as_bytes()))), [("jwt".to_owned(), jwt)]);
}

/// Text that is likely to be taken for encoded: pieces of every kind, at random.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[ -~]{0,30}".prop_map(|text| BASE64.encode(text.as_bytes())),
        "[ -~]{20,200}".prop_map(|text| BASE64_MIME.encode(text.as_bytes())),
        "[ -~]{12,40}".prop_map(|text| HEXLOWER.encode(text.as_bytes())),
        "[ -~]{0,40}".prop_map(|text| percent(&text)),
        "[ -~]{12,60}".prop_map(|text| BASE64.encode(&gzip(text.as_bytes()))),
        "[ -~]{12,60}".prop_map(|text| BASE64.encode(&utf16(&text))),
        "([a-zA-Z0-9]{0,14}(\\\\u00[2-7][0-9a-f]|&#x3d;|&amp;|%[2-7][0-9A-F]|\\\\/|=\n)){1,6}",
        Just("\nkind: Secret\ndata:\n  password: ".to_owned()),
        Just("{\"kind\":\"Secret\",\"data\":{\"password\":\"".to_owned()),
        "[\\PC\n]{0,20}",
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_is_scanned_and_every_place_lies_inside(text in pieces()) {
        let detector = detector();
        for found in detector.scan(text.as_bytes()) {
            prop_assert!(found.span.contains(&found.secret) && found.span.end <= text.len() && !found.secret.is_empty());
        }
    }

    #[test]
    fn the_place_of_a_secret_encodes_it(before in "[ -~\n]{0,40}", behind in "[ -~\n]{0,40}", seed in 0u64..1000) {
        let detector = detector();
        let token = token(&detector, "test-head", seed);
        let file = format!("{before}\n{token}\n{behind}");
        let encoded = BASE64.encode(file.as_bytes());
        let text = format!("x: {encoded}\n");
        let all = detector.scan(text.as_bytes());
        let one = all.iter().find(|found| found.decoded.as_deref() == Some(token.as_bytes()));
        let one = one.expect("the token is found");
        let offset = before.len() + 1;
        let end = offset + token.len();
        prop_assert_eq!(one.secret.start, 3 + offset * 8 / 6);
        prop_assert_eq!(one.secret.end, 3 + (end * 8).div_ceil(6));
        let from = (one.secret.start - 3) / 4 * 4;
        let to = (one.secret.end - 3).div_ceil(4) * 4;
        let decoded = BASE64.decode(&encoded.as_bytes()[from..to]).expect("whole groups");
        prop_assert!(decoded.windows(token.len()).any(|window| window == token.as_bytes()));
    }
}
