//! Tests: no text makes the detector do more than a stated amount of work for each of its bytes. What is counted is
//! in [`work`](super::work): no clock is involved.
//!
//! The texts repeat what announces a rule, and what keeps a step from ending early: they are what an attacker would
//! put into a repository to keep its checks from ending.

use super::sample::Random;
use super::{Detector, Scratch, work};
use crate::rules::alphabet::ByteSet;
use crate::rules::builtin::builtin;
use std::sync::LazyLock;

/// The most units of work for each byte of a text, whatever it is. Source text takes less than three.
const MOST_WORK: u64 = 512;
/// Size of a text, in bytes.
const SIZE: usize = 8 << 10;

static DETECTOR: LazyLock<Detector> = LazyLock::new(Detector::builtin);

fn repeat(piece: impl AsRef<[u8]>, size: usize) -> Vec<u8> {
    piece.as_ref().iter().copied().cycle().take(size).collect()
}

/// Units of work for each byte of a text.
fn rate(text: &[u8]) -> u64 {
    let (done, _) = work::of(|| DETECTOR.scan_with(text, &mut Scratch::default()));
    done / text.len() as u64
}

/// Checks that a text takes little enough, and one four times as long no more for each byte.
#[track_caller]
fn check(name: &str, make: impl Fn(usize) -> Vec<u8>) {
    let (short, long) = (rate(&make(SIZE / 4)), rate(&make(SIZE)));
    assert!(long <= MOST_WORK, "{name}: {long} units for each byte");
    assert!(long <= short + short / 2 + 64, "{name}: {short} units for each byte of a short text, {long} of a long one");
}

#[test]
fn pieces_without_end() {
    #[rustfmt::skip]
    const PIECES: &[&str] = &[
        // Keywords with nothing between, and with what may follow a name.
        "password", "passwordpassword=", "password=", "password: \"", "password=\"", "password = (", "password = f(", "password @", "password => ",
        "password := ", "passwd:passwd:", "secret_key=", "api_key = ", "token,", "?token=", "Password=a;", "password[", "secret", "Secret",
        // Programs, headers, directives.
        "curl -u ", "curl -u a:", "sshpass -p ", "docker login -p ", "--password ", "Authorization: Basic ", "Authorization: Bearer ", "ENV password ",
        "#define PASSWORD ", "identified by '", "AccountKey=",
        // Markup and code that never ends.
        "<a password=\"", "<password>", "password>", "{\"key\":", "key\":", "\\\"password\\\":\\\"", "variable \"password\" {", "default = ",
        // What tokens, blocks and URLs begin with.
        "eyJ.", "eyJ.eyJ.eyJ.", "eyJhbGciOiJI.", "-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----\n", "://", "a://b:c@",
        "http://a:b@c", "https://", "ghp_", "AKIA", "sk-", "xoxb-", "v2/", "H4sI", "aHR0cHM6Ly",
        // Manifests, escapes, and single characters.
        "kind: Secret\n", "kind: Secret\ndata:\n", "\"kind\":\"Secret\",", "data:\n", "%41", "%%", "\\x41", "\\u0041", "&#65;", "&amp;", "=3D", "=\n", "=",
        "\"", "'", "`", "\\", "\\\\\"", "\"\\\"", "\0", "\n", "\r\n", " ", "-", "_", ".", "/", "+", "@", ":", ";", "(", "[", "{", "a1", "A1b2", "a b ",
    ];
    for piece in PIECES {
        check(&format!("{piece:?}"), |size| repeat(piece, size));
    }
}

#[test]
fn every_keyword_of_every_rule_without_end() {
    for rule in DETECTOR.rules() {
        for keyword in &rule.keywords {
            let work = rate(&repeat(&keyword.text, 2 << 10));
            assert!(work <= MOST_WORK, "{}, `{}`: {work} units for each byte", rule.id, keyword.text);
        }
    }
}

#[test]
fn all_keywords_and_context_words_after_another() {
    let rules = DETECTOR.rules();
    let keywords: Vec<&str> = rules.iter().flat_map(|rule| &rule.keywords).map(|keyword| keyword.text.as_str()).collect();
    let context: Vec<&str> = rules.iter().flat_map(|rule| &rule.context).map(String::as_str).collect();
    for (name, words) in [("keywords", keywords), ("context words", context)] {
        for between in ["", " ", "=\"", "\n"] {
            let text = words.join(between);
            let work = rate(text.as_bytes());
            assert!(work <= MOST_WORK, "{name} with {between:?} between: {work} units for each byte");
        }
    }
}

