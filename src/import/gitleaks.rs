//! L2: `.gitleaks.toml`: rules, allowlists, and what the file builds on.

use super::pattern::translate;
use super::{AllowEntry, Imported, OwnRule, checked_regex, names, paths, short};
use crate::config::diagnostic::{Diagnostic, Source};
use crate::rules::RuleSet;
use std::collections::BTreeMap;
use std::sync::Arc;
use toml_edit::{Document, Item, TableLike, Value};

/// Reads the file.
pub(super) fn read(source: &Arc<Source>) -> Result<Imported, Diagnostic> {
    let document = Document::parse(source.text()).map_err(|error| {
        let span = error
            .span()
            .filter(|span| span.end <= source.text().len() && [span.start, span.end].iter().all(|at| source.text().is_char_boundary(*at)));
        let message = format!("not valid TOML: {}", error.message().lines().next().unwrap_or_default());
        Diagnostic::new("syntax", source, span.unwrap_or(0..0), message)
    })?;
    let root = document.as_table();
    let mut reader = Reader { source, out: Imported::default(), builtin: crate::rules::builtin::builtin(), own: BTreeMap::new() };
    reader.extend(root);
    // Ids first: allowlists name them.
    let rules = tables(root.get("rules"));
    for rule in &rules {
        reader.rule(*rule);
    }
    for rule in &rules {
        let id = text(*rule, "id").unwrap_or_default();
        for allowlist in ["allowlist", "allowlists"].iter().flat_map(|key| tables(rule.get(key))) {
            reader.allowlist(allowlist, Some(&[id.to_owned()]));
        }
    }
    for allowlist in ["allowlist", "allowlists"].iter().flat_map(|key| tables(root.get(key))) {
        let targets = strings(allowlist.get("targetRules"));
        let targets: Vec<String> = targets.into_iter().map(|(_, id)| id).collect();
        reader.allowlist(allowlist, (!targets.is_empty()).then_some(&targets));
    }
    for (key, item) in root {
        if !["title", "description", "minVersion", "extend", "rules", "allowlist", "allowlists"].contains(&key) {
            let place = reader.place(item);
            reader.out.leave(place, format!("`{}`: not known", short(key)));
        }
    }
    Ok(reader.out)
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    out: Imported,
    builtin: RuleSet,
    /// Ids of the file's own rules and what they became.
    own: BTreeMap<String, String>,
}

