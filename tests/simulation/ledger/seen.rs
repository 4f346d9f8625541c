//! Who has had which revision before them: counted here by what was on their screens, and compared with what others are told.

use super::*;

/// What was on people's screens, and what tabs know of that.
#[derive(Debug, Default)]
pub(super) struct Sights {
    /// How far a board of the history as it durably is was shown to somebody, by device and person.
    reached: HashMap<(BoardId, usize, String), u64>,
    /// What each tab knew when it was looked at last, in which life.
    known: HashMap<(usize, BoardId), (u64, Vec<Revision>)>,
}

impl Ledger {
    /// Nobody counts themselves, a page that nobody sees, or more than there are; and in one history no count goes back.
    pub(super) fn check_seen(&mut self, number: usize, tab: &Tab) {
        let Some(engine) = tab.engine.as_ref().filter(|_| tab.is_counted) else {
            return;
        };
        let mut wrong = None;
        for (board, truth) in &self.truth {
            let Some((_, cursor)) = engine.confirmed(board) else {
                continue;
            };
            let known = engine.seen_by(board).map_or(&[][..], |seen| seen.revisions());
            let place = (number, board.clone());
            if !truth.contains(cursor) {
                self.sights.known.remove(&place);
                continue;
            }
            let oneself = (board.clone(), tab.device, tab.person.clone());
            if !tab.hidden {
                let reached = self.sights.reached.entry(oneself.clone()).or_default();
                *reached = cursor.revision.0.max(*reached);
            }
            let before = self.sights.known.get(&place).filter(|(life, _)| *life == tab.life);
            let before = before.map_or(&[][..], |(_, known)| known);
            if known == before {
                continue;
            }
            // Whoever can't tell whether it is one history, and whoever is somebody else now, begins anew.
            let forgets = self.has_switched || self.pruned.contains(board) || self.cleared.contains_key(&tab.device);
            let begins_anew = known.is_empty() && (self.restored || forgets);
            let went_back = |(at, before): (usize, &Revision)| known.get(at).is_none_or(|known| known < before);
            if !begins_anew && before.iter().enumerate().any(went_back) {
                wrong = Some(format!("knew {before:?} of {board}, and knows {known:?} now"));
            }
            for (at, revision) in known.iter().enumerate() {
                let has_seen = |(who, reached): &(&(BoardId, usize, String), &u64)| {
                    who.0 == *board && **who != oneself && **reached >= revision.0
                };
                let others = self.sights.reached.iter().filter(has_seen).count();
                if others <= at {
                    let told = at + 1;
                    wrong = wrong.or(Some(format!(
                        "was told that {told} others have seen {revision} of {board}, and {others} have"
                    )));
                }
            }
            self.sights.known.insert(place, (tab.life, known.to_vec()));
        }
        if let Some(wrong) = wrong {
            self.fail(Failure::Diverged(format!("tab {number} {wrong}")));
        }
    }

    /// What was seen beyond the end of a backup is no more, and what is before it was seen all the same.
    pub(super) fn sights_restored(&mut self) {
        for ((board, ..), reached) in &mut self.sights.reached {
            let head = self.truth.get(board).map_or(0, |truth| truth.changes.len() as u64);
            *reached = head.min(*reached);
        }
    }
}
