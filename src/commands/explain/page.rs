//! The answer, for people and for programs.

use super::verdict::Judged;
use super::{Place, Question};
use crate::report::{escape, inert};
use crate::rules::Confidence;
use std::io::{self, Write};
use unicode_width::UnicodeWidthStr as _;

/// How many rules are named of those of which the same is said.
const MOST_NAMED: usize = 4;

/// Frozen: keys are added in later versions, never renamed.
#[derive(serde::Serialize)]
struct Document<'a> {
    version: u32,
    path: &'a str,
    places: Vec<PlaceView<'a>>,
}

#[derive(serde::Serialize)]
struct PlaceView<'a> {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    value: Option<&'a str>,
    attempts: Vec<AttemptView<'a>>,
}

#[derive(serde::Serialize)]
struct AttemptView<'a> {
    rule: &'a str,
    title: &'a str,
    verdict: &'static str,
    validator: Option<&'static str>,
    reason: &'a str,
    confidence: Option<&'static str>,
}

/// Writes the JSON document.
pub(super) fn json(question: &Question, places: &[Place], out: &mut dyn Write) -> io::Result<()> {
    let document = Document { version: 1, path: &question.name, places: places.iter().map(PlaceView::new).collect() };
    let text = serde_json::to_string_pretty(&document).map_err(io::Error::from)?;
    writeln!(out, "{}", escape(&text))
}

/// Writes one block for each place.
pub(super) fn text(question: &Question, places: &[Place], out: &mut dyn Write) -> io::Result<()> {
    for place in places {
        block(question, place, out)?;
    }
    if places.is_empty() {
        let line = question.line.map_or_else(String::new, |line| format!(":{line}"));
        let name = inert(&question.name);
        writeln!(out, "{name}{line}: no rule is tried: nothing there begins, is named or is as long as a secret that a rule knows")?;
    }
    Ok(())
}

fn block(question: &Question, place: &Place, out: &mut dyn Write) -> io::Result<()> {
    let Place { line, column, judged, .. } = place;
    let rules = if judged.len() == 1 { "1 rule" } else { &format!("{} rules", judged.len()) };
    let about = if place.value.is_some() { "tried" } else { "tried, and no value found" };
    writeln!(out, "{}:{line}:{column}: {rules} {about}", inert(&question.name))?;
    let gutter = line.to_string().len() + 1;
    if place.value.is_some() {
        let (first, behind) = place.marked;
        let before: String = place.excerpt.chars().take(first - 1).collect();
        let value: String = place.excerpt.chars().skip(first - 1).take(behind - first).collect();
        writeln!(out, "{line:>gutter$} | {}", inert(&place.excerpt))?;
        writeln!(out, "{:gutter$} | {}{}", "", " ".repeat(inert(&before).width()), "^".repeat(inert(&value).width().max(1)))?;
    }
    for (what, rules) in answers(judged) {
        writeln!(out, "{:gutter$} = {}: {}", "", what, named(&rules, question.all))?;
    }
    writeln!(out)
}

/// The rules by what is said of them: matches first, then what says no to the fewest rules.
fn answers(judged: &[Judged]) -> Vec<(String, Vec<&str>)> {
    let mut answers: Vec<(bool, String, Vec<&str>)> = Vec::new();
    for one in judged {
        let what = phrase(one);
        match answers.iter_mut().find(|(_, known, _)| *known == what) {
            Some((.., rules)) => rules.push(&one.rule),
            None => answers.push((one.verdict == "refused", what, vec![&one.rule])),
        }
    }
    answers.sort_by_key(|(is_refused, _, rules)| (*is_refused, rules.len()));
    answers.into_iter().map(|(_, what, rules)| (what, rules)).collect()
}

/// `reported (high confidence)`, `entropy: it is made of words`
fn phrase(one: &Judged) -> String {
    let confidence = one.confidence.map_or_else(String::new, |confidence| format!(" ({} confidence)", confidence.as_str()));
    let reason = if one.reason.is_empty() { String::new() } else { format!(": {}", inert(&one.reason)) };
    format!("{}{confidence}{reason}", one.validator.unwrap_or(one.verdict))
}

fn named(rules: &[&str], all: bool) -> String {
    let most = if all || rules.len() <= MOST_NAMED + 1 { rules.len() } else { MOST_NAMED };
    let named: Vec<String> = rules[..most].iter().map(|rule| inert(rule)).collect();
    let rest = if most == rules.len() { String::new() } else { format!(" and {} more", rules.len() - most) };
    format!("[{}]{rest}", named.join(", "))
}

impl<'a> PlaceView<'a> {
    fn new(place: &'a Place) -> Self {
        let attempts = place.judged.iter().map(AttemptView::new).collect();
        let &Place { line, column, end_line, end_column, ref value, .. } = place;
        PlaceView { line, column, end_line, end_column, value: value.as_deref(), attempts }
    }
}

impl<'a> AttemptView<'a> {
    fn new(judged: &'a Judged) -> Self {
        AttemptView {
            rule: &judged.rule,
            title: &judged.title,
            verdict: judged.verdict,
            validator: judged.validator,
            reason: &judged.reason,
            confidence: judged.confidence.map(Confidence::as_str),
        }
    }
}
