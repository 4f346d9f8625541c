//! Mistakes on purpose: each is a way to build this wrong, and the simulator must find every one.
//!
//! Without the `planted` feature (that is, in every build people use) [`is`] is a constant `false` and the mistakes
//! are not in the program. `docs/simulation.md` lists them with the execution each one breaks.

/// A planted mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // named for what they break; `docs/simulation.md` tells each story
pub enum Bug {
    // The twelve executions that break the obvious design.
    ClientIdReused,
    CursorWithoutEpoch,
    RowsForgottenWithoutHorizon,
    VisibleBeforeDurable,
    LaneWithoutAfter,
    OnlyAppliedRecorded,
    DeadlineOnClientClock,
    OverlayDroppedAtVerdict,
    ChainedBaseCountsAsSeen,
    PatchAppliedInParts,
    OutboxNotPerPrincipal,
    UnknownAppendDecidedAnew,
    // More of the same kind.
    RunNotChecked,
    OutboxDeletedBeforeState,
    PatchKeepsRemovedWidgets,
    WithdrawNotRecorded,
    PendingNotLoweredAfterBreak,
    GapIgnored,
    SavedBeforeStored,
    HorizonNotStored,
    ResendForgottenAfterReconnect,
    StaleLeaderOverwrites,
    FatesNotAsked,
    SiblingAppendsIgnored,
    DoubtfulCountsAsContinuing,
    VerdictsOutliveHistory,
    RunNotMet,
    UnknownFateShown,
    JournalNotReread,
    BrokenStateWithoutDoubt,
    LeftUnsaved,
    NoteForAnyone,
    DocumentWithoutVerdicts,
    DoubtfulStateWaits,
    EmptiedBoardTakenForNew,
    EditMadeOnWhatCameUnderIt,
    LaterNotOnCard,
    TextGivesWay,
    SeenCountsOneself,
    SeenGoesBack,
    HiddenPageSees,
    RedoneTwice,
    EvictionNotReread,
    UndoneTwice,
    UndoOutlivesEdit,
    ClearingUnnoticed,
}

#[cfg(feature = "planted")]
mod switch {
    use std::cell::Cell;

    use super::Bug;

    thread_local! {
        static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    /// Whether this mistake is made on this thread.
    pub fn is(bug: Bug) -> bool {
        PLANTED.get() == Some(bug)
    }

    /// Makes a mistake from here on, on this thread; `None` stops.
    pub fn plant(bug: Option<Bug>) {
        PLANTED.set(bug);
    }
}

#[cfg(feature = "planted")]
pub use switch::{is, plant};

/// Whether this mistake is made: never.
#[cfg(not(feature = "planted"))]
#[inline(always)]
#[must_use]
pub const fn is(_: Bug) -> bool {
    false
}
