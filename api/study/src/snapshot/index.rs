//! Which subject a row belongs to: sorted buckets that are shared until one of them changes.

use std::sync::Arc;
use uuid::Uuid;

const FAN: usize = 64;

type Bucket = Arc<[(Uuid, u32)]>;

/// From a row's id to the position of its subject. Row ids are random, so buckets fill evenly.
#[derive(Clone)]
pub(super) struct RowIndex {
    outer: Arc<[Arc<[Bucket; FAN]>; FAN]>,
}

impl RowIndex {
    pub(super) fn empty() -> RowIndex {
        let bucket: Bucket = Arc::from([]);
        let inner: Arc<[Bucket; FAN]> = Arc::new(std::array::from_fn(|_| bucket.clone()));
        RowIndex { outer: Arc::new(std::array::from_fn(|_| inner.clone())) }
    }

    pub(super) fn build(entries: impl IntoIterator<Item = (Uuid, u32)>) -> RowIndex {
        let mut buckets: Vec<Vec<(Uuid, u32)>> = vec![Vec::new(); FAN * FAN];
        for entry in entries {
            let (outer, inner) = place(entry.0);
            buckets[outer * FAN + inner].push(entry);
        }
        for bucket in &mut buckets {
            bucket.sort_unstable();
        }
        let mut buckets = buckets.into_iter();
        let mut next = || -> Bucket { buckets.next().unwrap_or_default().into() };
        RowIndex { outer: Arc::new(std::array::from_fn(|_| Arc::new(std::array::from_fn(|_| next())))) }
    }

    pub(super) fn get(&self, row: Uuid) -> Option<u32> {
        let (outer, inner) = place(row);
        let bucket = &self.outer[outer][inner];
        bucket.binary_search_by_key(&row, |entry| entry.0).ok().map(|at| bucket[at].1)
    }

    /// Adds a row unless it is there.
    pub(super) fn insert(&mut self, row: Uuid, subject: u32) {
        let (outer, inner) = place(row);
        let bucket = &self.outer[outer][inner];
        let Err(at) = bucket.binary_search_by_key(&row, |entry| entry.0) else { return };
        let mut entries = bucket.to_vec();
        entries.insert(at, (row, subject));
        let group = Arc::make_mut(&mut self.outer);
        Arc::make_mut(&mut group[outer])[inner] = entries.into();
    }
}

fn place(row: Uuid) -> (usize, usize) {
    let bytes = row.as_bytes();
    (usize::from(bytes[0]) % FAN, usize::from(bytes[1]) % FAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_that_grew_equals_one_that_was_built() {
        let ids: Vec<Uuid> = (0..5_000_u128)
            .map(|n| Uuid::from_u128(n.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C834)))
            .collect();
        let built = RowIndex::build(ids.iter().enumerate().map(|(at, id)| (*id, at as u32)));
        let mut grown = RowIndex::empty();
        for (at, id) in ids.iter().enumerate() {
            grown.insert(*id, at as u32);
            grown.insert(*id, 7);
        }
        for (at, id) in ids.iter().enumerate() {
            assert_eq!(built.get(*id), Some(at as u32));
            assert_eq!(grown.get(*id), Some(at as u32));
        }
        assert_eq!(built.get(Uuid::max()), None);
    }
}
