//! L3: text of the scanned repository made harmless: for the terminal, and for build logs, in which `::` at the start of a
//! line and `##[` anywhere are commands.

use crate::text::sanitize::sanitize;

/// Repository text that is safe on a terminal and in a build log.
pub(crate) fn inert(text: &str) -> String {
    let safe = sanitize(text);
    let mut inert = String::with_capacity(safe.len());
    let mut rest = &*safe;
    if rest.trim_start().starts_with("::") {
        let at = rest.len() - rest.trim_start().len();
        inert.push_str(&rest[..at]);
        inert.push_str("\\u{3a}:");
        rest = &rest[at + 2..];
    }
    while let Some(at) = rest.find("##") {
        let (before, after) = (&rest[..at], &rest[at + 2..]);
        inert.push_str(before);
        let command = after.starts_with(|c: char| c == '[' || c.is_ascii_alphabetic());
        inert.push_str(if command { "#\\u{23}" } else { "##" });
        rest = after;
    }
    inert.push_str(rest);
    inert
}

#[cfg(test)]
mod tests {
    use super::inert;

    #[test]
    fn build_log_commands_are_disarmed() {
        assert_eq!(inert("::error::x"), "\\u{3a}:error::x");
        assert_eq!(inert("  ::add-mask::x"), "  \\u{3a}:add-mask::x");
        assert_eq!(inert("a ##[group]x ##vso[task] ## heading"), "a #\\u{23}[group]x #\\u{23}vso[task] ## heading");
        assert_eq!(inert("std::mem"), "std::mem");
    }
}
