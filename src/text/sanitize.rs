//! Makes hostile names and text safe to print: control characters, escape sequences, bidirectional
//! overrides and invalid UTF-8 never reach a terminal or a log.

use std::borrow::Cow;

/// Whether a character could change what a terminal or a viewer shows of the text around it: controls, line
/// separators, direction marks and characters without width.
#[must_use]
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fffd}')
        || matches!(c, '\u{e0000}'..='\u{e007f}')
}

/// `text` with every unsafe character written as `\u{..}`; borrowed where nothing had to change.
/// Tabs become one space so that columns stay where they are.
#[must_use]
pub fn sanitize(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\t' => safe.push(' '),
            '\u{fffd}' => safe.push('\u{fffd}'),
            c if is_unsafe(c) => safe.extend(c.escape_unicode()),
            c => safe.push(c),
        }
    }
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::sanitize;

    #[test]
    fn escape_sequences_are_spelled_out() {
        assert_eq!(sanitize("a\x1b[31mb"), "a\\u{1b}[31mb");
        assert_eq!(sanitize("a\nb"), "a\\u{a}b");
        assert_eq!(sanitize("a\u{202e}b"), "a\\u{202e}b");
    }

    #[test]
    fn plain_text_is_borrowed() {
        assert!(matches!(sanitize("naïve name.txt"), std::borrow::Cow::Borrowed(_)));
        assert_eq!(sanitize("a\tb"), "a b");
    }
}
