use super::{Base, Copied, Detector, Events, LITERALS, NEARLY, RUNS, Span, Stretches, Trace, edits, merged, widened, within};
use crate::engine::sample::{self, Random};
use crate::engine::{Match, Scratch};
use crate::rules::alphabet::ByteSet;
use crate::rules::builtin::builtin;
use crate::rules::{Rule, RuleSet, Shape};
use data_encoding::{BASE64, BASE64_MIME, HEXLOWER};

/// What texts are made of.
struct Maker<'r> {
    rules: &'r [Rule],
    random: Random,
    /// Which kinds of pieces the text at hand is made of. With all of them, it would never be settled.
    kinds: Vec<usize>,
}

impl Maker<'_> {
    fn any<'a>(&mut self, among: &[&'a str]) -> &'a str {
        among[self.random.below(among.len())]
    }

    /// A secret of any kind of rule.
    fn secret(&mut self) -> Vec<u8> {
        let rule = &self.rules[self.random.below(self.rules.len())];
        let seed = self.random.below(20) as u64;
        match &rule.shape {
            Shape::Pattern { .. } => sample::matching(rule, seed).map(|(text, _)| text).unwrap_or_default(),
            Shape::Url { schemes, hosts } => {
                let scheme = schemes.first().map_or("https", String::as_str);
                let host = hosts.first().map_or("db.corp-net.io", String::as_str);
                let password = String::from_utf8(sample::secret(rule, seed).unwrap_or_default()).unwrap_or_default();
                format!("{scheme}://anna:{password}@{host}/x").into_bytes()
            }
            Shape::Assignment { names, .. } => {
                let value = String::from_utf8(sample::secret(rule, seed).unwrap_or_default()).unwrap_or_default();
                format!("{} = \"{value}\"", names[0]).into_bytes()
            }
            _ => sample::secret(rule, seed).unwrap_or_default(),
        }
    }

    /// A secret in one of the places where secrets stand, or what looks like one.
    fn piece(&mut self) -> Vec<u8> {
        let rule = &self.rules[self.random.below(self.rules.len())];
        let word = rule.context.first().map_or("service", String::as_str).to_owned();
        let keyword =
            rule.keywords.get(self.random.below(rule.keywords.len().max(1))).map(|keyword| keyword.text.clone()).unwrap_or_default();
        let secret = self.secret();
        let text = String::from_utf8_lossy(&secret).into_owned();
        let made = match self.kinds[self.random.below(self.kinds.len())] {
            0 | 1 => text,
            2 | 3 => format!("{word}_token = \"{text}\"\n"),
            4 => format!("# {word}\n{}: {text}\n", self.any(&["key", "value", "secret", "password"])),
            5 => BASE64.encode(&secret),
            6 => format!("{word}: {}\n", BASE64_MIME.encode(&secret.repeat(2))),
            7 => format!("key={}\n", HEXLOWER.encode(&secret)),
            8 => text
                .bytes()
                .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
                .collect(),
            9 => text
                .bytes()
                .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("\\x{byte:02x}") })
                .collect(),
            10 => format!("apiVersion: v1\nkind: {}\ndata:\n  a: {}\n", self.any(&["Secret", "ConfigMap"]), BASE64.encode(&secret)),
            11 => format!("variable \"{word}_key\" {{\n  default = \"{text}\"\n}}\n"),
            12 => format!("{}\n", word.to_uppercase()),
            13 => format!(" {keyword} "),
            14 => format!(
                "-----BEGIN {0} KEY-----\n{1}-----END {0} KEY-----\n",
                self.any(&["RSA PRIVATE", "PRIVATE", "PUBLIC"]),
                BASE64_MIME.encode(&secret.repeat(9))
            ),
            15 => format!("curl -u anna:{text} https://host.corp-net.io/\n"),
            16 => "abcdefghij0123456789".repeat(self.random.below(90)),
            17 => " ".repeat(self.random.below(700)),
            18 => "word and another word. ".repeat(self.random.below(60)),
            19 => "int value = 0;\n".repeat(self.random.below(120)),
            24 => text.bytes().map(|byte| format!("%{byte:02x}")).collect::<Vec<_>>().concat(),
            25 => text.bytes().map(|byte| format!("\\x{byte:02x}")).collect::<Vec<_>>().concat(),
            26 => text.bytes().map(|byte| format!("&#{byte};")).collect::<Vec<_>>().concat(),
            27 => format!("Content-Transfer-Encoding: quoted-printable\n{}{word}_token=3D{text}\n", self.any(&["\n", ""])),
            20 => format!("soft=3D{}=\n{text}\n", "x".repeat(62 + self.random.below(8))),
            _ => self
                .any(&[
                    "\n", "\"", "' ", "=", ": ", "\r\n", "\\n", "%3D", "https://", "@", "{", "}\n", "\0", "é", "----", "&amp;", "eyJ",
                    "BEGIN ", "Secret",
                ])
                .to_owned(),
        };
        made.into_bytes()
    }

    fn text(&mut self, length: usize) -> Vec<u8> {
        self.kinds = (0..=self.random.below(6)).map(|_| self.random.below(28)).collect();
        let (mut text, quiet) = (Vec::new(), 50 << self.random.below(5));
        while text.len() < length {
            text.extend(self.piece());
            // Something between, so that not all is one place.
            if self.random.below(3) == 0 {
                text.extend("    some_call(argument, 12);\n".repeat(self.random.below(quiet)).bytes());
            }
        }
        text
    }

    /// A version of `base`, and what it copies: pieces put in, taken out, moved, and changed in the middle.
    fn version(&mut self, base: &[u8]) -> (Vec<u8>, Vec<Copied>) {
        let (mut text, mut copies) = (Vec::new(), Vec::new());
        let mut cuts: Vec<usize> = (0..=self.random.below(3)).map(|_| self.random.below(base.len() + 1)).collect();
        cuts.sort_unstable();
        let mut from = 0;
        for cut in cuts.into_iter().chain([base.len()]) {
            copy(base, from, cut, &mut text, &mut copies);
            from = match self.random.below(8) {
                0 => cut + self.random.below(3).min(base.len() - cut),
                1 => cut + self.random.below(400).min(base.len() - cut),
                2 => cut.saturating_sub(self.random.below(200)),
                _ => cut,
            };
            if cut < base.len() || self.random.below(4) == 0 {
                let new = if self.random.below(2) == 0 {
                    self.piece()
                } else {
                    self.any(&["", "x", "7", "\"", "\n", "_", " ", "=", "key"]).into()
                };
                text.extend(new);
            }
        }
        (text, copies)
    }
}

