//! Whether what waits stays within its limits.

use tideboard::{config::FRAME_BYTES_MAX, sync::Pending};

use super::*;

impl Ledger {
    /// No more waits on a device, or for the server's answer, than may; in a tab that knows all who add to that.
    pub(super) fn check_limits(&mut self, number: usize, tab: &Tab) {
        let Some(engine) = &tab.engine else { return };
        // What was called too old is answered, and waits to be stored as that.
        let is_under_way = |pending: &&Pending| pending.sent && !self.too_old.contains(&pending.operation.id);
        let under_way = engine.pending().filter(is_under_way).count();
        let waits = engine.pending().count();
        // What decides a conflict brings its widget back as well, and goes with it.
        let most = planted::outbox_len_max() + 1;
        let is_alone = self.beside.get(&tab.device).is_some_and(|beside| beside.len() == 1);
        let wrong = if under_way > planted::in_flight_len_max() {
            Some(format!("has sent {under_way} that are not answered"))
        } else if is_alone && waits > most {
            Some(format!("has {waits} waiting"))
        } else {
            None
        };
        if let Some(wrong) = wrong {
            self.fail(Failure::Stuck(format!("tab {number} {wrong}")));
        }
    }

    /// No frame is larger than the other side reads.
    pub fn framed(&mut self, text: &str) {
        if text.len() > FRAME_BYTES_MAX {
            self.fail(Failure::Stuck(format!("a frame of {} bytes", text.len())));
        }
    }

    /// A server keeps as many verdicts as it was told to, and those of its last revision; with what came at the same revision as the first.
    pub fn remembers(&mut self, logs: &BTreeMap<BoardId, Log>, horizon_len: u64) {
        for (board, log) in logs {
            let kept = log.rows_len() as u64;
            let Some(truth) = self.truth.get(board).filter(|_| kept > horizon_len) else {
                continue;
            };
            let at = |revision| {
                truth
                    .verdicts
                    .values()
                    .filter(|verdict| verdict.revision() == revision)
                    .count() as u64
            };
            if kept > horizon_len + at(log.cursor().revision) + at(log.horizon()) {
                return self.fail(Failure::Stuck(format!("{board}: the server keeps {kept} verdicts")));
            }
        }
    }
}
