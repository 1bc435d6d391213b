//! L2: `.secretlintrc` in JSON or YAML: what it allows and which of its rules are off.

use super::{AllowEntry, ImportError, Imported, checked_regex, names, short};
use crate::config::diagnostic::{Diagnostic, Source};
use crate::config::tree::{Node, Value, parse};
use std::sync::Arc;

/// Reads the file. JSON is read as the YAML that it is.
pub(super) fn read(source: &Arc<Source>) -> Result<Imported, ImportError> {
    if source.name().ends_with("js") {
        let what = "a program, which is not run; write it as .secretlintrc.json and import that";
        return Err(Diagnostic::new("unsupported", source, 0..0, what).into());
    }
    let mut reader = Reader { source, out: Imported::default() };
    if let Some(root) = parse(source)? {
        reader.rules(&root);
    }
    Ok(reader.out)
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    out: Imported,
}

impl Reader<'_> {
    fn leave(&mut self, node: &Node, what: String) {
        let place = format!("{}:{}", self.source.name(), self.source.line(node.span.start));
        self.out.leave(place, what);
    }

    /// The rules of the file, or of a preset in it. The depth is bounded by the parser.
    fn rules(&mut self, node: &Node) {
        let Some((_, Node { value: Value::Sequence(rules), .. })) = node.get("rules") else { return };
        for rule in rules {
            self.rule(rule);
            self.rules(rule);
        }
    }

    fn rule(&mut self, rule: &Node) {
        let id = rule.get("id").and_then(|(_, id)| id.text()).unwrap_or_default();
        let is_off = rule.get("disabled").is_some_and(|(_, value)| value.text() == Some("true"));
        let options = rule.get("options").map(|(_, options)| options);
        let allows = options.and_then(|options| options.get("allows")).map(|(_, allows)| allows);
        if let Some((key, _)) = options.and_then(|options| options.get("patterns")) {
            self.leave(key, format!("`patterns` of {}: write them as rules by hand (rules/README.md)", short(id)));
        }
        if let Some((key, _)) = rule.get("allowMessageIds") {
            self.leave(
                key,
                format!("`allowMessageIds` of {}: kinds of findings are rules of their own here; see `keyward rules list`", short(id)),
            );
        }
        if !is_off && allows.is_none() {
            return;
        }
        let ours = names::of_secretlint(id);
        if ours.is_empty() {
            return self.leave(rule, format!("{}: no rules of keyward are known to stand for it", short(id)));
        }
        if is_off {
            return self.out.fragment.disable.extend(ours);
        }
        let mut entry = AllowEntry { rules: ours, reason: format!("from {}", self.source.name()), ..AllowEntry::default() };
        if let Some(Node { value: Value::Sequence(items), .. }) = allows {
            for item in items {
                match item.text().map_or_else(|| Err("not a text".to_owned()), allowed) {
                    Ok(regex) => entry.regex.push(regex),
                    Err(what) => self.leave(item, what),
                }
            }
        }
        if !entry.regex.is_empty() {
            self.out.fragment.allow.push(entry);
        }
    }
}

/// An allowed text: `/regex/flags`, or the text itself.
fn allowed(text: &str) -> Result<String, String> {
    let regex = text.strip_prefix('/').and_then(|rest| rest.rsplit_once('/'));
    let Some((regex, flags)) = regex.filter(|(_, flags)| flags.chars().all(|flag| flag.is_ascii_lowercase())) else {
        return checked_regex(&regex::escape(text));
    };
    let kept: String = flags.chars().filter(|flag| matches!(flag, 'i' | 'm' | 's')).collect();
    // In JavaScript a slash is escaped, which is nothing to escape here.
    let regex = regex.replace("\\/", "/");
    checked_regex(&if kept.is_empty() { regex } else { format!("(?{kept}){regex}") })
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::config::diagnostic::Source;
    use crate::import::Imported;

    fn import(name: &str, text: &str) -> Imported {
        read(&Source::new(name, text)).expect("well formed")
    }

    const TEXT: &str = r#"{ "rules": [ {
        "id": "@secretlint/secretlint-rule-preset-recommend",
        "rules": [
          { "id": "@secretlint/secretlint-rule-slack", "options": { "allows": ["/xox-DUMMY\\/1/i", "plain.text", "/(?!a)/"] } },
          { "id": "@secretlint/secretlint-rule-npm", "disabled": true },
          { "id": "@secretlint/secretlint-rule-nobody", "disabled": true }
        ] } ] }"#;

    #[test]
    fn allowed_texts_count_for_the_rules_that_stand_for_it() {
        let imported = import(".secretlintrc.json", TEXT);
        let entry = &imported.fragment.allow[0];
        assert_eq!(entry.regex, ["(?i)xox-DUMMY/1", "plain\\.text"]);
        assert!(entry.rules.iter().all(|id| id.starts_with("slack-")), "{:?}", entry.rules);
        assert!(imported.fragment.disable.contains(&"npm-access-token".to_owned()));
        let places: Vec<&str> = imported.left.iter().map(|left| left.place.as_str()).collect();
        assert_eq!(places, [".secretlintrc.json:4", ".secretlintrc.json:6"], "{:?}", imported.left);
    }

    #[test]
    fn yaml_is_read_too_and_programs_are_not() {
        let text = "rules:\n  - id: '@secretlint/secretlint-rule-aws'\n    options:\n      allows: [abc]\n";
        assert_eq!(import(".secretlintrc.yml", text).fragment.allow.len(), 1);
        assert!(read(&Source::new(".secretlintrc.js", "module.exports = {}")).is_err());
        assert!(read(&Source::new(".secretlintrc", "a: &x [*x]\n")).is_err());
    }
}