#[test]
fn secrets_of_every_rule_after_another() {
    let secrets = DETECTOR.rules().iter().filter_map(|rule| super::sample::secret(rule, 1)).filter(|secret| secret.len() < 200);
    let secrets: Vec<Vec<u8>> = secrets.collect();
    for between in ["\n", "\"\ntoken = \""] {
        let work = rate(&secrets.join(between.as_bytes()));
        assert!(work <= MOST_WORK, "with {between:?} between: {work} units for each byte");
    }
}

#[test]
fn words_of_the_length_of_tokens_among_context_words() {
    let mut words: Vec<&str> = DETECTOR.rules().iter().filter_map(|rule| rule.context.first()).map(String::as_str).collect();
    words.sort_by_key(|word| (word.len(), *word));
    words.truncate(80);
    for (alphabet, length) in [("hex", 32), ("hex", 40), ("hex", 64), ("base62", 32), ("base62", 40), ("base62", 64), ("base64", 40)] {
        check(&format!("{alphabet} of {length}"), |size| {
            let mut random = Random::new(length as u64);
            let mut text = Vec::new();
            while text.len() < size {
                (0..12).for_each(|_| text.extend([words[random.below(words.len())].as_bytes(), b" "].concat()));
                text.extend_from_slice(b"key='");
                text.extend(random.bytes(ByteSet::named(alphabet).expect("a known alphabet"), length));
                text.extend_from_slice(b"'\n");
            }
            text
        });
    }
}

#[test]
fn noise_of_every_alphabet() {
    let all: Vec<u8> = (0..=255).collect();
    let alphabets: [&[u8]; 6] = [
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
        b"0123456789abcdef \n",
        b"\"'\\`",
        b"=:\"' \npaswordky_",
        b"./:@%-_+=",
        &all,
    ];
    for alphabet in alphabets {
        check(&String::from_utf8_lossy(alphabet), |size| {
            let mut random = Random::new(7);
            (0..size).map(|_| alphabet[random.below(alphabet.len())]).collect()
        });
    }
}

#[test]
fn one_minified_line_of_a_megabyte() {
    const NAMES: [&str; 8] = ["password", "apiKey", "secretToken", "authToken", "clientSecret", "x", "y", "fn"];
    let mut random = Random::new(9);
    let mut text = String::new();
    while text.len() < 1 << 20 {
        let name = NAMES[random.below(NAMES.len())];
        let number = random.below(usize::MAX);
        let piece = match number % 4 {
            0 => format!("{name}:\"{number:x}\","),
            1 => format!("function {name}(e,t){{return e.{name}=t}}"),
            2 => format!("this.{name}=\"{number:x}-{name}\";"),
            _ => format!("{name}({name}||{name});"),
        };
        text.push_str(&piece);
    }
    let work = rate(text.as_bytes());
    assert!(work <= MOST_WORK, "{work} units for each byte");
}

#[test]
fn base64_in_base64_and_values_in_base64() {
    check("deep", |size| {
        let mut random = Random::new(8);
        let mut text: Vec<u8> = (0..size).map(|_| b"abcdefghij \npassword="[random.below(21)]).collect();
        for _ in 0..5 {
            text = data_encoding::BASE64.encode(&text).into_bytes();
        }
        text.truncate(size);
        text
    });
    check("values", |size| {
        let line = |at: usize| format!("password: {}\n", data_encoding::BASE64.encode(format!("hunter{at}x9Z").as_bytes()));
        (0..size / 24).flat_map(|at| line(at).into_bytes()).take(size).collect()
    });
    check("a manifest of many values", |size| {
        let line = |at: usize| format!("  k{at}: aHVudGVyMng5Wg==\n").into_bytes();
        b"kind: Secret\ndata:\n".iter().copied().chain((0..size / 20).flat_map(line)).take(size).collect()
    });
}

#[test]
fn what_a_bomb_unpacks_is_bounded() {
    use std::io::Write as _;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&repeat("a b ", 3 << 20)).expect("written to memory");
    let bomb = data_encoding::BASE64.encode(&gzip.finish().expect("written to memory"));
    let text = format!("a: {bomb}\n").repeat(8);
    let (done, _) = work::of(|| DETECTOR.scan(text.as_bytes()));
    // Four times the input and 1 MiB are unpacked, and that takes little.
    assert!(done <= (4 * text.len() as u64 + (1 << 20)) * 4, "{done} units for {} bytes", text.len());
}

#[test]
fn rules_that_are_off_are_bounded_too() {
    let all = Detector::new(builtin()).expect("some rules");
    for piece in ["password=\"", "eyJ.eyJ.", "-----BEGIN ", "http://a:b@c", "{\"key\":\"", "0a1b2c3d"] {
        let text = repeat(piece, SIZE);
        let (done, _) = work::of(|| all.scan(&text));
        assert!(done / text.len() as u64 <= 2 * MOST_WORK, "{piece}: {}", done / text.len() as u64);
    }
}
