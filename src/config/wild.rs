//! L1: patterns of paths as git means them (gitignore(5)), in the syntax of the crates that match them here.
//!
//! To git braces are characters like any other, a class of characters may name kinds of them and escape some, none holds `/`,
//! and of the blanks around a pattern only spaces behind it do not belong to it.

/// A line of an ignore file as a line that the `ignore` crate reads so; `None` where it says nothing.
///
/// # Errors
/// What is wrong with the pattern.
pub fn line(line: &str) -> Result<Option<String>, &'static str> {
    let text = without_end(line.strip_suffix('\r').unwrap_or(line));
    if text.is_empty() || text.starts_with('#') {
        return Ok(None);
    }
    let (sign, pattern) = text.strip_prefix('!').map_or(("", text), |pattern| ("!", pattern));
    let mut glob = glob(pattern)?;
    // What is anchored is so by any `/` but the last, also by one that is in a class and dropped there.
    let holds_separator = |text: &str| text.strip_suffix('/').unwrap_or(text).contains('/');
    let anchor = match (holds_separator(pattern), holds_separator(&glob)) {
        (true, _) if !glob.starts_with('/') => "/",
        // A class that is to match no `/` has one, which the crate takes for an anchor.
        (false, true) => "/**/",
        _ => "",
    };
    if let Some(blank) = glob.chars().next_back().filter(|end| end.is_whitespace()) {
        // The crate takes off all blanks.
        glob.truncate(glob.len() - blank.len_utf8());
        glob = format!("{}[{blank}]", glob.strip_suffix('\\').unwrap_or(&glob));
    }
    Ok(Some(format!("{sign}{anchor}{glob}")))
}

/// The glob that means what a pattern means to git.
///
/// # Errors
/// What is wrong with it.
pub fn glob(pattern: &str) -> Result<String, &'static str> {
    let letters: Vec<char> = pattern.chars().collect();
    let mut glob = String::with_capacity(pattern.len() + 8);
    let mut at = 0;
    while let Some(&letter) = letters.get(at) {
        at += 1;
        match letter {
            '\\' => {
                let escaped = letters.get(at).ok_or("a backslash at its end, which escapes nothing")?;
                if *escaped != '/' {
                    glob.push('\\');
                }
                glob.push(*escaped);
                at += 1;
            }
            '{' | '}' => glob.extend(['\\', letter]),
            '[' => {
                let (class, end) = Class::read(&letters, at)?;
                glob.push_str(&class.print()?);
                at = end;
            }
            _ => glob.push(letter),
        }
    }
    Ok(glob)
}

/// A line without the spaces at its end that are not escaped.
fn without_end(line: &str) -> &str {
    let bare = line.trim_end_matches(' ');
    let escapes = bare.bytes().rev().take_while(|byte| *byte == b'\\').count();
    if escapes % 2 == 1 && bare.len() < line.len() { &line[..=bare.len()] } else { bare }
}

/// A class of characters: `[a-z]`, `[!/]`, `[[:alpha:]_]`.
struct Class {
    is_negated: bool,
    ranges: Vec<(char, char)>,
}

impl Class {
    /// Reads what stands behind `[`, as git's `wildmatch.c` does; also the place behind `]`.
    fn read(letters: &[char], mut at: usize) -> Result<(Class, usize), &'static str> {
        const OPEN: &str = "unclosed character class; missing ']'";
        let is_negated = matches!(letters.get(at), Some('!' | '^'));
        at += usize::from(is_negated);
        let (first, mut ranges, mut before) = (at, Vec::new(), None);
        loop {
            let letter = *letters.get(at).ok_or(OPEN)?;
            at += 1;
            match letter {
                ']' if at > first + 1 => return Ok((Class { is_negated, ranges }, at)),
                '-' if before.is_some() && letters.get(at).is_some_and(|next| *next != ']') => {
                    let escapes = usize::from(letters[at] == '\\');
                    let end = *letters.get(at + escapes).ok_or(OPEN)?;
                    at += 1 + escapes;
                    ranges.extend(before.take().map(|start| (start, end)));
                }
                '[' if letters.get(at) == Some(&':') => {
                    let end = at + letters[at..].iter().position(|letter| *letter == ']').ok_or(OPEN)?;
                    let name: String = letters[at + 1..end].iter().collect();
                    before = None;
                    if let Some(name) = name.strip_suffix(':') {
                        ranges.extend(kind(name).ok_or("a kind of characters that there is not")?);
                        at = end + 1;
                    } else {
                        ranges.push(('[', '['));
                        before = Some('[');
                    }
                }
                _ => {
                    let escapes = usize::from(letter == '\\');
                    let letter = if letter == '\\' { *letters.get(at).ok_or(OPEN)? } else { letter };
                    at += escapes;
                    ranges.push((letter, letter));
                    before = Some(letter);
                }
            }
        }
    }

    /// The class for `globset`, to which `]` is a member in the first place only, `-` in the first or last, and `!` and `^`
    /// in any but the first.
    fn print(&self) -> Result<String, &'static str> {
        const SPECIAL: [char; 5] = [']', '-', '!', '^', '/'];
        if let Some(_wrong) = self.ranges.iter().find(|(start, end)| start > end) {
            return Err("a range of characters that ends before it begins");
        }
        let holds = |letter: char| self.ranges.iter().any(|(start, end)| (*start..=*end).contains(&letter));
        let mut inside: String = [']', '-'].into_iter().filter(|letter| holds(*letter)).take(1).collect();
        for &(start, end) in &self.ranges {
            inside.push_str(&parts(start, end, &SPECIAL));
        }
        if self.is_negated {
            inside.push('/');
        }
        inside.extend(['!', '^'].into_iter().filter(|letter| holds(*letter)));
        if holds(']') && holds('-') {
            inside.push('-');
        }
        match inside.as_str() {
            "" => Err("a class that no character is in"),
            "!" | "^" => Ok(format!("\\{inside}")),
            "!^" => Ok("{\\!,\\^}".to_owned()),
            _ => Ok(format!("[{}{inside}]", if self.is_negated { "!" } else { "" })),
        }
    }
}

