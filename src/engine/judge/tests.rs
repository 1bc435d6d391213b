//! Verdicts on lines of many languages. Secrets are made by seed, so that none stands here.

mod clean;

use super::judge;
use crate::engine::assignment::tests::lines::{LINES, all, random};
use crate::rules::Confidence;
use crate::rules::syntax::ValueClass;

/// The highest confidence that any assignment in `text` has, each judged as the rule for its name would.
fn verdict(text: &str) -> Option<Confidence> {
    let bytes = text.as_bytes();
    let class = |name: &[u8]| {
        let name = String::from_utf8_lossy(name).to_lowercase();
        let is_password =
            ["pass", "pwd", "identified", "mysql", "curl", "docker", "redis", "credential", "auth"].iter().any(|part| name.contains(part));
        if is_password && !name.contains("token") && !name.contains("key") { ValueClass::Password } else { ValueClass::Secret }
    };
    all(text).iter().filter_map(|found| judge(bytes, found, class(found.name.of(bytes))).ok()).max()
}

fn fill(line: &str, value: &str) -> String {
    line.replacen("@\"@", "\u{1}\"@", 1).replace('@', value).replace('\u{1}', "@")
}

#[test]
fn random_values_are_secrets_in_all_forms() {
    let mut missed = Vec::new();
    for (seed, line) in LINES.iter().enumerate() {
        for length in [12, 16, 24, 40] {
            let text = fill(line, &random(seed as u64 * 97 + length, usize::try_from(length).expect("small")));
            if verdict(&text) < Some(Confidence::Medium) {
                missed.push(format!("{:?} {text}", verdict(&text)));
            }
        }
    }
    assert!(missed.is_empty(), "{} missed: {missed:#?}", missed.len());
}

#[test]
fn what_a_password_is_compared_with_is_one_where_no_word_looks_so() {
    let compared = |halves: [&str; 2]| verdict(&format!("if password == \"{}\":", halves.concat()));
    assert_eq!(compared(["Blue-Fal", "con77"]), Some(Confidence::Medium));
    assert_eq!(compared(["blue", "falcon7"]), Some(Confidence::Low));
}

#[test]
fn passwords_that_people_choose_are_secrets() {
    let passwords = [
        ["Sum", "mer2024"],
        ["Tr0ub4", "dor&3"],
        ["Blue-Fal", "con77"],
        ["kX9!", "mmtz"],
        ["gr4nite", "Rock!"],
        ["welk0", "m_Nord"],
        ["l1ttleP", "0ny"],
        ["Winter", "#2023!"],
    ];
    let mut missed = Vec::new();
    for line in LINES.iter().filter(|line| {
        let compares = [" == ", "cmp(", "quals(", "Equal(", ").toBe(", "EqualTo("].iter().any(|part| line.contains(part));
        line.to_lowercase().contains("passw") && !compares
    }) {
        for password in passwords.iter().map(|halves| halves.concat()) {
            let text = fill(line, &password);
            let is_loose = ["password db", "db.password @", "password is", "find_element", "[\"--token", "{password,"]
                .iter()
                .any(|part| line.contains(part));
            let want = if is_loose { Confidence::Low } else { Confidence::Medium };
            if verdict(&text) < Some(want) {
                missed.push(format!("{:?} {text}", verdict(&text)));
            }
        }
    }
    assert!(missed.is_empty(), "{} missed: {missed:#?}", missed.len());
}

#[test]
fn passwords_have_names_in_many_languages() {
    for name in
        ["пароль", "Пароль", "密码", "パスワード", "비밀번호", "contraseña", "hasło", "lösenord", "şifre", "senha", "Passwort", "heslo"]
    {
        assert_eq!(crate::engine::filter::secret_name(name.as_bytes()), crate::engine::filter::NameVerdict::Strong, "{name}");
    }
    for name in ["пароль_поле", "密码提示", "Passwortfeld", "contraseña_url"] {
        assert_ne!(crate::engine::filter::secret_name(name.as_bytes()), crate::engine::filter::NameVerdict::Strong, "{name}");
    }
}

#[test]
fn a_password_in_the_middle_of_a_line_is_told_by_its_characters_or_its_user() {
    let password = |halves: [&str; 2], line: &str| verdict(&line.replace('@', &halves.concat()));
    assert_eq!(password(["Falcon!", "Harbour42"], "// see password: @ for it"), Some(Confidence::Medium));
    assert_eq!(password(["Harb", "our2019"], "// user: bob, password: @"), Some(Confidence::Medium));
    assert!(password(["Harb", "our2019"], "// see password: @ for it") < Some(Confidence::Medium));
    assert!(password(["arn:aws:x:secret:Some-", "name-Wrt9Ba"], "SecretId: \"@\"") < Some(Confidence::Medium));
}

