//! From a transaction to the writes that carry it out, for storages that keep their records elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use crate::sync::storage::{HIGH, Outcome, Records, Transaction, apply};

/// The keys that must be read before a transaction can be planned.
pub(super) fn keys(transaction: &Transaction) -> BTreeSet<&str> {
    transaction
        .expect
        .iter()
        .map(|(key, _)| key.as_str())
        .chain([HIGH])
        .collect()
}

/// What to write (`None`: delete) and how it will have ended. `stored` holds what is stored under [`keys`] now, in the
/// same transaction of the storage. Nothing is to be written when it is stale.
pub(super) fn plan(stored: &Records, transaction: &Transaction) -> (BTreeMap<String, Option<String>>, Outcome) {
    let mut after = stored.clone();
    let outcome = apply(&mut after, transaction);
    if !matches!(outcome, Outcome::Done { .. }) {
        return (BTreeMap::new(), outcome);
    }
    let changed = after.into_iter().filter(|(key, text)| stored.get(key) != Some(text));
    let written = changed.map(|(key, text)| (key, Some(text)));
    let deleted = transaction.delete.iter().map(|key| (key.clone(), None));
    (written.chain(deleted).collect(), outcome)
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
        let (writes, outcome) = plan(&stored, transaction);
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
                put: vec![(text("meta/b"), text("2"))],
                delete: vec![text("outbox/0000000000000001"), text("aside/none")],
            },
        ];
        let (mut planned, mut applied) = (Records::new(), Records::new());
        for transaction in &transactions {
            assert_eq!(carry_out(&mut planned, transaction), apply(&mut applied, transaction));
            assert_eq!(planned, applied);
        }
        assert_eq!(planned.get(HIGH), Some(&text("3")));
    }
}
