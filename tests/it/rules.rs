//! The built-in rules: complete, found by the detector where they say, and free of secrets themselves.

use keyward::Detector;
use keyward::engine::examples;
use keyward::engine::sample::{self, Random};
use keyward::rules::builtin::builtin;
use keyward::rules::format::Format;
use keyward::rules::load;
use keyward::rules::syntax::RuleFile;
use keyward::rules::{Audience, Confidence, Rule, RuleSet, Severity};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rule_files() -> Vec<(String, String)> {
    let entries = std::fs::read_dir(root().join("rules")).expect("the rules are here").map(|entry| entry.expect("readable").path());
    let mut files: Vec<_> = entries
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| (path.file_stem().expect("a name").to_string_lossy().into_owned(), std::fs::read_to_string(&path).expect("UTF-8")))
        .collect();
    files.sort();
    files
}

/// Type, rule and reason of every line of `docs/coverage.tsv`.
fn coverage() -> Vec<(String, String, String)> {
    let text = std::fs::read_to_string(root().join("docs/coverage.tsv")).expect("the coverage list is here");
    let fields = |line: &str| line.split('\t').map(str::to_owned).collect::<Vec<_>>();
    text.lines()
        .skip(1)
        .map(fields)
        .map(|mut row| {
            assert_eq!(row.len(), 3, "{row:?}");
            let (reason, rule, id) = (row.remove(2), row.remove(1), row.remove(0));
            (id, rule, reason)
        })
        .collect()
}

fn detector(rules: Vec<Rule>) -> Detector {
    Detector::new(RuleSet::new(rules).expect("unique ids")).expect("the patterns compile")
}

