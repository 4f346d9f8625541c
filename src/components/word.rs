//! The vocabulary of states: each has one word, one icon and one colour, and all three are always shown together, so
//! that no meaning hangs on a colour. Healthy is silent; red means that a person must act.

use dioxus::prelude::*;

use super::icon::{Glyph, icon};
use crate::{
    hooks::{ConnectionStatus, Durability, SetAsideReason},
    words::t,
};

/// A state that a person is told of. In the order of urgency: of several, the first is the one to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Word {
    /// Edits are not kept on this device.
    CannotStore,
    /// The server asks who this is.
    SignIn,
    /// The server speaks another version than this page.
    OtherVersion,
    /// A field has two versions.
    Conflict,
    /// An edit was not accepted.
    SetAside,
    /// There is no network, or it is not used by choice.
    Offline,
    /// The server can't be reached; the next try has its time.
    Waiting,
    /// No live socket can be had, and plain requests do instead.
    ByRequests,
    /// Paused while hidden.
    Suspended,
    /// The first connection is being made.
    Connecting,
    /// The server's answer is on its way.
    CatchingUp,
    /// The server asked to try again.
    Retrying,
    /// Values stopped arriving.
    Stale,
    /// Live values come by a live socket alone, and there is none.
    NoSamples,
    /// An edit came too late, and was not sent.
    Expired,
    /// Kept in this browser, for as long as it likes.
    BestEffort,
    /// Kept on this device.
    Stored,
    /// All is well.
    Live,
}

/// What a state asks of a person, as a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Green: nothing.
    Live,
    /// Yellow: patience; nothing is lost.
    Wait,
    /// Red: to act.
    Act,
    /// Neutral: nothing, and nothing will come of itself.
    Rest,
}

impl Word {
    /// Its name in `data-state`.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::CannotStore => "cannot-store",
            Self::SignIn => "sign-in",
            Self::OtherVersion => "closed",
            Self::Conflict => "conflict",
            Self::SetAside => "set-aside",
            Self::Offline => "offline",
            Self::Waiting => "waiting",
            Self::ByRequests => "by-requests",
            Self::Suspended => "suspended",
            Self::Connecting => "connecting",
            Self::CatchingUp => "catching-up",
            Self::Retrying => "retrying",
            Self::Stale => "stale",
            Self::NoSamples => "no-samples",
            Self::Expired => "expired",
            Self::BestEffort => "best-effort",
            Self::Stored => "stored",
            Self::Live => "live",
        }
    }

    /// The word itself; where there is more to say (since when, how many), it follows this.
    #[must_use]
    pub fn text(self) -> &'static str {
        t(match self {
            Self::CannotStore => "Not saved on this device",
            Self::SignIn => "Sign in to go on",
            Self::OtherVersion => "Reload to go on",
            Self::Conflict => "2 versions",
            Self::SetAside => "Not accepted",
            Self::Offline => "Offline",
            Self::Waiting => "Server unreachable",
            Self::ByRequests => "Slower",
            Self::Suspended => "Paused while hidden",
            Self::Connecting => "Connecting…",
            Self::CatchingUp => "Catching up",
            Self::Retrying => "Retrying",
            Self::Stale => "No data",
            Self::NoSamples => "No live values",
            Self::Expired => "Too late, not sent",
            Self::BestEffort => "Kept in this browser",
            Self::Stored => "Saved on this device",
            Self::Live => "Live",
        })
    }

    /// Its colour.
    #[must_use]
    pub const fn tone(self) -> Tone {
        match self {
            Self::Live | Self::Stored => Tone::Live,
            Self::Suspended | Self::Expired | Self::BestEffort => Tone::Rest,
            Self::CannotStore | Self::SignIn | Self::OtherVersion | Self::Conflict | Self::SetAside => Tone::Act,
            _ => Tone::Wait,
        }
    }

    /// Its icon.
    #[must_use]
    pub const fn glyph(self) -> Glyph {
        match self {
            Self::CannotStore => Glyph::ShieldAlert,
            Self::SignIn => Glyph::KeyRound,
            Self::Conflict => Glyph::GitFork,
            Self::SetAside => Glyph::PackageX,
            Self::Offline => Glyph::CloudOff,
            Self::Waiting | Self::ByRequests => Glyph::Timer,
            Self::Suspended => Glyph::Pause,
            Self::Connecting => Glyph::LoaderCircle,
            Self::CatchingUp => Glyph::ChevronsDown,
            Self::Retrying | Self::OtherVersion => Glyph::RotateCw,
            Self::Stale | Self::NoSamples => Glyph::ClockAlert,
            Self::Expired => Glyph::Hourglass,
            Self::BestEffort => Glyph::ShieldHalf,
            Self::Stored => Glyph::ShieldCheck,
            Self::Live => Glyph::CircleCheck,
        }
    }
}