fn copy(base: &[u8], from: usize, to: usize, text: &mut Vec<u8>, copies: &mut Vec<Copied>) {
    if from < to {
        copies.push(Copied { at: text.len(), from, length: to - from });
        text.extend_from_slice(&base[from..to]);
    }
}

fn scan(detector: &Detector, text: &[u8], base: Option<(&Trace, &[Copied])>) -> (Vec<Match>, Trace) {
    let base = base.map(|(trace, copies)| Base { trace, copies });
    detector.scan_version(text, 0, base, &mut Scratch::default())
}

#[test]
fn a_version_holds_what_a_full_scan_of_it_finds() {
    const ROUNDS: usize = 60;
    let detector = Detector::builtin();
    let rules: Vec<Rule> = detector.rules().iter().map(|rule| (**rule).clone()).collect();
    let mut maker = Maker { rules: &rules, random: Random::new(991), kinds: Vec::new() };
    let (mut found, mut looked, mut total, mut odd) = (0, 0, 0, 0);
    for round in 0..ROUNDS {
        let length = 1000 + maker.random.below(20_000);
        let mut text = maker.text(length);
        let (_, mut trace) = scan(&detector, &text, None);
        for _ in 0..8 {
            let (next, copies) = maker.version(&text);
            let (matches, next_trace) = scan(&detector, &next, Some((&trace, &copies)));
            let full = detector.scan(&next);
            assert_eq!(matches, full, "round {round}, copies {copies:?}");
            odd += check_events(&detector, &next, &next_trace);
            found += full.len();
            looked += next_trace.looked();
            total += next.len();
            (text, trace) = (next, next_trace);
        }
    }
    assert!(found > ROUNDS * 10, "the texts hold something to find, not only {found} matches");
    assert!(looked < total / 10 * 9, "not everything is looked at: {looked} of {total}");
    assert!(odd < total / 1000, "{odd} triggers that are none in {total} bytes");
}

/// Whether the trace of a version has all triggers that a look at the whole text finds; how many it has that are none.
fn check_events(detector: &Detector, text: &[u8], trace: &Trace) -> usize {
    let whole = [Span::new(0, text.len())];
    let stretches = Stretches { runs: &whole, literals: &whole, chains: &whole };
    let all = Events::find(detector, text, &stretches, &mut Scratch::default());
    let Some(known) = &trace.events else { return 0 };
    assert_eq!((&known.literals, &known.chains), (&all.literals, &all.chains));
    assert!(known.runs.is_sorted() && all.runs.iter().all(|event| known.runs.contains(event)));
    known.runs.len() - all.runs.len()
}

