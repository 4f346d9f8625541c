//! Who types over what for how long.

use super::{Act, Step};
use crate::dice::Dice;

/// How often somebody does, where that is played.
const LEN: usize = 15;

/// In some seeds people type for seconds, and do not look at what comes meanwhile.
pub fn draw(seed: u64, (clients, span): (usize, u64), steps: &mut Vec<Step>) {
    let mut dice = Dice(seed ^ 0x7479_7065);
    if !dice.chance(20) {
        return;
    }
    steps.extend((0..LEN).map(|_| Step {
        at: 2_000 + dice.below(span),
        act: Act::Type {
            tab: dice.below(clients as u64) as usize,
            board: dice.below(4) as usize,
            widget: dice.below(4) as usize,
            field: dice.below(4) as usize,
            word: dice.below(50),
            ms: dice.range(50, 4_000),
        },
    }));
}