#[test]
fn a_variable_set_in_the_middle_of_a_line_is_told_by_its_name() {
    let password = ["falc", "on5930"].concat();
    for line in
        ["staging: DB_PASSWORD=@", "10:02 INFO DB_PASSWORD=@ DB_HOST=db1", "PGPASSWORD=@ psql -h db1", "heroku config:set DB_PASSWORD=@"]
    {
        assert_eq!(verdict(&line.replace('@', &password)), Some(Confidence::Medium), "{line}");
    }
    for line in ["staging: db_password=@ or so", "DB_PASSWORD = @ is wrong", "x(DB_PASSWORD=@)"] {
        assert!(verdict(&line.replace('@', &password)) < Some(Confidence::Medium), "{line}");
    }
}

#[test]
fn a_token_in_hex_digits_is_one_and_a_key_may_be_a_hash() {
    let hex = "9f3ac07be51d2468b0f7c1a9e3d58264";
    assert_eq!(verdict(&format!("curl -H \"X-AcmeToken: {hex}\"")), Some(Confidence::Medium));
    assert_eq!(verdict(&format!("{{\"tokens\": [\"{}\"]}}", &hex[..16])), Some(Confidence::Medium));
    assert_eq!(verdict(&format!("curl -H \"X-Acme-Key: {hex}\"")), Some(Confidence::Medium));
    assert!(verdict(&format!("acme_key = \"{hex}\"")) < Some(Confidence::Medium));
    assert!(verdict(&format!("\"src/models/Token.js\": [\"{hex}\"]")) < Some(Confidence::Medium));
}

#[test]
fn a_passphrase_is_words_that_say_nothing() {
    for line in ["passphrase = \"@\"", "DB_PASSWORD=\"@\"", "password: '@'"] {
        assert_eq!(verdict(&line.replace('@', "harbour quilt lemon cable")), Some(Confidence::Medium), "{line}");
        assert!(verdict(&line.replace('@', "enter your new one")) < Some(Confidence::Medium), "{line}");
    }
    assert!(verdict("password harbour quilt lemon cable") < Some(Confidence::Medium));
}

#[test]
fn hashes_and_salts_are_no_passwords() {
    for value in [
        ["{CRYPT}$6$rounds=9$", "jgiCMRyGXzoqpxS3$w2pJeZnn"],
        ["$8$rounds=50000$", "aFr56HjK3DrB8t3S$zhPQiS85"],
        ["$pbkdf2-sha512$310000$", "aFr56HjK3DrB8t3S$zhPQiS85"],
    ] {
        assert_eq!(verdict(&format!("password: \"{}\"", value.concat())), None);
    }
    assert_eq!(verdict(&format!("HashPassword(\"password\", \"{}\", 1)", random(3, 16))), None);
    assert_eq!(verdict(&format!("SECRET_KEY={}[...]{}", random(4, 8), random(5, 12))), None);
}

/// What stands where a password could, and is none.
const LOOK_ALIKES: &[&str] = &[
    "required|string|min:8|confirmed",
    "5/hour",
    "20/m/ip,5/m/key",
    "^(abc123|zyx789)$",
    "string|null",
    "argon2id",
    "SHA256withRSA",
    "Base64Encoder",
    "oauth2",
    "sequence-1",
    "level3",
    "ubuntu-22.04",
    "python3.11",
    "nginx:1.25",
    "vpc-1a2b3c4d",
    "Ctrl+Shift+P",
    "on_delete=CASCADE",
    "field1,field2",
    "$env:APP_PW",
    "md5($pw1)",
    "hostvars[inventory_hostname].pw1",
    "[1, 2]",
    "{'a': 1}",
    "cafebabe1234",
    "AQIDBAUGBwgJCgsMDQ4PEA==",
    "my-secret-pw",
    "varchar(255)",
    "EncryptedPassword",
    "MYSQL_ROOT_PASSWORD",
    "#/components/schemas/Password",
    "request.form['password']",
    "10.0.0.5",
    "2024-03-01T12:00:00Z",
];

