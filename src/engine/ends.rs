//! L2: where formats end that were tried at one place.

/// Where the formats that were tried at one place end. Dozens of rules share the format of a JSON Web Token; it is
/// matched once for all of them.
#[derive(Debug, Default)]
pub(super) struct Ends {
    at: usize,
    known: Vec<(u64, Option<usize>)>,
}

impl Ends {
    /// Forgets them.
    pub(super) fn clear(&mut self) {
        self.known.clear();
    }

    /// Where this format ends at this place, by `find` where it is not known.
    pub(super) fn of(&mut self, at: usize, format: u64, find: impl FnOnce() -> Option<usize>) -> Option<usize> {
        if self.at != at {
            self.at = at;
            self.known.clear();
        }
        if let Some(&(_, end)) = self.known.iter().find(|(known, _)| *known == format) {
            return end;
        }
        let end = find();
        self.known.push((format, end));
        end
    }
}