impl Reader<'_> {
    fn place(&self, item: &Item) -> String {
        self.at(item.span())
    }

    fn at(&self, span: Option<std::ops::Range<usize>>) -> String {
        let line = span.map_or(1, |span| self.source.line(span.start.min(self.source.text().len())));
        format!("{}:{line}", self.source.name())
    }

    fn table_place(&self, table: &dyn TableLike) -> String {
        self.at(table.iter().filter_map(|(_, item)| item.span()).min_by_key(|span| span.start))
    }

    fn extend(&mut self, root: &dyn TableLike) {
        let Some(item) = root.get("extend") else {
            return self.without_defaults(root);
        };
        let Some(extend) = item.as_table_like() else { return };
        if extend.get("useDefault").and_then(Item::as_bool) != Some(true) && extend.get("path").is_none() {
            self.without_defaults(root);
        }
        if let Some(path) = extend.get("path") {
            self.out.extends.push((path.as_str().unwrap_or_default().to_owned(), self.place(path)));
        }
        if let Some(url) = extend.get("url") {
            let place = self.place(url);
            self.out.leave(place, "`extend.url`: nothing is fetched; download the file and import it too");
        }
        for (place, id) in self.placed(extend.get("disabledRules")) {
            let ours = names::of_gitleaks(&id);
            if ours.is_empty() {
                self.out.leave(place, format!("disabled rule `{}`: no rule of keyward is known to stand for it", short(&id)));
            }
            self.out.fragment.disable.extend(ours);
        }
    }

    /// Without gitleaks' own rules, a file means its rules only.
    fn without_defaults(&mut self, root: &dyn TableLike) {
        if let Some(rules) = root.get("rules") {
            let place = self.place(rules);
            let what =
                "the file has its own rules only; keyward's stay on too, unless with `rules: disable: [all]` and `enable` with the ids";
            self.out.leave(place, what);
        }
    }

    fn placed(&self, item: Option<&Item>) -> Vec<(String, String)> {
        strings(item).into_iter().map(|(span, text)| (self.at(span), text)).collect()
    }

    /// A rule with a regex. One without changes a rule that is there already: its allowlists are read later.
    fn rule(&mut self, table: &dyn TableLike) {
        let place = self.table_place(table);
        let id = text(table, "id").unwrap_or_default();
        let Some(regex) = text(table, "regex") else {
            if table.get("path").is_some() {
                self.out.leave(place, format!("rule `{}`: it finds files by name, and keyward finds secrets", short(id)));
            }
            return;
        };
        let mut refuse = |what: &str| self.out.leave(place.clone(), format!("rule `{}`: {what}", short(id)));
        if table.get("path").is_some() {
            return refuse("it holds for some paths only, and rules here hold for all; write it as a rule and an `allow` entry");
        }
        if table.get("required").is_some() {
            return refuse("it needs another rule beside it; write it with `context`");
        }
        if table.get("skipReport").and_then(Item::as_bool) == Some(true) {
            return refuse("it only serves other rules (`skipReport`)");
        }
        let group = table.get("secretGroup").and_then(Item::as_integer).and_then(|group| u32::try_from(group).ok()).unwrap_or(0);
        let pattern = match translate(regex, group) {
            Ok(pattern) => pattern,
            Err(what) => return refuse(&format!("{what}; write it as a rule by hand (rules/README.md)")),
        };
        let own_id = self.own_id(id);
        if let Some(bound) = pattern.bound {
            let what = format!("rule `{own_id}`: repetitions without an end were given one, {bound}, since every match is bounded here");
            self.out.leave(place.clone(), what);
        }
        let name = text(table, "description").filter(|name| !name.trim().is_empty()).unwrap_or(id);
        let rule = OwnRule {
            id: own_id.clone(),
            name: name.lines().next().unwrap_or(id).to_owned(),
            pattern: pattern.text,
            keywords: pattern.keywords,
            entropy: number(table.get("entropy")).filter(|entropy| *entropy > 0.0 && *entropy < 8.0),
            tags: strings(table.get("tags")).into_iter().map(|(_, tag)| kebab(&tag)).filter(|tag| !tag.is_empty()).collect(),
        };
        if let Some(what) = problem(&rule) {
            return self.out.leave(place, format!("rule `{}`: {what}", short(id)));
        }
        self.own.insert(id.to_owned(), own_id);
        self.out.fragment.rules.push(rule);
    }

    /// The id as it can be here, and not that of another rule.
    fn own_id(&self, id: &str) -> String {
        let kebab = kebab(id);
        let base = if kebab.is_empty() { "imported".to_owned() } else { kebab };
        let is_taken = |id: &str| self.builtin.get(id).is_some() || self.own.values().any(|other| other == id);
        let numbered = (2..).map(|number| format!("imported-{base}-{number}"));
        [base.clone(), format!("imported-{base}")].into_iter().chain(numbered).find(|id| !is_taken(id)).expect("numbers do not end")
    }

    /// An allowlist; `rules` are those of gitleaks that it is for, `None` for all.
    fn allowlist(&mut self, table: &dyn TableLike, rules: Option<&[String]>) {
        let place = self.table_place(table);
        let Some(ours) = self.rules_of(rules, &place) else { return };
        let is_and = text(table, "condition").is_some_and(|word| word.eq_ignore_ascii_case("and") || word == "&&");
        let reason = text(table, "description").unwrap_or_default().to_owned();
        let before = self.out.left.len();
        if let Some(commits) = table.get("commits") {
            let place = self.place(commits);
            self.out
                .leave(place, "`commits`: findings are accepted by what they are here; use `keyward baseline create` or `keyward allow`");
        }
        let paths = self.placed(table.get("paths"));
        let regexes = self.regexes(table);
        let stopwords: Vec<String> =
            strings(table.get("stopwords")).into_iter().map(|(_, word)| word).filter(|word| !word.trim().is_empty()).collect();
        if !is_and && ours.is_empty() {
            self.out.exclude(&paths);
        }
        let globs = if is_and || !ours.is_empty() { self.globs(&paths) } else { Vec::new() };
        let entry = |paths, regex, stopwords| AllowEntry { paths, rules: ours.clone(), regex, stopwords, reason: reason.clone() };
        if is_and {
            let is_whole = self.out.left.len() == before;
            if is_whole {
                self.out.fragment.allow.push(entry(globs, regexes, stopwords));
            } else {
                self.out.leave(place, "the allowlist needs all of its conditions (`condition = \"AND\"`), so none of it was carried over");
            }
            return;
        }
        let entries =
            [entry(globs, Vec::new(), Vec::new()), entry(Vec::new(), regexes, Vec::new()), entry(Vec::new(), Vec::new(), stopwords)];
        let says_something = |entry: &AllowEntry| !(entry.paths.is_empty() && entry.regex.is_empty() && entry.stopwords.is_empty());
        self.out.fragment.allow.extend(entries.into_iter().filter(says_something));
    }

    /// The rules here that stand for those; empty for all, `None` where there are none.
    fn rules_of(&mut self, rules: Option<&[String]>, place: &str) -> Option<Vec<String>> {
        let Some(theirs) = rules else { return Some(Vec::new()) };
        let mut ours = Vec::new();
        for id in theirs {
            let known = self.own.get(id).map_or_else(|| names::of_gitleaks(id), |own| vec![own.clone()]);
            if known.is_empty() {
                self.out.leave(place.to_owned(), format!("an allowlist of rule `{}`: no rule here stands for it", short(id)));
            }
            ours.extend(known);
        }
        (!ours.is_empty()).then_some(ours)
    }

    fn regexes(&mut self, table: &dyn TableLike) -> Vec<String> {
        let all = self.placed(table.get("regexes"));
        let target = text(table, "regexTarget").unwrap_or("secret");
        if !matches!(target, "secret" | "") && !all.is_empty() {
            let place = table.get("regexes").map_or_else(String::new, |item| self.place(item));
            self.out
                .leave(place, format!("`regexTarget = \"{}\"`: regexes of `allow` see the secret only; write them for it", short(target)));
            return Vec::new();
        }
        let mut good = Vec::new();
        for (place, regex) in all {
            match checked_regex(&regex) {
                Ok(regex) => good.push(regex),
                Err(what) => self.out.leave(place, format!("the regex: {what}")),
            }
        }
        good
    }

    fn globs(&mut self, regexes: &[(String, String)]) -> Vec<String> {
        let mut all = Vec::new();
        for (place, regex) in regexes {
            match paths::globs(regex) {
                Ok(globs) => all.extend(globs),
                Err(what) => self.out.leave(place.clone(), format!("the paths: {what}")),
            }
        }
        all
    }
}

