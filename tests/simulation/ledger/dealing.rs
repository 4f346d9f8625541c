//! What people have dealt with: nobody misses that.

use super::*;

impl Ledger {
    /// Somebody has discarded an operation, or chosen otherwise.
    pub fn dealt_with(&mut self, id: OperationId) {
        self.dealt.insert(id);
    }

    /// What was set aside is made again: as one of these, from when that is saved. Until then it stays where it was.
    pub fn made_again(&mut self, id: OperationId, again: &[OperationId]) {
        self.again.entry(id).or_default().extend(again);
    }

    /// Whether somebody has.
    pub fn is_dealt_with(&self, id: OperationId) -> bool {
        self.dealt.contains(&id)
    }

    /// Whether it was made again, and that was saved, or is listed, or dealt with.
    pub(super) fn is_made_again(&self, id: OperationId, kept: &BTreeSet<OperationId>) -> bool {
        let saved = |id: &OperationId| self.made.get(id).is_some_and(|made| made.saved);
        let mut again = self.again.get(&id).into_iter().flatten().filter(|again| **again != id);
        again.any(|again| {
            saved(again) || kept.contains(again) || self.dealt.contains(again) || self.is_made_again(*again, kept)
        })
    }

    /// Somebody decides a card; of what has gone on it, what they see there and what is older is dealt with. A value of their own is what
    /// they want of the field, whatever else they wanted.
    pub fn decided(&mut self, conflict: &Conflict, resolution: &Resolution) {
        let (card, shown) = (conflict.id(), conflict.operation.id);
        self.dealt.insert(card);
        let all = *resolution != Resolution::KeepTheirs;
        let joined = self.joined.iter().filter(|(_, joined)| **joined == card);
        let number = |id: &OperationId| self.made.get(id).and_then(|made| made.number);
        let seen = joined.filter(|(id, _)| all || number(id) <= number(&shown));
        self.dealt.extend(seen.map(|(id, _)| *id));
    }

    /// Somebody undoes the decision of a card: what has decided it is given up, and no press of undo is used up by that.
    pub fn undecided(&mut self, (device, person): (usize, &str), card: OperationId) {
        let decides = |made: &Made| {
            made.operation.resolves == Some(card) && (made.device, made.person.as_str()) == (device, person)
        };
        let decisions = self.made.iter().filter(|(_, made)| decides(made));
        self.dealt.extend(decisions.map(|(id, _)| *id));
    }
}
