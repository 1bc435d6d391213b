//! L2: words with what belongs to each, while a layout is made.

use super::super::assignment::programs::is_program;
use super::Action;
use super::groups::Groups;
use crate::rules::rule::LEAST_KEYWORD;
use std::collections::HashMap;

/// Words with what belongs to each, in order of first use.
pub(super) struct Table<'a, T> {
    order: Vec<&'a str>,
    index: HashMap<&'a str, usize>,
    values: Vec<Vec<T>>,
}

impl<T> Default for Table<'_, T> {
    fn default() -> Self {
        Table { order: Vec::new(), index: HashMap::new(), values: Vec::new() }
    }
}

impl<'a, T: PartialEq> Table<'a, T> {
    /// Adds a value to those of a word, unless it is there.
    pub(super) fn add(&mut self, word: &'a str, value: T) {
        let index = *self.index.entry(word).or_insert_with(|| {
            self.order.push(word);
            self.values.push(Vec::new());
            self.order.len() - 1
        });
        if !self.values[index].contains(&value) {
            self.values[index].push(value);
        }
    }

    /// The words, and what belongs to each.
    pub(super) fn split(self) -> (Vec<&'a str>, Groups<T>) {
        (self.order, self.values.into_iter().collect())
    }
}

impl Table<'_, Action> {
    /// Drops the names that hold another name: wherever the longer stands the shorter does, and the name around it
    /// is read whole. A program's name is no part of one, and must be met itself.
    pub(super) fn drop_covered(&mut self) {
        let is_name = |actions: &Vec<Action>| actions.len() == 1 && actions[0] == Action::Assignment;
        let all = || self.order.iter().zip(&self.values);
        let mut names: HashMap<&str, Vec<&str>> = HashMap::new();
        for (&name, _) in all().filter(|(_, actions)| actions.contains(&Action::Assignment)) {
            names.entry(first(name)).or_default().push(name);
        }
        let is_covered = |text: &str| {
            let mut rests = text.char_indices().map(|(at, _)| &text[at..]);
            rests.any(|rest| names.get(first(rest)).is_some_and(|names| names.iter().any(|&name| name != text && rest.starts_with(name))))
        };
        let keep: Vec<bool> = all().map(|(text, actions)| is_program(text) || !(is_name(actions) && is_covered(text))).collect();
        let mut kept = keep.iter();
        self.order.retain(|_| *kept.next().expect("one for each"));
        let mut kept = keep.iter();
        self.values.retain(|_| *kept.next().expect("one for each"));
    }
}

/// The first bytes of a text, as many as every literal has.
fn first(text: &str) -> &str {
    &text[..text.floor_char_boundary(LEAST_KEYWORD)]
}

#[cfg(test)]
mod tests {
    use super::{Action, Table};

    #[test]
    fn names_that_hold_others_are_dropped_and_programs_are_not() {
        let mut table = Table::default();
        for name in ["password", "db_password", "pass", "curl_pass", "sshpass", "word"] {
            table.add(name, Action::Assignment);
        }
        table.add("passage", Action::Url);
        table.add("bypass", Action::Assignment);
        table.add("bypass", Action::Url);
        table.drop_covered();
        assert_eq!(table.split().0, ["pass", "sshpass", "word", "passage", "bypass"]);
    }
}