#[test]
fn an_edit_of_a_context_word_is_noticed_by_what_needs_it() {
    let far = "some_call(argument, other);\n".repeat(200);
    let mut changed = 0;
    for rule in builtin().rules().iter().filter(|rule| !rule.context.is_empty()).step_by(7) {
        // Alone, so that no other rule finds the token and has it tried again.
        let detector = Detector::new(RuleSet::new(vec![(**rule).clone()]).expect("one rule")).expect("one rule");
        let Some(secret) = sample::secret(rule, 4).and_then(|secret| String::from_utf8(secret).ok()) else { continue };
        for gap in [5, 60, 130, 200, 240, 300] {
            let gap = "call(a, b);\n".repeat(gap / 12);
            let text = |word: &str| format!("{far}# {word} service\n{gap}api_key = \"{secret}\"\n{far}");
            let (with, without) = (text(&rule.context[0]), text(""));
            let behind = far.len() + 2 + rule.context[0].len();
            let head = Copied { at: 0, from: 0, length: far.len() + 2 };
            let tail = |at, from| Copied { at, from, length: with.len() - behind };
            for (base, version, copies) in
                [(&with, &without, [head, tail(far.len() + 2, behind)]), (&without, &with, [head, tail(behind, far.len() + 2)])]
            {
                let (of_base, trace) = scan(&detector, base.as_bytes(), None);
                let (matches, next) = scan(&detector, version.as_bytes(), Some((&trace, &copies)));
                assert_eq!(matches, detector.scan(version.as_bytes()), "{}: {version}", rule.id);
                let rules = |matches: &[Match]| matches.iter().map(|found| found.rule).collect::<Vec<_>>();
                changed += usize::from(rules(&matches) != rules(&of_base) && next.looked() < version.len());
            }
        }
    }
    assert!(changed > 20, "{changed}");
}

/// How the matches of a text differ after a byte of it was changed: a version is scanned for each of three changes, and
/// back again. Says how many of the changes made a difference that windows had to notice.
fn changed_at(detector: &Detector, text: &[u8], at: usize) -> usize {
    let copies = [Copied { at: 0, from: 0, length: at }, Copied { at: at + 1, from: at + 1, length: text.len() - at - 1 }];
    let full = detector.scan(text);
    let mut noticed = 0;
    for byte in [b'x', b'\n', b'"'] {
        let mut other = text.to_vec();
        other[at] = byte;
        let of_other = detector.scan(&other);
        for (base, version, expected) in [(&other[..], text, &full), (text, &other[..], &of_other)] {
            let (_, trace) = scan(detector, base, None);
            let (matches, next) = scan(detector, version, Some((&trace, &copies)));
            assert_eq!(&matches, expected, "byte {at} changed in {:?}", String::from_utf8_lossy(version));
            noticed += usize::from(full != of_other && next.looked() < version.len());
        }
    }
    noticed
}

#[test]
fn a_changed_byte_is_noticed_wherever_a_rule_looks() {
    let far = "some_call(argument, other);\n".repeat(180);
    let mut noticed = 0;
    let all = builtin();
    for rule in all.rules().iter().filter(|rule| rule.enabled).step_by(17) {
        let rules = [(**rule).clone()];
        let secret = Maker { rules: &rules, random: Random::new(7), kinds: Vec::new() }.secret();
        let word = rule.context.first().map_or("service", String::as_str);
        let piece = [format!("{word}_token = \"").as_bytes(), &secret, b"\" # end\n"].concat();
        let text = [far.as_bytes(), &piece, far.as_bytes()].concat();
        let detector = Detector::new(RuleSet::new(rules.to_vec()).expect("one rule")).expect("one rule");
        let (first, last) = (far.len(), far.len() + piece.len());
        let places =
            [first - 260, first - 1, first, first + word.len(), usize::midpoint(first, last), last - 9, last - 8, last - 7, last + 90];
        noticed += places.iter().map(|&at| changed_at(&detector, &text, at)).sum::<usize>();
    }
    assert!(noticed > 200, "{noticed}");
}

