//! URLs with passwords, and what looks like one.

use super::{judge_url, password_in_url};
use crate::rules::Confidence;

/// The parts of the URL in `text`: scheme, user, password, host.
fn parts(text: &str) -> Option<(&str, &str, &str, &str)> {
    let url = password_in_url(text.as_bytes(), text.find("://")?)?;
    let part = |span: crate::text::Span| &text[span.start..span.end];
    Some((part(url.scheme), part(url.user), part(url.password), part(url.host)))
}

fn confidence(text: &str) -> Option<Confidence> {
    judge_url(&password_in_url(text.as_bytes(), text.find("://")?)?, text.as_bytes()).ok()
}

/// A URL from its parts, so that none stands here whole.
fn url(scheme: &str, user: &str, password: &str, rest: &str) -> String {
    format!("{scheme}:{}{user}:{password}{}{rest}", "//", '@')
}

/// A password of a generator, put together from halves.
fn strong() -> String {
    ["vR7q", "Zx2m", "Lk9T"].concat()
}

#[test]
fn the_parts_of_a_url_are_found_in_text() {
    let text = format!("dsn = \"{}\";", url("postgres", "app", "pw", "db.corp.net:5432/x"));
    assert_eq!(parts(&text), Some(("postgres", "app", "pw", "db.corp.net:5432")));
    assert_eq!(parts("see https://host/path@x"), None);
    assert_eq!(parts("http://host:8080/@scope/x"), None);
    assert_eq!(parts("http://[::1]:8080/a@b"), None);
    assert_eq!(parts("http://user@host/"), Some(("http", "", "user", "host")));
}

#[test]
fn odd_passwords_end_at_the_last_at_sign() {
    assert_eq!(parts(&url("redis", "", "a@b:c", "h.io/0")).map(|parts| parts.2), Some("a@b:c"));
    assert_eq!(parts(&url("amqp", "u", "a/b#c", "mq.io")).map(|parts| parts.2), Some("a/b#c"));
    let lists = format!("{},{}", url("http", "a", "b", "one.io"), url("http", "c", "d", "two.io"));
    assert_eq!(parts(&lists).map(|parts| parts.2), Some("b"));
}

#[test]
fn hosts_may_be_many_or_in_brackets() {
    assert_eq!(parts(&url("mongodb", "u", "p", "a.io:1,b.io:2/db")).map(|parts| parts.3), Some("a.io:1,b.io:2"));
    assert_eq!(parts(&url("http", "u", "p", "[::1]:80/")).map(|parts| parts.3), Some("[::1]:80"));
    assert_eq!(parts(&url("http", "u", "p", "${HOST}:80/")).map(|parts| parts.3), Some("${HOST}:80"));
}

#[test]
fn passwords_are_judged_by_host_and_strength() {
    let strong = strong();
    assert_eq!(confidence(&url("mysql", "root", &strong, "db.corp.io/x")), Some(Confidence::High));
    assert_eq!(confidence(&url("mysql", "root", &strong, "db:3306/x")), Some(Confidence::Medium));
    assert_eq!(confidence(&url("mysql", "root", &strong[..10], "localhost/x")), Some(Confidence::Low));
    assert_eq!(confidence(&url("mysql", "root", &strong, "localhost/x")), Some(Confidence::Medium));
    assert_eq!(confidence(&url("mysql", "root", &strong, "db.example.com/x")), None);
    assert_eq!(confidence(&url("mysql", "root", "Winter2023", "db.corp.io/x")), Some(Confidence::Medium));
    assert_eq!(confidence(&url("mysql", "root", "harbour-quilt-lemon-cable", "db.corp.io/x")), Some(Confidence::Medium));
    assert_eq!(confidence(&url("mysql", "root", "harbour-quilt", "db.corp.io/x")), Some(Confidence::Low));
    assert_eq!(confidence(&url("mysql", "root", "winter", "127.0.0.1/x")), None);
}

#[test]
fn placeholders_are_no_passwords() {
    for (user, password) in [
        ("user", "password"),
        ("username", "password"),
        ("${USER}", "${PASS}"),
        ("<user>", "<pass>"),
        ("%s", "%s"),
        ("user", "xxxxx"),
        ("user", "*****"),
        ("{user}", "{password}"),
        ("$USER", "$PASS"),
        ("foo", "bar"),
        ("user", "8080"),
        ("{{ user }}", "{{ pass }}"),
        ("admin", "admin"),
        ("USER", "PASSWORD"),
    ] {
        assert_eq!(confidence(&url("https", user, password, "db.corp.io/")), None, "{user}:{password}");
    }
}

proptest::proptest! {
    #[test]
    fn parts_lie_in_order(head in "[ -~]{0,20}", tail in "[a-z:/@?#&%$<>{}\"\\[\\]\\\\ .,é]{0,60}") {
        let text = format!("{head}://{tail}");
        if let Some(url) = password_in_url(text.as_bytes(), head.len()) {
            proptest::prop_assert!(url.scheme.end <= url.user.start && url.user.end <= url.password.start);
            proptest::prop_assert!(url.password.end < url.host.start && url.host.end <= text.len() && !url.password.is_empty());
            let _ = judge_url(&url, text.as_bytes());
        }
    }
}

#[test]
fn tokens_may_stand_alone() {
    let token = [strong(), strong().to_lowercase()].concat();
    assert_eq!(confidence(&format!("https:{}{token}@git.corp.io/x.git", "//")), Some(Confidence::Medium));
    assert_eq!(confidence(&format!("ssh:{}git@git.corp.io/x.git", "//")), None);
}
