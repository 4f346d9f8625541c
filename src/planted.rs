//! What only tests set. Mistakes on purpose: each is a way to build this wrong, and the simulator must find every one; and whose program it is
//! that runs, where older and newer ones play side by side.
//!
//! Without the `planted` feature (that is, in every build people use) [`is`] is a constant `false` and the mistakes
//! are not in the program. `docs/simulation.md` lists them with the execution each one breaks.

#[cfg(not(feature = "planted"))]
use crate::config::{IN_FLIGHT_LEN_MAX, KEPT_LEN_MAX, OUTBOX_LEN_MAX, SCHEMA};

/// Whether this program is the release before this one, as tests build it: [`SCHEMA`](crate::config::SCHEMA) is one less, and what
/// the newer one brought it does not know. The places that ask for it are all that it lacks.
pub const IS_PREVIOUS: bool = cfg!(feature = "previous");

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
    NewerSentByOlder,
    PutOffHidden,
    HighReadAsZero,
    UnreadableSkipped,
    GenerationNotMended,
    SiblingsDiscarded,
    AsideGoesFirst,
    ForgottenSentAgain,
    AllSentAtOnce,
    OutboxWithoutEnd,
    StateLaidOverLess,
    TypedOnWhatIsShown,
    // Of the file that native programs keep.
    FileExpectsNothing,
    FileWrittenInParts,
}

#[cfg(feature = "planted")]
mod switch {
    use std::cell::Cell;

    use super::Bug;
    use crate::config::{IN_FLIGHT_LEN_MAX, KEPT_LEN_MAX, OUTBOX_LEN_MAX, SCHEMA};

    thread_local! {
        static FEW: Cell<bool> = const { Cell::new(false) };
        static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
        static SPOKEN: Cell<u32> = const { Cell::new(SCHEMA) };
    }

    /// Whether this mistake is made on this thread.
    pub fn is(bug: Bug) -> bool {
        PLANTED.get() == Some(bug)
    }

    /// Makes a mistake from here on, on this thread; `None` stops.
    pub fn plant(bug: Option<Bug>) {
        PLANTED.set(bug);
    }

    /// The data model of the program that runs on this thread.
    pub fn schema() -> u32 {
        SPOKEN.get()
    }

    /// From here on, on this thread, a device keeps few operations, or as many as ever.
    pub fn keep_few(few: bool) {
        FEW.set(few);
    }

    fn at_most(few: usize, many: usize) -> usize {
        if FEW.get() { few } else { many }
    }

    /// How many operations wait on a device.
    pub fn outbox_len_max() -> usize {
        at_most(10, OUTBOX_LEN_MAX)
    }

    /// How many wait for their author.
    pub fn kept_len_max() -> usize {
        at_most(4, KEPT_LEN_MAX)
    }

    /// How many are sent and not answered.
    pub fn in_flight_len_max() -> usize {
        at_most(3, IN_FLIGHT_LEN_MAX)
    }

    /// A program of this data model runs from here on, on this thread.
    pub fn speak(schema: u32) {
        SPOKEN.set(schema);
    }
}

#[cfg(feature = "planted")]
pub use switch::{in_flight_len_max, is, keep_few, kept_len_max, outbox_len_max, plant, schema, speak};

/// Whether this mistake is made: never.
#[cfg(not(feature = "planted"))]
#[inline(always)]
#[must_use]
pub const fn is(_: Bug) -> bool {
    false
}

/// The data model of the program that runs: this one's.
#[cfg(not(feature = "planted"))]
#[inline(always)]
#[must_use]
pub const fn schema() -> u32 {
    SCHEMA
}

/// How many operations wait on a device.
#[cfg(not(feature = "planted"))]
#[inline(always)]
#[must_use]
pub const fn outbox_len_max() -> usize {
    OUTBOX_LEN_MAX
}

/// How many wait for their author.
#[cfg(not(feature = "planted"))]
#[inline(always)]
#[must_use]
pub const fn kept_len_max() -> usize {
    KEPT_LEN_MAX
}

/// How many are sent and not answered.
#[cfg(not(feature = "planted"))]
#[inline(always)]
#[must_use]
pub const fn in_flight_len_max() -> usize {
    IN_FLIGHT_LEN_MAX
}
