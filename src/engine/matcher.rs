//! L2: matches one format at one place, without a regex engine.
//!
//! A format is a sequence of literals, runs and groups; matching tries the longest run first and goes back
//! where the rest does not fit. The number of steps is bounded, so hostile bytes cost a constant.

use super::work;
use crate::rules::format::Part;

/// Steps that one attempt may take. Real tokens need fewer than ten; a format with two open runs and a
/// separator of the same alphabet needs a few hundred.
const BUDGET: u32 = 20_000;

/// The end of the longest match of `parts` at `at` for which `accept(end)` holds.
pub(super) fn match_at(parts: &[Part], bytes: &[u8], at: usize, accept: &mut dyn FnMut(usize) -> bool) -> Option<usize> {
    let mut attempt = Attempt { bytes, budget: BUDGET, end: 0 };
    attempt
        .sequence(parts, at, &mut |attempt, end| {
            attempt.end = end;
            accept(end)
        })
        .then_some(attempt.end)
}

struct Attempt<'a> {
    bytes: &'a [u8],
    budget: u32,
    end: usize,
}

/// What has to match behind the parts at hand.
type Rest<'r, 'a> = &'r mut dyn FnMut(&mut Attempt<'a>, usize) -> bool;

impl<'a> Attempt<'a> {
    fn sequence(&mut self, parts: &[Part], at: usize, rest: Rest<'_, 'a>) -> bool {
        work::add(1);
        let Some((first, others)) = parts.split_first() else {
            return rest(self, at);
        };
        if self.budget == 0 {
            return false;
        }
        self.budget -= 1;
        match first {
            Part::Literal(literal) => self.bytes[at..].starts_with(literal) && self.sequence(others, at + literal.len(), rest),
            Part::Run(run) => {
                let most = (run.max as usize).min(self.bytes.len() - at);
                let extent = self.bytes[at..at + most].iter().position(|&byte| !run.set.contains(byte)).unwrap_or(most);
                work::add(extent);
                let least = run.min as usize;
                if extent < least {
                    return false;
                }
                // A literal that the run itself cannot hold stands behind the whole run or nowhere.
                if let Some(Part::Literal(literal)) = others.first()
                    && literal.first().is_some_and(|&byte| !run.set.contains(byte))
                {
                    let length = u32::try_from(extent).expect("a run is shorter than 4 GiB");
                    return run.allows(length) && self.sequence(others, at + extent, rest);
                }
                // The longest first; a run always may be cut short, since its end is judged by what follows.
                (least..=extent).rev().any(|length| {
                    (run.only.is_empty() || run.only.iter().any(|&only| only as usize == length))
                        && self.sequence(others, at + length, rest)
                })
            }
            Part::Group { choices, optional } => {
                for choice in choices {
                    if self.sequence(choice, at, &mut |attempt, end| attempt.sequence(others, end, rest)) {
                        return true;
                    }
                }
                *optional && self.sequence(others, at, rest)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::match_at;
    use crate::rules::format::Format;

    fn end(format: &str, text: &str) -> Option<usize> {
        let format = Format::parse(format).expect("a valid format");
        match_at(&format.parts, text.as_bytes(), 0, &mut |end| end == text.len())
    }

    #[test]
    fn runs_give_back_what_the_rest_needs() {
        assert_eq!(end("a{base62:2..20}XY{digits:2}", "abcXYXY12"), Some(9));
        assert_eq!(end("a{base62:2..20}XY{digits:2}", "abcXYXY1"), None);
    }

    #[test]
    fn groups_try_every_choice() {
        assert_eq!(end("(a|ab)c(d)?", "abc"), Some(3));
        assert_eq!(end("(a|ab)c(d)?", "acd"), Some(3));
        assert_eq!(end("(a|ab)c(d)?", "abd"), None);
    }

    #[test]
    fn only_listed_lengths_match() {
        assert_eq!(end("{hex:4,8}", "abcd"), Some(4));
        assert_eq!(end("{hex:4,8}", "abcdef"), None);
    }

    #[test]
    fn hostile_bytes_end_in_time() {
        let text = "a".repeat(2000);
        assert_eq!(end("{base62:1..512}a{base62:1..512}a{base62:1..512}b", &text), None);
    }
}
