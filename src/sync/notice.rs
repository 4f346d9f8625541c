//! News.

use super::{CommandError, Resolution, SetAsideReason};
use crate::protocol::{BoardId, FieldName, OperationId, Revision, SamplesFrame, Value, Verdict, WidgetId};

/// News for the app; state is read from the engine itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// The storage was read for the first time: boards may be shown.
    Initialized,
    /// The server gave a final answer to one of this device's operations.
    Decided {
        /// The operation.
        id: OperationId,
        /// The answer.
        verdict: Verdict,
    },
    /// An operation was set aside without a verdict, or because its time was up before it was sent.
    SetAside {
        /// The operation.
        id: OperationId,
        /// Why.
        reason: SetAsideReason,
    },
    /// A conflict was resolved, here or by another tab of this device that has listed it. What the server says of the choice comes
    /// later, as of any other edit: that its operation was decided or set aside; and where it came to nothing the conflict is
    /// listed again.
    Resolved {
        /// The conflict.
        id: OperationId,
        /// How.
        resolution: Resolution,
    },
    /// A conflict was not resolved as a person chose: a newer value of theirs had come onto its card, which they had not seen there.
    NotResolved {
        /// The conflict, which waits on.
        id: OperationId,
    },
    /// Confirmed state changed.
    Changed {
        /// The board.
        board: BoardId,
        /// Its widgets that did.
        widgets: Vec<WidgetId>,
    },
    /// A widget that this page shows was removed, and not by an edit that was shown before. Told by the loop that shows it.
    Removed {
        /// The board.
        board: BoardId,
        /// The widget.
        widget: WidgetId,
        /// Whether it had the focus here.
        held: bool,
    },
    /// One's own edit was undone, or what was undone was done once more, because a person has asked for that. The screen shows it.
    Turned {
        /// The board.
        board: BoardId,
        /// The widget.
        widget: WidgetId,
        /// The field, where it was about one, and not about the widget itself.
        field: Option<FieldName>,
        /// Whether it was done once more.
        again: bool,
    },
    /// Live values.
    Samples(SamplesFrame),
    /// An app's own event.
    Event {
        /// The board.
        board: BoardId,
        /// Its name.
        name: String,
        /// Its payload.
        payload: Value,
    },
    /// A command could not be carried out.
    Refused {
        /// Why.
        error: CommandError,
        /// The board and the widget that it was about, where it was about one.
        widget: Option<(BoardId, WidgetId)>,
    },
    /// Something went wrong that a person should know.
    Trouble {
        /// What happened and what to do.
        message: String,
    },
}

impl Notice {
    /// That an operation was applied, where its verdict itself did not come by.
    pub(super) const fn applied(id: OperationId, revision: Revision) -> Self {
        let verdict = Verdict::Applied {
            revision,
            verbatim: false,
            overwrote: None,
        };
        Self::Decided { id, verdict }
    }
}
