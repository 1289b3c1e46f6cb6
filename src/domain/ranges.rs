//! Which bytes of a file are here.
//!
//! Invariant: the ranges are in order, none is empty, and no two touch.

use serde::{Deserialize, Serialize};

/// A set of bytes, as ranges from a first byte up to, not including, another.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Vec<(u64, u64)>", into = "Vec<(u64, u64)>")]
pub struct Ranges(Vec<(u64, u64)>);

impl Ranges {
    /// The bytes up to `end`.
    pub fn up_to(end: u64) -> Self {
        Ranges::from(vec![(0, end)])
    }

    /// Takes in a range.
    pub fn insert(&mut self, from: u64, to: u64) {
        if from >= to {
            return;
        }
        let first = self.0.partition_point(|(_, end)| *end < from);
        let after = self.0.partition_point(|(begin, _)| *begin <= to);
        let touched = self.0.get(first..after).unwrap_or_default();
        let begin = touched.first().map_or(from, |range| range.0.min(from));
        let end = touched.last().map_or(to, |range| range.1.max(to));
        self.0.splice(first..after, [(begin, end)]);
    }

    /// Where the range ends that a byte lies in; `None` where the byte is not here.
    pub fn end_of(&self, at: u64) -> Option<u64> {
        let next = self.0.partition_point(|(_, end)| *end <= at);
        let (begin, end) = self.0.get(next)?;
        (*begin <= at).then_some(*end)
    }

    /// Where the next range begins at or after a byte.
    pub fn next_begin(&self, at: u64) -> Option<u64> {
        let begins = self.0.iter().map(|(begin, _)| *begin);
        begins.into_iter().find(|begin| *begin >= at)
    }

    /// What is missing of a file of `total` bytes from a byte on: the first byte and the one after the last. The end is
    /// `None` where it is that of a file of unknown length.
    pub fn missing_from(&self, at: u64, total: Option<u64>) -> Option<(u64, Option<u64>)> {
        let begin = self.end_of(at).unwrap_or(at);
        if total.is_some_and(|total| begin >= total) {
            return None;
        }
        Some((begin, self.next_begin(begin).or(total)))
    }

    /// How many bytes are here.
    pub fn count(&self) -> u64 {
        self.0.iter().map(|(begin, end)| end - begin).sum()
    }

    /// Whether a file of so many bytes is here.
    pub fn is_whole(&self, total: u64) -> bool {
        total == 0 || self.end_of(0).is_some_and(|end| end >= total)
    }

    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Vec<(u64, u64)>> for Ranges {
    fn from(pairs: Vec<(u64, u64)>) -> Self {
        let mut ranges = Ranges::default();
        for (from, to) in pairs {
            ranges.insert(from, to);
        }
        ranges
    }
}

impl From<Ranges> for Vec<(u64, u64)> {
    fn from(ranges: Ranges) -> Self {
        ranges.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_missing_is_found_from_anywhere() {
        let here = Ranges::from(vec![(0, 10), (20, 30)]);
        assert_eq!(here.missing_from(0, Some(40)), Some((10, Some(20))));
        assert_eq!(here.missing_from(15, Some(40)), Some((15, Some(20))));
        assert_eq!(here.missing_from(25, Some(40)), Some((30, Some(40))));
        assert_eq!(here.missing_from(25, None), Some((30, None)));
        assert_eq!(here.missing_from(25, Some(30)), None);
        assert!(!here.is_whole(30));
        assert!(here.is_whole(10));
        assert_eq!(here.count(), 20);
    }

    proptest! {
        #[test]
        fn a_set_of_ranges_is_the_set_of_its_bytes(
            pairs in proptest::collection::vec((0u64..64, 0u64..64), 0..12)
        ) {
            let ranges = Ranges::from(pairs.clone());
            for at in 0..64 {
                let holds = pairs.iter().any(|(from, to)| (*from..*to).contains(&at));
                prop_assert_eq!(ranges.end_of(at).is_some(), holds);
                if let Some(end) = ranges.end_of(at) {
                    prop_assert_eq!(ranges.end_of(end), None);
                }
            }
            let bytes = (0..64).filter(|at| ranges.end_of(*at).is_some()).count();
            prop_assert_eq!(ranges.count(), bytes as u64);
            let text = serde_json::to_string(&ranges).expect("written");
            prop_assert_eq!(serde_json::from_str::<Ranges>(&text).expect("read"), ranges);
        }
    }
}
