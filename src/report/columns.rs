//! L3: text cut and wrapped to the columns of a terminal.

use super::inert::inert;
use super::view::Entry;
use unicode_width::UnicodeWidthStr as _;

/// The excerpt as three parts, before, in and behind the secret, cut to `room` columns around the secret.
pub(super) fn fit(entry: &Entry<'_>, room: usize) -> (String, String, String) {
    let (first, behind) = entry.excerpt_columns;
    let byte = |column: usize| entry.excerpt.char_indices().nth(column.saturating_sub(1)).map_or(entry.excerpt.len(), |(at, _)| at);
    let (start, end) = (byte(first), byte(behind));
    let (before, secret, after) = (entry.excerpt[..start].trim_start(), inert(&entry.excerpt[start..end]), entry.excerpt[end..].trim_end());
    let spare = room.saturating_sub(secret.width());
    // What one side does not need, the other may have.
    let left = before.width().min((spare / 2).max(spare.saturating_sub(after.width())));
    let right = after.width().min(spare - left);
    (inert(&last_columns(before, left)), secret, inert(&first_columns(after, right)))
}

/// The first `room` columns of `text`, with `…` where something is left out.
fn first_columns(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let mut cut = String::new();
    for c in text.chars() {
        cut.push(c);
        if cut.width() >= room {
            cut.pop();
            break;
        }
    }
    cut + "…"
}

/// The last `room` columns of `text`, with `…` where something is left out.
fn last_columns(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let fits = text.char_indices().map(|(at, _)| &text[at..]).find(|tail| tail.width() < room.max(1));
    format!("…{}", fits.unwrap_or_default())
}

/// `text` in lines of at most `room` columns, broken at spaces; longer words stay whole, so that links work.
pub(super) fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always a line");
        if line.is_empty() {
            line.push_str(word);
        } else if line.width() + 1 + word.width() <= room {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{first_columns, last_columns, wrap};

    #[test]
    fn cuts_count_columns_not_characters() {
        assert_eq!(first_columns("漢字漢字", 5), "漢字…");
        assert_eq!(last_columns("漢字漢字", 5), "…漢字");
        assert_eq!(first_columns("abc", 3), "abc");
    }

    #[test]
    fn long_words_are_not_broken() {
        assert_eq!(wrap("see https://example.org/a/long/link for it", 12), ["see", "https://example.org/a/long/link", "for it"]);
    }
}
