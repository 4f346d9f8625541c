//! Which records of which devices are damaged when.

use super::{Act, Step};
use crate::dice::Dice;

/// What of a device's records is damaged, by prefix.
pub const TORN: [&str; 9] = [
    "outbox/",
    "conflict/",
    "aside/",
    "journal/",
    "undone/",
    "high",
    "generation/",
    "meta/",
    "widget/",
];

/// Whether such records say what the server has.
pub fn is_of_board(key: &str) -> bool {
    key.starts_with("meta/") || key.starts_with("widget/")
}

/// In some seeds records of a few kinds are damaged, a few times.
pub fn draw(seed: u64, (clients, span): (usize, u64), steps: &mut Vec<Step>) {
    let mut dice = Dice(seed ^ 0x746f_726e);
    let is_cleared = steps.iter().any(|step| matches!(step.act, Act::ClearStorage { .. }));
    if !dice.chance(7) || is_cleared {
        return;
    }
    let mut kinds: Vec<usize> = (0..TORN.len()).filter(|_| dice.chance(35)).collect();
    if kinds.is_empty() {
        kinds.push(dice.below(TORN.len() as u64) as usize);
    }
    if kinds.iter().any(|kind| is_of_board(TORN[*kind])) {
        // Which history a board is of, and so what of it is forgotten, only these records say.
        steps.retain(|step| !matches!(step.act, Act::RestoreBackup));
    }
    steps.extend((0..dice.range(2, 10)).map(|_| Step {
        at: 2_000 + dice.below(span),
        act: Act::Tear {
            tab: dice.below(clients as u64) as usize,
            kind: kinds[dice.below(kinds.len() as u64) as usize],
            pick: dice.roll() >> 8,
            in_a_crash: dice.chance(40),
        },
    }));
}