#[test]
fn look_alikes_are_quiet_in_all_forms() {
    let forms = [
        "password = \"@\"",
        "DB_PASSWORD=@\n",
        "password: @\n",
        "\"password\": \"@\",",
        "<password>@</password>",
        "user, password = \"bob\", \"@\"",
        "username,password\nbob,@\n",
        "INSERT INTO users (name, password) VALUES ('bob', \"@\");",
        "login/password: bob / @\n",
        "credential: bob:@\n",
        "if (\"@\" == password) {",
        "assertEquals(\"@\", user.getPassword());",
        "// user: bob, password: @\n",
        "**Password:** @\n",
        "<td>Password</td><td>@</td>",
        "docker run -e DB_PASSWORD=@ x",
        "[\"--password\", \"@\"]",
        "client_secret: '@'",
        "token = \"@\"",
    ];
    let mut wrong = Vec::new();
    for line in forms.iter().flat_map(|form| LOOK_ALIKES.iter().map(|value| form.replace('@', value))) {
        if verdict(&line) >= Some(Confidence::Medium) {
            wrong.push(line);
        }
    }
    assert!(wrong.is_empty(), "{} wrong: {wrong:#?}", wrong.len());
}

#[test]
fn keys_in_hex_base64_and_base32_are_secrets() {
    let hex = "9f3ac07be51d2468b0f7c1a9e3d58264";
    let base64 = ["q83vZJ0xR/9Lk2", "Wm+Yt5uPnB7sD1", "eHcGfKaVjM3o8="].concat();
    let base32 = ["MZXW6YTB", "OJ2XIZLS", "GQ3TEMJW", "KNSWG4TF"].concat();
    for value in [hex, &base64, &base32] {
        assert_eq!(verdict(&format!("SECRET_KEY = '{value}'")), Some(Confidence::High), "{value}");
        assert!(verdict(&format!("secret_key: {value}\n")) >= Some(Confidence::Medium), "{value}");
    }
}

#[test]
fn what_base64_hides_is_judged() {
    let encode = |text: &str| data_encoding::BASE64.encode(text.as_bytes());
    assert_eq!(verdict(&format!("Authorization: Basic {}", encode("user:password"))), None);
    assert_eq!(verdict(&format!("\"auth\": \"{}\"", encode("username:password"))), None);
    assert_eq!(super::by_itself(encode("username:password").as_bytes(), ValueClass::Password), Err(crate::engine::Refusal::StandIn));
    assert!(super::by_itself(encode(&format!("bot:{}", random(7, 24))).as_bytes(), ValueClass::Password).is_ok());
    assert!(super::by_itself(encode("имя:пароль").as_bytes(), ValueClass::Password).is_err());
    assert!(super::by_itself(encode("user:secret-%28*%29%21").as_bytes(), ValueClass::Password).is_err());
    assert_eq!(verdict(&format!("  password: {}\n", encode("changeme"))), None);
    assert!(verdict(&format!("Authorization: Basic {}", encode(&format!("deploy:{}", random(5, 14))))) >= Some(Confidence::Medium));
    assert!(verdict(&format!("  password: {}\n", encode(&random(6, 14)))) >= Some(Confidence::Medium));
}

#[test]
fn a_user_before_the_password_is_left_out() {
    assert_eq!(verdict("auth = \"admin:password\""), None);
    assert_eq!(verdict("CURLOPT_USERPWD, \"james:secret\""), None);
    assert!(verdict(&format!("auth = \"admin:{}\"", random(9, 14))) >= Some(Confidence::Medium));
}

#[test]
fn weak_words_are_low_or_nothing() {
    for value in [
        "password",
        "secret",
        "test",
        "admin",
        "foo",
        "changeme",
        "my-password",
        "PASSWORD",
        "passw0rd",
        "123456",
        "letmein",
        "hunter",
        "abc123",
        "token",
        "correcthorse",
        "StrongPassword!",
        "Passwordtest1",
        "newRootPassword123",
    ] {
        assert!(verdict(&format!("password = \"{value}\"")) < Some(Confidence::Medium), "{value}");
        assert!(verdict(&format!("DB_PASSWORD={value}\n")) < Some(Confidence::Medium), "{value}");
        assert!(verdict(&format!("client_secret: '{value}'")) < Some(Confidence::Medium), "{value}");
    }
}

#[test]
fn an_expression_lowers_the_confidence() {
    let password = ["Summer", "2024"].concat();
    assert_eq!(verdict(&format!("password = \"{password}\" + suffix")), Some(Confidence::Low));
    assert_eq!(verdict(&format!("token = \"{password}\"")), None);
}
