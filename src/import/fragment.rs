//! L2: settings that were taken over, and how they are written in `.keyward.yaml`.

use std::fmt::Write as _;

/// Keys of `.keyward.yaml`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fragment {
    /// `exclude`.
    pub exclude: Vec<String>,
    /// `rules.disable`.
    pub disable: Vec<String>,
    /// `rules.custom`.
    pub rules: Vec<OwnRule>,
    /// `allow`.
    pub allow: Vec<AllowEntry>,
}

/// An entry of `allow`; all of its conditions must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowEntry {
    /// Path patterns.
    pub paths: Vec<String>,
    /// Ids of rules.
    pub rules: Vec<String>,
    /// Regexes of the secret.
    pub regex: Vec<String>,
    /// Words in the secret.
    pub stopwords: Vec<String>,
    /// Why.
    pub reason: String,
}

/// An entry of `rules.custom`.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnRule {
    /// Kebab-case.
    pub id: String,
    /// What it finds.
    pub name: String,
    /// Regex in which the group `secret` is the secret.
    pub pattern: String,
    /// Literals one of which every match holds.
    pub keywords: Vec<String>,
    /// Least entropy of the secret, in bits per character.
    pub entropy: Option<f64>,
    /// Tags.
    pub tags: Vec<String>,
}

impl Fragment {
    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Fragment::default()
    }

    /// The keys at the top that it sets.
    #[must_use]
    pub fn keys(&self) -> Vec<&'static str> {
        let has_rules = !(self.rules.is_empty() && self.disable.is_empty());
        let keys = [("exclude", !self.exclude.is_empty()), ("rules", has_rules), ("allow", !self.allow.is_empty())];
        keys.into_iter().filter(|(_, is_set)| *is_set).map(|(key, _)| key).collect()
    }

    /// Adds another one; what stands in both is kept once.
    pub fn add(&mut self, other: Fragment) {
        let mut all = (std::mem::take(&mut self.exclude), std::mem::take(&mut self.disable));
        all.0.extend(other.exclude);
        all.1.extend(other.disable);
        for (from, to) in [(all.0, &mut self.exclude), (all.1, &mut self.disable)] {
            for one in from {
                if !to.contains(&one) {
                    to.push(one);
                }
            }
        }
        self.rules.extend(other.rules);
        for entry in other.allow {
            if !self.allow.contains(&entry) {
                self.allow.push(entry);
            }
        }
    }

    /// The text of the keys, as YAML.
    #[must_use]
    pub fn print(&self) -> String {
        let mut out = String::new();
        lines(&mut out, "", "exclude", &self.exclude);
        if !(self.rules.is_empty() && self.disable.is_empty()) {
            out.push_str("rules:\n");
            lines(&mut out, "  ", "disable", &self.disable);
            if !self.rules.is_empty() {
                out.push_str("  custom:\n");
            }
            self.rules.iter().for_each(|rule| rule.print(&mut out));
        }
        if !self.allow.is_empty() {
            out.push_str("allow:\n");
        }
        self.allow.iter().for_each(|entry| entry.print(&mut out));
        out
    }
}

impl OwnRule {
    fn print(&self, out: &mut String) {
        let mut keys = vec![
            ("id", quoted(&self.id)),
            ("name", quoted(&self.name)),
            ("severity", "high".to_owned()),
            ("pattern", quoted(&self.pattern)),
            ("keywords", flow(&self.keywords)),
        ];
        keys.extend(self.entropy.map(|entropy| ("entropy", entropy.to_string())));
        if !self.tags.is_empty() {
            keys.push(("tags", flow(&self.tags)));
        }
        item(out, "    ", &keys);
    }
}

impl AllowEntry {
    fn print(&self, out: &mut String) {
        let lists = [("paths", &self.paths), ("rules", &self.rules), ("regex", &self.regex), ("stopwords", &self.stopwords)];
        let mut keys: Vec<_> = lists.into_iter().filter(|(_, list)| !list.is_empty()).map(|(key, list)| (key, flow(list))).collect();
        if !self.reason.is_empty() {
            keys.push(("reason", quoted(&self.reason)));
        }
        item(out, "  ", &keys);
    }
}

fn lines(out: &mut String, indent: &str, key: &str, texts: &[String]) {
    if !texts.is_empty() {
        writeln!(out, "{indent}{key}:").expect("a String takes everything");
    }
    for text in texts {
        writeln!(out, "{indent}  - {}", quoted(text)).expect("a String takes everything");
    }
}

fn item(out: &mut String, indent: &str, keys: &[(&str, String)]) {
    for (at, (key, value)) in keys.iter().enumerate() {
        let dash = if at == 0 { '-' } else { ' ' };
        writeln!(out, "{indent}{dash} {key}: {value}").expect("a String takes everything");
    }
}

fn flow(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "))
}

/// A text as YAML: in single quotes, in which a backslash is itself, or as JSON where it has control characters.
fn quoted(text: &str) -> String {
    if text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')) {
        return serde_json::Value::from(text).to_string();
    }
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::{AllowEntry, Fragment, OwnRule};
    use crate::config::diagnostic::Source;
    use crate::config::read::read;

    fn fragment() -> Fragment {
        let rule = OwnRule {
            id: "acme-key".to_owned(),
            name: "it's a \"key\": # x".to_owned(),
            pattern: r"acme_(?P<secret>[a-z\d]{20})['\x22]".to_owned(),
            keywords: vec!["acme_".to_owned()],
            entropy: Some(2.5),
            tags: vec!["acme".to_owned()],
        };
        let entry = AllowEntry { regex: vec!["^x\\d+'$".to_owned()], reason: "one\ntwo".to_owned(), ..AllowEntry::default() };
        Fragment { exclude: vec!["a b/**".to_owned()], disable: vec!["jwt".to_owned()], rules: vec![rule], allow: vec![entry] }
    }

    #[test]
    fn what_is_printed_is_read_as_it_was_meant() {
        let text = fragment().print();
        let (partial, problems) = read(&Source::new("t.yaml", &text));
        assert_eq!(problems, [], "{text}");
        assert_eq!(partial.exclude[0].value, "a b/**");
        assert_eq!(partial.custom[0].value.rule.about().name, fragment().rules[0].name);
        assert_eq!(partial.allow[0].value.regex[0].as_str(), "^x\\d+'$");
        assert_eq!(partial.allow[0].value.reason.as_deref(), Some("one\ntwo"));
        assert_eq!(partial.selection[0].value.name, "jwt");
    }

    #[test]
    fn nothing_prints_nothing() {
        assert_eq!(Fragment::default().print(), "");
        assert!(Fragment::default().is_empty() && !fragment().is_empty());
        assert_eq!(fragment().keys(), ["exclude", "rules", "allow"]);
    }

    #[test]
    fn what_is_added_twice_stands_once() {
        let mut all = fragment();
        let other = Fragment { rules: Vec::new(), ..fragment() };
        all.add(other);
        assert_eq!(all, fragment());
    }
}
