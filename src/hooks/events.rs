//! What happens, by kind: for code that acts on news rather than on state.

use dioxus::prelude::*;

use super::{
    boxed::{use_drop, use_effect},
    context::Context,
};
use crate::{
    protocol::{BoardId, OperationId, SamplesFrame, Value, Verdict, WidgetId},
    state::{CONNECTION, ConnectionStatus},
    sync::Notice,
};

/// What to hear of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// The connection has another status than the one that was shown before.
    Connection,
    /// Confirmed state of watched boards changed, by whomever.
    Changes,
    /// Live values arrived, of the series that somebody in this page looks at.
    Samples,
    /// The server gave its final answer to an operation that this page has sent, or had waiting.
    Verdicts,
    /// Somebody who looks at the same board has sent the app's own event of this name.
    Named(String),
}

impl From<&str> for EventKind {
    fn from(name: &str) -> Self {
        Self::Named(name.to_owned())
    }
}

/// What happened. Each is told once, to each who wants to hear of its kind, after the state that it speaks of is shown.
#[derive(Clone, Debug, PartialEq)]
pub enum RealtimeEvent {
    /// Of the kind [`EventKind::Connection`]: the new status.
    Connection(ConnectionStatus),
    /// Of the kind [`EventKind::Changes`].
    Changes {
        /// The board.
        board: BoardId,
        /// Those of its widgets that changed.
        widgets: Vec<WidgetId>,
    },
    /// Of the kind [`EventKind::Samples`].
    Samples(SamplesFrame),
    /// Of the kind [`EventKind::Verdicts`].
    Verdict {
        /// The operation.
        id: OperationId,
        /// The answer.
        verdict: Verdict,
    },
    /// Of the kind [`EventKind::Named`].
    Named {
        /// The board.
        board: BoardId,
        /// The event's name.
        name: String,
        /// What came with it.
        payload: Value,
    },
}

impl EventKind {
    /// The event of this kind that a notice is, if it is one.
    fn event_of(&self, notice: Notice) -> Option<RealtimeEvent> {
        match (self, notice) {
            (Self::Changes, Notice::Changed { board, widgets }) => Some(RealtimeEvent::Changes { board, widgets }),
            (Self::Samples, Notice::Samples(frame)) => Some(RealtimeEvent::Samples(frame)),
            (Self::Verdicts, Notice::Decided { id, verdict }) => Some(RealtimeEvent::Verdict { id, verdict }),
            (Self::Named(wanted), Notice::Event { board, name, payload }) if *wanted == name => {
                Some(RealtimeEvent::Named { board, name, payload })
            }
            _ => None,
        }
    }
}

/// Calls `handler` with each event of a kind, until the component goes. The kind is read at the first render.
pub(super) fn use_events(context: Context, kind: EventKind, handler: Callback<RealtimeEvent>) {
    let of_samples = kind == EventKind::Samples;
    let of_connection = kind == EventKind::Connection;
    let number = use_hook(|| {
        if of_samples {
            context.want_samples(true);
        }
        context.listen(Callback::new(move |notice| {
            if let Some(event) = kind.event_of(notice) {
                handler(event);
            }
        }))
    });
    use_drop(move || {
        context.unlisten(number);
        if of_samples {
            context.want_samples(false);
        }
    });
    let mut told = use_hook(|| CopyValue::new(None));
    use_effect(move || {
        if of_connection {
            let status = CONNECTION();
            let before = told.write().replace(status.clone());
            if before.is_some_and(|before| before != status) {
                handler(RealtimeEvent::Connection(status));
            }
        }
    });
}