fn kebab(text: &str) -> String {
    let lower = text.to_lowercase();
    lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

#[test]
fn every_rule_is_found_in_its_examples() {
    let mut missed = Vec::new();
    for rule in builtin().rules() {
        let alone = detector(vec![Rule::clone(rule)]);
        let all = examples::positives(rule);
        if all.is_empty() {
            missed.push(format!("{}: no example", rule.id));
        }
        for example in all {
            let found = alone.scan(&example.text);
            if !found.iter().any(|found| found.secret.of(&example.text) == &example.secret[..]) {
                missed.push(format!("{}: {}", rule.id, example.text.escape_ascii()));
            }
        }
    }
    assert!(missed.is_empty(), "{} not found:\n{}", missed.len(), missed.join("\n"));
}

#[test]
fn no_other_rule_takes_the_example_of_a_rule_that_is_on() {
    let all = Detector::builtin();
    let mut lost = BTreeMap::new();
    for rule in all.rules() {
        for example in examples::positives(rule).into_iter().take(2) {
            let ids: Vec<&str> = all.scan(&example.text).iter().map(|found| all.rules()[found.rule].id.as_str()).collect();
            if !ids.contains(&rule.id.as_str()) {
                lost.insert(rule.id.clone(), format!("{ids:?} for {}", example.text.escape_ascii()));
            }
        }
    }
    assert!(lost.is_empty(), "{lost:#?}");
}

#[test]
fn no_rule_takes_what_another_knows_as_a_documented_fake() {
    let all = Detector::builtin();
    let mut taken = Vec::new();
    for fake in builtin().rules().iter().flat_map(|rule| rule.about().placeholders.clone()).filter(|fake| fake.len() >= 12) {
        for text in ["API_KEY=@\n", "password = \"@\"\n", "{\"token\": \"@\"}\n"].map(|form| form.replace('@', &fake)) {
            let is_sure =
                |found: &keyward::Match| found.confidence >= Confidence::Medium && found.secret.of(text.as_bytes()) == fake.as_bytes();
            taken.extend(all.scan(text.as_bytes()).iter().filter(|found| is_sure(found)).map(|found| (found.rule, text.clone())));
        }
    }
    assert!(taken.is_empty(), "{taken:#?}");
}

#[test]
fn a_token_with_a_wrong_check_value_is_none_under_any_name() {
    let all = Detector::builtin();
    for id in ["github-pat-classic", "npm-access-token", "atlassian-api-token", "azure-openai-key", "cloudflare-user-api-token"] {
        let rule = all.rules().iter().find(|rule| rule.id == id).expect("a rule that is on");
        let mut token = String::from_utf8(sample::secret(rule, 3).expect("no key is needed")).expect("ASCII");
        let found = |token: &str| all.scan(format!("API_KEY=\"{token}\"\n").as_bytes()).len();
        assert_eq!(found(&token), 1, "{id}");
        let other = if token.as_bytes()[20] == b'a' { "b" } else { "a" };
        token.replace_range(20..21, other);
        assert_eq!(found(&token), 0, "{id}");
    }
}

#[test]
fn every_rule_says_what_it_is_and_what_to_do() {
    for rule in builtin().rules() {
        let id = &rule.id;
        assert!(!rule.about().name.is_empty() && !rule.about().provider.is_empty(), "{id}");
        assert!(rule.about().description.ends_with('.') && rule.about().description.len() > 20, "{id}: {}", rule.about().description);
        assert!(rule.about().remediation.ends_with('.') && rule.about().remediation.len() > 60, "{id}: {}", rule.about().remediation);
        assert!(!rule.about().tags.is_empty() && rule.about().tags.iter().all(|tag| kebab(tag) == *tag), "{id}: {:?}", rule.about().tags);
        for page in rule.about().docs.iter().chain(&rule.about().revoke) {
            assert!(page.starts_with("https://") || page.starts_with("http://"), "{id}: {page}");
        }
    }
}

#[test]
fn no_title_says_a_word_twice() {
    for rule in builtin().rules() {
        let title = rule.title().to_lowercase();
        let words: Vec<&str> = title.split(' ').collect();
        assert!(words.windows(2).all(|pair| pair[0] != pair[1]), "{}: {title}", rule.id);
    }
}

#[test]
fn what_is_off_by_default_is_public_noisy_or_doubtful() {
    let rules = builtin();
    for rule in rules.rules().iter().filter(|rule| rule.enabled) {
        assert!(rule.severity > Severity::Info, "{} is no secret by itself, so it must be off", rule.id);
        assert!(rule.confidence > Confidence::Low, "{} is too doubtful to be on", rule.id);
        assert_ne!(rule.audience, Some(Audience::Publishable), "{} is public by design", rule.id);
    }
    let on = rules.rules().iter().filter(|rule| rule.enabled).count();
    assert!(on >= 1200 && rules.len() >= 1900, "{on} of {} rules are on", rules.len());
}

#[test]
fn pairs_name_rules_that_exist() {
    let rules = builtin();
    for rule in rules.rules() {
        for other in &rule.pairs_with {
            assert!(rules.get(other).is_some() && *other != rule.id, "{}: `{other}` is no other rule", rule.id);
        }
    }
}

#[test]
fn a_file_is_named_after_its_provider() {
    let mut providers = BTreeSet::new();
    for (name, text) in rule_files() {
        let file: RuleFile = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(name, kebab(&file.provider));
        assert!(!file.tags.is_empty() && file.remediation.is_some(), "{name} has no tags or no remediation");
        assert!(file.rules.is_sorted_by(|a, b| a.id < b.id), "{name}: sort the rules by id");
        assert!(providers.insert(file.provider));
    }
}

#[test]
fn every_known_type_of_secret_has_a_rule_or_a_reason() {
    let rules = builtin();
    let rows = coverage();
    assert!(rows.is_sorted_by(|a, b| a.0 < b.0), "sort docs/coverage.tsv by type, each once");
    assert_eq!(rows.len(), 2018);
    for (id, rule, reason) in &rows {
        if rule.is_empty() {
            assert!(!reason.is_empty(), "`{id}` has neither a rule nor a reason");
        } else {
            assert!(rules.get(rule).is_some(), "`{id}` names the rule `{rule}`, which does not exist");
            assert!(rule == id || !reason.is_empty(), "`{id}` is found by `{rule}`: say why");
        }
        assert!(rule == id || rules.get(id).is_none(), "`{id}` has a rule of its own");
    }
}

/// Types of secret that another type's rule finds: a text of each, with `{}` for the secret, and the rule.
const SHARED: [(&str, &str, &str); 17] = [
    ("aws-credentials-file", "[prod]\naws_access_key_id = x\naws_secret_access_key = {b64}\n", "aws-secret-access-key"),
    ("s3cfg-file", "[default]\naccess_key = AKIA\nsecret_key = {b64}\nhost_base = s3.amazonaws.com\n", "aws-secret-access-key"),
    ("git-credential-store", "https://deploy:{}@git.internal.net\n", "basic-auth-url"),
    ("proxy-url-credential", "http_proxy=http://svc:{}@proxy.internal.net:3128\n", "basic-auth-url"),
    ("sublime-sftp-config", "{\"type\": \"sftp\", \"host\": \"h\", \"user\": \"u\", \"password\": \"{}\"}", "generic-password-assignment"),
    ("mysql-my-cnf", "[client]\nuser = root\npassword = {}\n", "generic-password-assignment"),
    ("mercurial-hgrc-password", "[auth]\nfoo.prefix = h\nfoo.password = {}\n", "generic-password-assignment"),
    ("gradle-credentials", "credentials {\n  username 'u'\n  password '{}'\n}\n", "generic-password-assignment"),
    ("phpmailer-password", "$mail->Password = '{}';\n", "generic-password-assignment"),
    ("wget-password", "wget --user=u --http-password={} https://h/x\n", "generic-password-assignment"),
    ("terraform-tfvars-secret", "session_secret = \"{}\"\n", "generic-secret-assignment"),
    ("dockerfile-env-secret", "FROM x\nENV APP_SECRET {}\n", "generic-secret-assignment"),
    ("shell-export-secret", "export SESSION_SECRET={}\n", "generic-secret-assignment"),
    ("azure-entra-client-secret-legacy", "client_secret = \"{}\"\n", "generic-secret-assignment"),
    ("curl-authorization-header", "curl -H 'Authorization: Bearer {}' https://h/x\n", "http-authorization-bearer"),
    ("url-query-credential", "curl 'https://h/x?api_key={}&y=1'\n", "generic-api-key-assignment"),
    ("gitalk-oauth-credentials", "new Gitalk({ clientID: 'x', clientSecret: '{hex}' })\n", "github-oauth-client-secret"),
];

#[test]
fn a_type_that_shares_a_rule_is_found_by_it() {
    let detector = Detector::builtin();
    let mut random = Random::new(7);
    let mut value = |format: &str| {
        let format = Format::parse(format).expect("a valid format");
        String::from_utf8(sample::from_format(&format, &mut random)).expect("ASCII")
    };
    for (id, text, rule) in SHARED {
        let text = text.replace("{b64}", &value("{base64:40}")).replace("{hex}", &value("{hex:40}")).replace("{}", &value("{base62:28}"));
        let found: Vec<&str> = detector.scan(text.as_bytes()).iter().map(|found| detector.rules()[found.rule].id.as_str()).collect();
        assert!(found.contains(&rule), "{id}: {found:?} in {text}");
        assert!(coverage().iter().any(|row| row.0 == id && row.1 == rule), "{id} is listed otherwise");
    }
}

#[test]
fn the_rule_files_hold_nothing_that_looks_like_a_secret() {
    let detector = Detector::builtin();
    let read = |path: &Path| std::fs::read(path).expect("readable");
    let mut texts: Vec<(String, Vec<u8>)> = rule_files().into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
    for path in ["rules/README.md", "docs/coverage.tsv", "tests/it/rules.rs"] {
        texts.push((path.to_owned(), read(&root().join(path))));
    }
    for (name, text) in texts {
        let found: Vec<&str> = detector.scan(&text).iter().map(|found| detector.rules()[found.rule].id.as_str()).collect();
        assert!(found.is_empty(), "{name}: {found:?}");
    }
}

#[test]
fn every_tag_is_one_that_the_readme_lists() {
    let text = std::fs::read_to_string(root().join("rules/README.md")).expect("readable");
    let section = text.split("## Tags").nth(1).and_then(|rest| rest.split("## ").next()).expect("a section on tags");
    let listed: BTreeSet<&str> = section.split('`').skip(1).step_by(2).collect();
    let rules = builtin();
    let used: BTreeSet<&str> = rules.rules().iter().flat_map(|rule| &rule.about().tags).map(String::as_str).collect();
    assert_eq!(used, listed);
}

#[test]
fn the_examples_for_rule_writers_compile() {
    let text = std::fs::read_to_string(root().join("rules/README.md")).expect("readable");
    let blocks: Vec<&str> = text.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default()).collect();
    assert!(load::parse_rules(blocks[0]).is_ok_and(|rules| rules.len() == 1), "{}", blocks[0]);
    let head = "provider: Acme\nrules:\n- id: acme-key\n  name: key\n  severity: low\n  context: [acme]\n";
    let (formats, others): (Vec<&str>, Vec<&str>) = blocks[1..].iter().partition(|block| block.starts_with("format"));
    let formats = formats.iter().flat_map(|block| block.lines().map(|line| line.split(" #").next().unwrap_or_default().to_owned()));
    for keys in formats.chain(others.iter().map(|block| block.trim().replace('\n', "\n  "))) {
        let yaml = format!("{head}  {keys}\n");
        assert!(load::parse_rules(&yaml).is_ok(), "{yaml}: {:?}", load::parse_rules(&yaml).err().map(|error| error.to_string()));
    }
}

