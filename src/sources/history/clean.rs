//! L3: blobs in which nothing was found before. They need not be read again as long as program and rules are the same.

use gix::oid;

/// A set of ids, sorted, of which each takes as many bytes as it has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clean {
    width: usize,
    ids: Vec<u8>,
}

impl Clean {
    /// The ids in `ids`, one behind the other, in any order. `width` is the length of one in bytes.
    #[must_use]
    pub fn new(width: usize, ids: &[u8]) -> Self {
        let mut sorted: Vec<&[u8]> = ids.chunks_exact(width.max(1)).collect();
        sorted.sort_unstable();
        sorted.dedup();
        Clean { width, ids: sorted.concat() }
    }

    /// Whether the blob is among them.
    #[must_use]
    pub fn contains(&self, id: &oid) -> bool {
        if id.as_bytes().len() != self.width {
            return false;
        }
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.id(middle).cmp(id.as_bytes()) {
                std::cmp::Ordering::Equal => return true,
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        false
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len() / self.width.max(1)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// All ids, one behind the other, sorted.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.ids
    }

    fn id(&self, at: usize) -> &[u8] {
        &self.ids[at * self.width..][..self.width]
    }
}

#[cfg(test)]
mod tests {
    use super::Clean;
    use gix::ObjectId;

    #[test]
    fn a_set_holds_what_was_put_in_and_nothing_else() {
        let id = |number: u32| {
            let mut bytes = [0_u8; 20];
            bytes[..4].copy_from_slice(&number.wrapping_mul(2_654_435_761).to_be_bytes());
            ObjectId::from(bytes)
        };
        for count in [0, 1, 2, 3, 100] {
            let bytes: Vec<u8> = (0..count).chain(0..count).flat_map(|number| id(number).as_slice().to_vec()).collect();
            let clean = Clean::new(20, &bytes);
            assert_eq!((clean.len(), clean.is_empty()), (count as usize, count == 0));
            assert!((0..200).all(|number| clean.contains(&id(number)) == (number < count)), "{count}");
            assert!(!clean.contains(&ObjectId::null(gix::hash::Kind::Sha256)));
        }
    }
}
