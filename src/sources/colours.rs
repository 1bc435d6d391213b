//! L3: the codes that colour a terminal, in logs of builds: `ESC[32mTOKEN=ESC[0m…`. The letter at the end of a code would
//! be one of the word behind it, so they are read as blanks, as many as they have bytes: places stay what they are.

use std::borrow::Cow;

const ESCAPE: u8 = 0x1b;
/// The most bytes between `ESC[` and the letter.
const MOST_PARAMETERS: usize = 32;

/// The text with blanks in the place of such codes. Borrowed if it has none.
pub(super) fn blanked(text: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    if memchr::memchr(ESCAPE, &text).is_none() {
        return text;
    }
    let mut blanked = text.into_owned();
    let mut at = 0;
    while let Some(found) = memchr::memchr(ESCAPE, &blanked[at..]) {
        let start = at + found;
        let length = length(&blanked[start..]);
        blanked[start..start + length].fill(b' ');
        at = start + length.max(1);
    }
    Cow::Owned(blanked)
}

/// The length of the control sequence that `text` begins with (ECMA-48 §5.4); 0 where it is none.
fn length(text: &[u8]) -> usize {
    let Some(rest) = text.strip_prefix(&[ESCAPE, b'[']) else { return 0 };
    let parameters = rest.iter().take(MOST_PARAMETERS).take_while(|byte| matches!(byte, b' '..=b'?')).count();
    if rest.get(parameters).is_some_and(|byte| matches!(byte, b'@'..=b'~')) { parameters + 3 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::blanked;
    use std::borrow::Cow;

    #[test]
    fn codes_are_blanks_and_all_else_stays() {
        let read = |text: &str| String::from_utf8(blanked(Cow::Borrowed(text.as_bytes())).into_owned()).expect("UTF-8");
        assert_eq!(read("\u{1b}[1;32mKEY\u{1b}[0m=\u{1b}[Kx"), "       KEY    =   x");
        for text in ["", "plain", "\u{1b}", "\u{1b}[", "\u{1b}[1;", "\u{1b}]0;title\u{7}", "a\u{1b}[\nb", "\u{1b}\u{1b}"] {
            assert_eq!(read(text), text);
        }
        assert!(matches!(blanked(Cow::Borrowed(b"plain")), Cow::Borrowed(_)));
    }
}