#[test]
fn a_common_name_alone_tells_no_provider() {
    let detector = Detector::builtin();
    let shapes = ["{hex:32}", "{hex:40}", "{hex:64}", "{base62:16}", "{base62:20}", "{base62:24}", "{base62:25}", "{base62:32}"];
    let more =
        ["{base62:40}", "{base62:43}", "{base62:64}", "{base64url:43}", "{base64:40}", "{alnum-lower:32}", "{alnum-lower:40}", "{uuid}"];
    let names = [
        "client_secret",
        "app_secret",
        "api_key",
        "apiKey",
        "access_token",
        "secret_key",
        "secretKey",
        "license_key",
        "auth_token",
        "token",
    ];
    let headers = ["X-Api-Key", "X-Auth-Token", "Authorization", "password", "api_secret", "webhook_secret", "refresh_token", "write_key"];
    for (seed, shape) in (1..).zip(shapes.iter().chain(&more)) {
        let format = Format::parse(shape).expect("a valid format");
        for name in names.iter().chain(&headers) {
            let value = String::from_utf8(sample::from_format(&format, &mut Random::new(seed))).expect("ASCII");
            let text = format!("{name} = \"{value}\"\n");
            for found in detector.scan(text.as_bytes()) {
                let rule = &detector.rules()[found.rule];
                assert!(["Generic", "HTTP"].contains(&rule.about().provider.as_str()), "{} in {text}", rule.id);
            }
        }
    }
}
