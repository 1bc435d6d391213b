//! L2: stretches of a text as one text, so that looking at many short ones costs no more for each byte than looking at
//! a long one: the passes over bytes take 64 of them at a time.

use crate::text::Span;

/// What stands before and behind each stretch. Neither is of a run, and to runs it is as if the text began or ended
/// there: there may be something of an escape.
const BEFORE: u8 = b';';
const BEHIND: u8 = b'&';

/// Stretches, one behind the other.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    bytes: Vec<u8>,
    pieces: Vec<Piece>,
}

/// A stretch.
#[derive(Debug, Clone, Copy)]
struct Piece {
    /// Where it begins and ends among the gathered bytes.
    start: usize,
    end: usize,
    /// Where it begins in the text.
    from: usize,
}

impl Gathered {
    /// Gathers these stretches of a text, in place of others.
    pub(super) fn fill(&mut self, text: &[u8], stretches: &[Span]) {
        self.bytes.clear();
        self.pieces.clear();
        for &stretch in stretches {
            self.bytes.push(BEFORE);
            let start = self.bytes.len();
            self.bytes.extend_from_slice(stretch.of(text));
            self.pieces.push(Piece { start, end: self.bytes.len(), from: stretch.start });
            self.bytes.push(BEHIND);
        }
    }

    /// What was gathered.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where in the text a span of the gathered bytes lies; `None` where it is not in one stretch. It is looked for from the
    /// stretch number `near` on, and leaves there the number of its own.
    pub(super) fn place(&self, near: &mut usize, span: Span) -> Option<Span> {
        while *near > 0 && self.pieces[*near].start > span.start {
            *near -= 1;
        }
        while self.pieces.get(*near + 1).is_some_and(|next| next.start <= span.start) {
            *near += 1;
        }
        let piece = self.pieces.get(*near).filter(|piece| piece.start <= span.start && span.end <= piece.end)?;
        Some(Span::new(span.start - piece.start + piece.from, span.end - piece.start + piece.from))
    }
}

#[cfg(test)]
mod tests {
    use super::{Gathered, Span};

    #[test]
    fn a_span_is_found_where_it_came_from_and_only_in_one_stretch() {
        let text: Vec<u8> = (b'a'..=b'z').collect();
        let stretches = [Span::new(2, 5), Span::new(9, 10), Span::new(20, 26)];
        let mut gathered = Gathered::default();
        for _ in 0..2 {
            gathered.fill(&text, &stretches);
            let (bytes, mut near, mut found) = (gathered.bytes(), 0, 0);
            for length in 0..8 {
                for start in 0..=bytes.len() - length {
                    let span = Span::new(start, start + length);
                    if let Some(place) = gathered.place(&mut near, span) {
                        assert_eq!(span.of(bytes), place.of(&text));
                        assert!(stretches.iter().any(|stretch| stretch.contains(&place)));
                        found += usize::from(length > 0);
                    }
                }
            }
            assert_eq!(found, 6 + 1 + 21, "every part of every stretch");
        }
    }
}