/// A range without some characters, as ranges.
fn parts(start: char, end: char, without: &[char]) -> String {
    let mut left: Vec<char> = without.iter().copied().filter(|letter| (start..=end).contains(letter)).collect();
    left.sort_unstable();
    let mut printed = String::new();
    let mut from = start;
    let before = |letter: char| char::from_u32(u32::from(letter).wrapping_sub(1));
    let behind = |letter: char| char::from_u32(u32::from(letter) + 1).unwrap_or(letter);
    let ends = left.iter().map(|letter| (before(*letter), behind(*letter))).chain([(Some(end), end)]);
    for (until, next) in ends {
        match until {
            Some(until) if from == until => printed.push(from),
            Some(until) if from < until => printed.extend([from, '-', until]),
            _ => {}
        }
        from = next;
    }
    printed
}

/// The characters of a kind that a class names.
fn kind(name: &str) -> Option<Vec<(char, char)>> {
    let ranges: &[(char, char)] = match name {
        "alnum" => &[('0', '9'), ('A', 'Z'), ('a', 'z')],
        "alpha" => &[('A', 'Z'), ('a', 'z')],
        "blank" => &[('\t', '\t'), (' ', ' ')],
        "cntrl" => &[('\u{1}', '\u{1f}'), ('\u{7f}', '\u{7f}')],
        "digit" => &[('0', '9')],
        "graph" => &[('!', '~')],
        "lower" => &[('a', 'z')],
        "print" => &[(' ', '~')],
        "punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        "space" => &[('\t', '\n'), ('\r', '\r'), (' ', ' ')],
        "upper" => &[('A', 'Z')],
        "xdigit" => &[('0', '9'), ('A', 'F'), ('a', 'f')],
        _ => return None,
    };
    Some(ranges.to_vec())
}

#[cfg(test)]
mod tests {
    use super::{glob, line};

    #[test]
    fn lines_are_what_git_reads() {
        for (text, expected) in [
            ("a  ", Some("a")),
            ("a\\  ", Some("a[ ]")),
            ("a\t", Some("a[\t]")),
            ("a\r", Some("a")),
            ("  ", None),
            ("# c", None),
            ("\\#c", Some("\\#c")),
            ("!a/b", Some("!/a/b")),
            ("a/", Some("a/")),
            ("*.{env,pem}", Some("*.\\{env,pem\\}")),
            ("[a/]b", Some("/[a]b")),
            ("[!a]b/", Some("/**/[!a/]b/")),
        ] {
            assert_eq!(line(text).expect("a pattern").as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn classes_keep_their_meaning() {
        for (pattern, expected) in [
            ("[[:digit:]_]", "[0-9_]"),
            ("[!a]", "[!a/]"),
            ("[^]a-]", "[!]a/-]"),
            ("[]-a]", "[]_-a^]"),
            ("[+--]", "[-++-,]"),
            ("[a\\]b]", "[]ab]"),
            ("[!-]", "[!-/]"),
            ("[\\^]", "\\^"),
            ("[[a]", "[[a]"),
            ("[[:a]", "[[:a]"),
        ] {
            assert_eq!(glob(pattern).as_deref(), Ok(expected), "{pattern}");
        }
        for pattern in ["[", "[]", "[a", "[z-a]", "[/]", "[[:x:]]", "a\\"] {
            assert!(glob(pattern).is_err(), "{pattern}");
        }
    }
}