#[test]
fn a_changed_byte_is_noticed_at_the_end_of_a_long_value() {
    let far = "some_call(argument, other);\n".repeat(180);
    let letters = ByteSet::named("base62").expect("a known alphabet");
    let random = |length: usize| String::from_utf8(Random::new(5).bytes(letters, length)).expect("ASCII");
    let secret = random(400);
    let user = "reports-of-the-north_".repeat(20);
    let cases = [
        ("generic-secret-assignment", format!("client_secret{}= \"{secret}\";\n", " ".repeat(100))),
        ("generic-secret-assignment", format!("clientSecret: Option<{}> = Some(\"{}\");\n", "T".repeat(50), random(64))),
        ("postgresql-connection-uri", format!("dsn=\"postgres://{user}:{}@db.corp-net.io/x\"\n", random(24))),
        ("curl-user-password", format!("curl {} -u anna:{} https://api.corp-net.io/\n", "-s -S ".repeat(18), random(20))),
    ];
    for (id, piece) in cases {
        let rules = builtin().rules().iter().filter(|rule| rule.id == id).map(|rule| (**rule).clone()).collect();
        let detector = Detector::new(RuleSet::new(rules).expect("one rule")).expect("one rule");
        let text = format!("{far}{piece}{far}");
        let (first, last) = (far.len(), far.len() + piece.len());
        assert_eq!(detector.scan(text.as_bytes()).len(), 1, "{piece}");
        let places = (first - 1..first + 16).chain((first + 16..last - 40).step_by(31)).chain(last - 40..=last);
        let noticed: usize = places.map(|at| changed_at(&detector, text.as_bytes(), at)).sum();
        assert!(noticed > 20, "{noticed} of {piece}");
    }
}

#[test]
fn edits_are_what_was_not_copied_and_the_seams_between() {
    let copied = |at, from, length| Copied { at, from, length };
    let all = |copies: &[Copied], length, base| edits(copies, length, base).iter().map(|span| (span.start, span.end)).collect::<Vec<_>>();
    assert_eq!(all(&[copied(0, 0, 10)], 10, 10), []);
    assert_eq!(all(&[copied(0, 0, 4), copied(6, 4, 6)], 12, 10), [(4, 6)], "an insertion");
    assert_eq!(all(&[copied(0, 0, 4), copied(4, 6, 4)], 8, 10), [(4, 4)], "a deletion is a seam");
    assert_eq!(all(&[copied(0, 2, 100)], 100, 110), [(0, 0), (100, 100)], "a new beginning and a new end");
    assert_eq!(all(&[copied(0, 2, 4)], 4, 10), [(0, 4)], "what is near is one");
    assert_eq!(all(&[], 3, 0), [(0, 3)]);
}

#[test]
fn copies_that_meet_in_both_texts_are_one() {
    let (_, trace) = scan(&Detector::builtin(), b"0123456789", None);
    let copied = |at, from, length| Copied { at, from, length };
    let copies = [copied(0, 0, 4), copied(4, 4, 3), copied(7, 8, 2)];
    assert_eq!(within(9, 0, Base { trace: &trace, copies: &copies })[..], [copied(0, 0, 7), copied(7, 8, 2)]);
    // A byte order mark, which is no part of the text.
    assert_eq!(within(6, 3, Base { trace: &trace, copies: &copies })[..], [copied(0, 3, 4), copied(4, 8, 2)], "3 bytes are cut");
}

#[test]
fn windows_do_not_cut_lines_with_escapes_nor_runs() {
    let text = [&b"first line\n"[..], &b"a ".repeat(900), &b"x".repeat(300), b" y\n", &b"z ".repeat(900)].concat();
    let at = text.len() - 1805;
    let window = widened(&text, Span::new(at, at), RUNS);
    assert!(window.start <= 10, "the beginning of the line");
    assert!(window.end - at >= RUNS.1);
    let runs = [b" ".repeat(2000), b"x".repeat(3000), b" ".repeat(2000)].concat();
    let window = widened(&runs, Span::new(3500, 3500), (100, 100));
    assert!(window.start <= 2000 && window.end >= 5000, "{window:?}");
}

#[test]
fn windows_of_edits_that_are_near_are_those_of_each_edit() {
    let mut random = Random::new(5);
    for round in 0..400 {
        let pieces = ["token0123456789", "\n", " = ", "x", "\r", "\\n", "word word word "];
        let few = round % 7 + 1;
        let text: Vec<u8> = (0..3000).flat_map(|_| pieces[random.below(few)].bytes()).collect();
        let mut edits: Vec<Span> = Vec::new();
        let mut at = 0;
        while edits.len() < 20 {
            let start = at + random.below(2200);
            at = start + random.below(40);
            if at > text.len() {
                break;
            }
            edits.push(Span::new(start, at));
        }
        let near = merged(edits.clone(), RUNS.0 + RUNS.1);
        for reach in [RUNS, LITERALS] {
            let windows = |edits: &[Span]| merged(edits.iter().map(|&edit| widened(&text, edit, reach)).collect(), NEARLY);
            assert_eq!(windows(&near), windows(&edits));
        }
    }
}
