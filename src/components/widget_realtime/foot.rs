//! The foot of the frame: how far one's own last edit has come, and the age of what is shown.

use dioxus::prelude::*;

use super::freshness::Fresh;
use crate::{
    components::{
        format::{ago, ordinal, time_of_day, writer_name},
        word::{Word, kept},
    },
    hooks::{Now, PendingOperation, Phase, RealtimeUpdates, WidgetView, use_background_sync, use_now},
    protocol::{OperationId, Revision, Verdict},
    words::{t, with},
};

/// One component for both, since each change of the widget concerns both.
#[component]
pub(super) fn Foot(live: RealtimeUpdates, fresh: Fresh) -> Element {
    let (sync, now) = (use_background_sync(), use_now());
    let mut last = use_hook(|| CopyValue::new(None));
    let view = live.signal();
    let view = view.read();
    let newest = view.operations.last().map(|newest| (newest.id, applied_at(newest)));
    if newest.is_some() {
        last.set(newest);
    }
    // Asked for where it is said only: the details change with every frame.
    let kept = || kept(sync.details().durability);
    let receipt = Receipt::of(&view, last(), &kept, &|revision| live.seen_by(revision));
    // How old a live value is does not change with the clock.
    let is_sampled = !view.series().is_empty();
    let now = if is_sampled { *now.peek() } else { now() };
    let age = now.and_then(|now| age_of(&view, fresh, is_sampled, now));
    rsx! {
        footer { class: "card-foot",
            if let Some(receipt) = receipt {
                // Another state is another element, whose fading begins anew.
                span { key: "{receipt.token()}", class: "receipt", "data-state": receipt.token(),
                    svg { class: "beads", "viewBox": "0 0 47 7", "aria-hidden": "true",
                        path { d: "M6 3.5h35" }
                        for bead in 0..BEADS.len() {
                            circle { key: "{bead}", "cx": BEADS[bead], "cy": "3.5", "r": "2.5", "data-filled": bead < receipt.filled() }
                        }
                    }
                    span { {receipt.text()} }
                }
            }
            if let Some((age, of)) = age {
                span { class: "card-age", title: "{of}", "{age}" }
            }
        }
    }
}

/// How far an edit has come: on this device, on the server, applied, seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Receipt {
    Saving,
    OnDevice { kept: &'static str },
    Retrying { attempts: u32 },
    OnServer,
    Applied,
    Seen { others: usize },
}

impl Receipt {
    /// Of the newest pending edit. When there is none: that the last one, if that is known, was applied, and seen by others. It was
    /// applied when that was seen, or when what is confirmed is by it: a tab that does not send is not told verdicts.
    fn of(
        view: &WidgetView,
        last: Option<(OperationId, Option<Revision>)>,
        kept: &dyn Fn() -> &'static str,
        seen_by: &dyn Fn(Revision) -> usize,
    ) -> Option<Self> {
        if view.has_draft {
            return Some(Self::Saving);
        }
        let Some(newest) = view.operations.last() else {
            let (id, applied_at) = last?;
            let mut fields = view.widget.iter().flat_map(|widget| &widget.fields);
            let stands = fields.find(|(_, field)| field.operation == id);
            return Some(match seen_by(applied_at.or(stands.map(|(_, field)| field.revision))?) {
                0 => Self::Applied,
                others => Self::Seen { others },
            });
        };
        Some(match &newest.phase {
            Phase::Saving => Self::Saving,
            Phase::Retrying {
                attempts, shown: true, ..
            } => Self::Retrying { attempts: *attempts },
            _ if applied_at(newest).is_some() => Self::OnServer,
            Phase::Decided(_) | Phase::Withdrawing => return None,
            Phase::Saved | Phase::Sent | Phase::Retrying { .. } => Self::OnDevice { kept: kept() },
        })
    }

    const fn token(self) -> &'static str {
        match self {
            Self::Saving => "saving",
            Self::OnDevice { .. } => "on-device",
            Self::Retrying { .. } => "retrying",
            Self::OnServer => "on-server",
            Self::Applied => "applied",
            Self::Seen { others: ..2 } => "seen-by-one",
            Self::Seen { .. } => "seen",
        }
    }

    /// How many of the four beads are filled.
    const fn filled(self) -> usize {
        match self {
            Self::Saving => 0,
            Self::OnDevice { .. } | Self::Retrying { .. } => 1,
            Self::OnServer => 2,
            Self::Applied => 3,
            Self::Seen { .. } => 4,
        }
    }

    fn text(self) -> String {
        match self {
            Self::Saving => t("Saving…").to_owned(),
            Self::OnDevice { kept } => t(kept).to_owned(),
            Self::Retrying { attempts } => {
                [Word::Retrying.text(), " · ", &with("{} try", &[&ordinal(attempts + 1)])].concat()
            }
            Self::OnServer => t("On the server").to_owned(),
            Self::Applied => t("Applied").to_owned(),
            Self::Seen { others } => with("Seen by {}", &[&others.to_string()]),
        }
    }
}

/// At which revision it took effect, where the server has said that it did.
const fn applied_at(pending: &PendingOperation) -> Option<Revision> {
    match &pending.phase {
        Phase::Decided(Verdict::Applied { revision, .. }) => Some(*revision),
        _ => None,
    }
}

/// Where the four beads stand on their thread. They are filled from the left, beside the latest word; once applied they fade,
/// and come back for who has seen it.
const BEADS: [&str; 4] = ["3.5", "16.5", "29.5", "42.5"];

/// What is no older is of now.
const NOW_MS: u64 = 5_000;
const HOUR_MS: u64 = 3_600_000;

/// How old what is shown is, and what that is: the last value of a series, else the last change, unless that is an edit of one's
/// own on its way. Without a connection only what is live gets older: what people edit goes on.
fn age_of(view: &WidgetView, fresh: Fresh, is_sampled: bool, now: Now) -> Option<(String, String)> {
    if is_sampled {
        let age = match fresh {
            Fresh::Live { seconds: 0 } => t("now").to_owned(),
            Fresh::Live { seconds }
            | Fresh::Stale { seconds, .. }
            | Fresh::NoSamples { seconds: Some(seconds) }
            | Fresh::Offline { seconds: Some(seconds) } => ago(seconds),
            _ => return None,
        };
        return Some((age, t("Last value").to_owned()));
    }
    if !view.pending.is_empty() || matches!(fresh, Fresh::Offline { .. }) {
        return None; // how far that edit has come is said beside this
    }
    let changed = view
        .widget
        .as_ref()?
        .fields
        .values()
        .map(|field| &field.writer)
        .max_by_key(|writer| writer.at)
        .filter(|writer| writer.at.0 > 0)?;
    let since = now.unix_ms.saturating_sub(changed.at.0);
    let age = match since {
        // What is not live is not of now, however lately it was.
        0..NOW_MS if matches!(fresh, Fresh::Live { .. }) => t("now").to_owned(),
        0..HOUR_MS => ago(since / 1_000),
        // Of what is longer ago the time of day says more.
        _ => time_of_day(now, changed.at.0),
    };
    Some((age, with("Last change: {}", &[&writer_name(changed)])))
}