impl Tone {
    /// Its name in `data-tone`.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Wait => "wait",
            Self::Act => "act",
            Self::Rest => "rest",
        }
    }
}

impl From<&ConnectionStatus> for Word {
    fn from(status: &ConnectionStatus) -> Self {
        match status {
            ConnectionStatus::Starting | ConnectionStatus::Connecting => Self::Connecting,
            ConnectionStatus::CannotStore { .. } => Self::CannotStore,
            ConnectionStatus::SignIn { .. } => Self::SignIn,
            ConnectionStatus::Closed { .. } => Self::OtherVersion,
            ConnectionStatus::Decide { conflicts: 0, .. } => Self::SetAside,
            ConnectionStatus::Decide { .. } => Self::Conflict,
            ConnectionStatus::Offline { .. } => Self::Offline,
            ConnectionStatus::Suspended => Self::Suspended,
            ConnectionStatus::Waiting { .. } => Self::Waiting,
            ConnectionStatus::ByRequests => Self::ByRequests,
            ConnectionStatus::CatchingUp { .. } => Self::CatchingUp,
            ConnectionStatus::Live => Self::Live,
        }
    }
}

impl From<&SetAsideReason> for Word {
    fn from(reason: &SetAsideReason) -> Self {
        match reason {
            SetAsideReason::Expired | SetAsideReason::NotSent => Self::Expired,
            _ => Self::SetAside,
        }
    }
}

impl From<Durability> for Word {
    fn from(durability: Durability) -> Self {
        match durability {
            Durability::Durable => Self::Stored,
            Durability::BestEffort => Self::BestEffort,
            Durability::MemoryOnly => Self::CannotStore,
        }
    }
}

/// What is said of an edit that waits, as well as this device keeps it: nothing is called saved that a browser may clear.
pub const fn kept(durability: Option<Durability>) -> &'static str {
    match durability {
        Some(Durability::Durable) => "Saved on this device",
        Some(Durability::BestEffort) => "Kept in this browser",
        None | Some(Durability::MemoryOnly) => "In this page only",
    }
}

/// What stands between a word and what follows it: "No data for 40 s", "Offline since 14:02", "Retrying · 2nd try".
#[must_use]
pub fn joint(more: &str) -> &'static str {
    if more.is_empty() {
        ""
    } else if ["for ", "since ", "seit "].iter().any(|start| more.starts_with(start)) {
        " "
    } else {
        " · "
    }
}

/// A state said in full: icon, word and colour; `more` follows the word.
pub fn saying(word: Word, more: &str) -> Element {
    saying_of(word, &[word.text(), joint(more), more].concat())
}

/// Something about a state that is named elsewhere, by its icon and colour.
pub fn saying_of(word: Word, text: &str) -> Element {
    rsx! {
        span { class: "saying", "data-tone": word.tone().token(), "data-state": word.token(),
            {icon(word.glyph())}
            span { class: "saying-text", "{text}" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_states_the_most_urgent_is_said() {
        use Word::{ByRequests, CannotStore, CatchingUp, Conflict, Live, Offline, SignIn, Waiting};
        let by_urgency = [
            CannotStore,
            SignIn,
            Conflict,
            Offline,
            Waiting,
            ByRequests,
            CatchingUp,
            Live,
        ];
        assert!(by_urgency.is_sorted());
    }

    #[test]
    fn a_word_and_what_follows_it_read_as_one() {
        let said = |more: &str| [Word::Stale.text(), joint(more), more].concat();
        assert_eq!(said(""), "No data");
        assert_eq!(said("for 40 s"), "No data for 40 s");
        assert_eq!(said("214 changes"), "No data · 214 changes");
    }

    #[test]
    fn red_is_kept_for_what_a_person_must_do() {
        assert_eq!(Word::Offline.tone(), Tone::Wait);
        assert_eq!(Word::Waiting.tone(), Tone::Wait);
        assert_eq!(Word::SetAside.tone(), Tone::Act);
    }
}
