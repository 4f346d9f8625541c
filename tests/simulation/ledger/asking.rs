//! Whether somebody whose decision was undone is asked once more.

use tideboard::{protocol::Base, sync::Pending};

use super::*;

impl Ledger {
    /// A conflict that waits again does so until its author has chosen once more.
    pub(super) fn check_asked_again(&mut self, number: usize, tab: &mut Tab) {
        let Some(engine) = &tab.engine else { return };
        // An edit of its field is a choice, too; and one over what undoes the decision, while that waits.
        let place = |operation: &Operation| {
            let Operation {
                board, widget, intent, ..
            } = operation;
            (board.clone(), widget.clone(), intent.field().cloned())
        };
        let is_decided = |id: OperationId| {
            let asked = self.made.get(&id).map(|made| place(&made.operation));
            engine
                .pending()
                .filter(|pending| !pending.withdrawing)
                .any(|Pending { operation, .. }| {
                    let is_over = matches!(operation.base, Some(Base::Operation(_)));
                    operation.resolves == Some(id) || (is_over && asked == Some(place(operation)))
                })
        };
        tab.asked_again = tab.asked_again.filter(|id| !is_decided(*id));
        if let Some(id) = tab.asked_again.filter(|id| !tab.waits_for_a_choice(*id)) {
            self.fail(Failure::Lost(format!(
                "the conflict {id:?} waited again in tab {number} when its decision was undone, and is gone undecided"
            )));
        }
    }
}
