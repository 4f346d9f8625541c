//! From a transaction to the writes that carry it out, for storages that keep their records elsewhere.

use crate::{
    sorted::{SortedMap, SortedSet},
    sync::storage::{HIGH, Outcome, Records, Transaction, apply},
};

/// The keys that must be read before a transaction can be planned.
pub(super) fn keys(transaction: &Transaction) -> SortedSet<&str> {
    transaction
        .expect
        .iter()
        .map(|(key, _)| key.as_str())
        .chain([HIGH])
        .collect()
}

/// What is to be done to what is stored, and how the transaction will have ended.
pub(super) struct Plan {
    /// Every key from the first up to, and without, the second goes, before anything is written.
    pub wipe: Option<(String, String)>,
    /// What to write; `None`: delete.
    pub writes: SortedMap<String, Option<String>>,
    pub outcome: Outcome,
}

/// Plans a transaction. `stored` holds what is stored under [`keys`] now, in the same transaction of the storage. Nothing
/// is to be done when it is stale.
pub(super) fn plan(stored: &Records, transaction: &Transaction) -> Plan {
    let mut after = stored.clone();
    let outcome = apply(&mut after, transaction);
    if !matches!(outcome, Outcome::Done { .. }) {
        return Plan {
            wipe: None,
            writes: SortedMap::new(),
            outcome,
        };
    }
    let is_wiped = |key: &str| {
        transaction
            .wipe
            .as_deref()
            .is_some_and(|prefix| key.starts_with(prefix))
    };
    let changed = after
        .into_iter()
        .filter(|(key, text)| stored.get(key) != Some(text) || is_wiped(key));
    let written = changed.map(|(key, text)| (key, Some(text)));
    let deleted = transaction.delete.iter().map(|key| (key.clone(), None));
    Plan {
        wipe: transaction.wipe.as_deref().map(range),
        writes: written.chain(deleted).collect(),
        outcome,
    }
}

/// The keys under a prefix, which ends with a slash.
pub(super) fn range(prefix: &str) -> (String, String) {
    let stem = prefix.trim_end_matches('/');
    (format!("{stem}/"), format!("{stem}0")) // `0` follows `/`
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(key: &str) -> String {
        key.to_owned()
    }

    /// Carries a plan out on records, as a storage does on disk.
    fn carry_out(records: &mut Records, transaction: &Transaction) -> Outcome {
        let stored = keys(transaction)
            .into_iter()
            .filter_map(|key| Some((text(key), records.get(key)?.clone())))
            .collect();
        let Plan { wipe, writes, outcome } = plan(&stored, transaction);
        if let Some((first, end)) = wipe {
            records.retain(|key, _| *key < first || *key >= end);
        }
        for (key, value) in writes {
            match value {
                Some(value) => records.insert(key, value),
                None => records.remove(&key),
            };
        }
        outcome
    }

    #[test]
    fn a_plan_comes_to_the_same_as_the_transaction() {
        let transactions = [
            Transaction {
                append: vec![text("one"), text("two")],
                ..Transaction::default()
            },
            Transaction {
                expect: vec![(text("meta/b"), None)],
                put: vec![(text("meta/b"), text("1"))],
                ..Transaction::default()
            },
            Transaction {
                expect: vec![(text("meta/b"), None)],
                put: vec![(text("meta/b"), text("2"))],
                ..Transaction::default()
            },
            Transaction {
                expect: vec![(text("meta/b"), Some(text("1"))), (text(HIGH), Some(text("2")))],
                append: vec![text("three")],
                put: vec![(text("meta/b"), text("2")), (text("widget/b/w"), text("x"))],
                delete: vec![text("outbox/0000000000000001"), text("aside/none")],
                ..Transaction::default()
            },
            Transaction {
                expect: vec![(text("meta/b"), Some(text("1")))],
                wipe: Some(text("widget/b/")),
                ..Transaction::default()
            },
            Transaction {
                wipe: Some(text("widget/b/")),
                put: vec![(text("widget/b/v"), text("y"))],
                ..Transaction::default()
            },
        ];
        let (mut planned, mut applied) = (Records::new(), Records::new());
        for transaction in &transactions {
            assert_eq!(carry_out(&mut planned, transaction), apply(&mut applied, transaction));
            assert_eq!(planned, applied);
        }
        assert_eq!(planned.get(HIGH), Some(&text("3")));
        assert_eq!(planned.get("widget/b/w"), None);
    }
}