/// Why a rule does not compile here, if so.
fn problem(rule: &OwnRule) -> Option<String> {
    let fragment = super::Fragment { rules: vec![rule.clone()], ..super::Fragment::default() };
    let (partial, problems) = crate::config::read::read(&Source::new("rule", &fragment.print()));
    match problems.first() {
        Some(problem) => Some(problem.message.clone()),
        None if partial.custom.len() != 1 => Some("it is no rule here".to_owned()),
        // As the detector compiles it.
        None => regex::bytes::RegexBuilder::new(&rule.pattern)
            .unicode(false)
            .size_limit(4 << 20)
            .build()
            .err()
            .map(|error| super::short(&error.to_string())),
    }
}

/// The tables under a key: one, several, or a list of inline ones.
fn tables(item: Option<&Item>) -> Vec<&dyn TableLike> {
    match item {
        Some(Item::ArrayOfTables(all)) => all.iter().map(|table| table as &dyn TableLike).collect(),
        Some(Item::Value(Value::Array(all))) => {
            all.iter().filter_map(|value| value.as_inline_table().map(|table| table as &dyn TableLike)).collect()
        }
        Some(item) => item.as_table_like().into_iter().collect(),
        None => Vec::new(),
    }
}

fn text<'t>(table: &'t dyn TableLike, key: &str) -> Option<&'t str> {
    table.get(key).and_then(Item::as_str)
}

fn strings(item: Option<&Item>) -> Vec<(Option<std::ops::Range<usize>>, String)> {
    let Some(list) = item.and_then(Item::as_array) else { return Vec::new() };
    list.iter().filter_map(|value| value.as_str().map(|text| (value.span(), text.to_owned()))).collect()
}

#[expect(clippy::cast_precision_loss, reason = "entropies are below 8")]
fn number(item: Option<&Item>) -> Option<f64> {
    item.and_then(|item| item.as_float().or_else(|| item.as_integer().map(|number| number as f64)))
}

/// A name in lower-case words with single dashes.
fn kebab(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests;
