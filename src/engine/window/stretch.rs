//! Stretches of a text: how far around an edit triggers depend on it, and several stretches as few.

use crate::rules::CONTEXT_REACH;
use crate::text::Span;
use crate::text::chars::is_token;

/// How far escaped text reaches before and behind an escape of it, with the text around it; it does not cross lines.
const LINES: (usize, usize) = (3200, 1100);
/// What is taken of the text before and behind something decoded, with room to spare.
const FRAME: (usize, usize) = (CONTEXT_REACH + 8, 72);

/// The stretch in which the triggers lie that depend on `span`: as far as `reach`, over the line if that is longer, and
/// to the ends of the runs that it would cut.
pub(super) fn widened(text: &[u8], span: Span, reach: (usize, usize)) -> Span {
    let (mut start, mut end) = (span.start.saturating_sub(reach.0), text.len().min(span.end + reach.1));
    let head = span.start.saturating_sub(FRAME.1);
    let tail = text.len().min(span.end + FRAME.0);
    if memchr::memrchr2(b'\n', b'\r', &text[start.min(head)..head]).is_none() {
        let from = head.saturating_sub(LINES.0);
        start = start.min(memchr::memrchr2(b'\n', b'\r', &text[from..head]).map_or(from, |at| from + at));
    }
    if memchr::memchr2(b'\n', b'\r', &text[tail..end.max(tail)]).is_none() {
        let to = text.len().min(tail + LINES.1);
        end = end.max(memchr::memchr2(b'\n', b'\r', &text[tail..to]).map_or(to, |at| tail + at));
    }
    let before = text[..start].iter().rev().take_while(|&&byte| is_token(byte)).count();
    let behind = text[end..].iter().take_while(|&&byte| is_token(byte)).count();
    Span::new(start - before, end + behind)
}

/// How many bytes the spans hold.
pub(super) fn length(spans: &[Span]) -> usize {
    spans.iter().map(Span::len).sum()
}

/// The spans in order, those with at most `gap` bytes between them as one.
pub(super) fn merged(mut spans: Vec<Span>, gap: usize) -> Vec<Span> {
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start <= last.end + gap => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    merged
}
