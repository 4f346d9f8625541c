//! How fresh a widget is: from its board's place in the server's order, and for a sampled one from its last value.

use crate::{
    components::{format::age, word::Word},
    config::{FALLBACK_MS, SAMPLE_MISSED_MAX},
    hooks::{Freshness, SeriesList, WidgetView},
    time::Timestamp,
    words::{count, with},
};

/// How fresh, with what there is to say of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fresh {
    /// Nothing has arrived yet.
    Loading,
    /// As of now; of live values, the last one is so old, once that is worth a word.
    Live { seconds: u64 },
    /// So many changes are on their way.
    CatchingUp { missing: u64 },
    /// So many values in a row did not come, for so many seconds.
    Stale { missed: u64, seconds: u64 },
    /// No socket can be had: as old as the last request that brought it, if any has.
    ByRequests { seconds: Option<u64> },
    /// The same, for live values: requests bring none. So old is the last one, if there was any.
    NoSamples { seconds: Option<u64> },
    /// There is no connection. So old is the last live value, if there was any.
    Offline { seconds: Option<u64> },
}

impl Fresh {
    /// Of a widget, with the series it names and what has come of them. Without a clock (the first paint) nothing is stale.
    pub fn of(view: &WidgetView, series: &[String], samples: &SeriesList, now: Option<Timestamp>) -> Self {
        if view.widget.is_none() && !view.is_known {
            return Self::Loading;
        }
        // The last live value's, where there is any.
        let ages = |now| samples.0.iter().map(move |(_, series)| series.age_ms(now)).min();
        let seconds = now.and_then(ages).map(in_steps);
        match view.freshness {
            Freshness::Offline { .. } => Self::Offline { seconds },
            Freshness::ByRequests { as_of } if series.is_empty() => Self::ByRequests {
                seconds: seconds_since(as_of, now),
            },
            Freshness::ByRequests { .. } => Self::NoSamples { seconds },
            Freshness::CatchingUp { missing } => Self::CatchingUp { missing },
            Freshness::Live => Self::of_samples(samples, now, seconds.unwrap_or(0)),
        }
    }

    /// The freshest series counts: one core that went away does not make the others old.
    fn of_samples(samples: &SeriesList, now: Option<Timestamp>, seconds: u64) -> Self {
        let missed = |now| samples.0.iter().map(move |(_, series)| series.missed(now)).min();
        match now.and_then(missed) {
            Some(missed @ SAMPLE_MISSED_MAX..) => Self::Stale { missed, seconds },
            // Within the first seconds it does not count like a clock.
            _ => Self::Live {
                seconds: if seconds < 5 { 0 } else { seconds },
            },
        }
    }

    /// For `data-state`.
    pub const fn token(&self) -> &'static str {
        match self {
            Self::Loading => "loading",
            Self::Live { .. } => "live",
            Self::CatchingUp { .. } => "catching-up",
            Self::Stale { .. } => "stale",
            Self::ByRequests { .. } => "by-requests",
            Self::NoSamples { .. } => "no-samples",
            Self::Offline { .. } => "offline",
        }
    }

    /// How far the tide line reaches.
    pub const fn tide(&self) -> &'static str {
        match self {
            Self::Loading => "none",
            Self::Live { .. } => "full",
            Self::CatchingUp { .. } => "dashed",
            Self::Stale { missed: ..10, .. } => "two-thirds",
            Self::Stale { missed: 10..30, .. } => "third",
            Self::Stale { .. } | Self::NoSamples { .. } => "stub",
            // A board in two or three has its turn: within that time it is as fresh as it gets.
            Self::ByRequests {
                seconds: Some(0..SLOW_S),
            } => "two-thirds",
            Self::ByRequests { .. } => "third",
            Self::Offline { .. } => "offline",
        }
    }

    /// The word for it, and what follows; nothing while it is live.
    pub fn word(&self) -> Option<(Word, String)> {
        match self {
            Self::Loading | Self::Live { .. } => None,
            Self::CatchingUp { missing: 0 } => Some((Word::CatchingUp, String::new())),
            Self::CatchingUp { missing } => Some((
                Word::CatchingUp,
                count(
                    usize::try_from(*missing).unwrap_or(usize::MAX),
                    "{} change",
                    "{} changes",
                ),
            )),
            Self::Stale { seconds: 0..5, .. } => Some((Word::Stale, String::new())),
            Self::Stale { seconds, .. } => Some((Word::Stale, with("for {}", &[&age(seconds * 1_000)]))),
            Self::ByRequests { seconds } => Some((Word::ByRequests, old(*seconds))),
            // How old the last one is stands in the foot.
            Self::NoSamples { .. } => Some((Word::NoSamples, String::new())),
            Self::Offline { .. } => Some((Word::Offline, String::new())),
        }
    }
}

/// Seconds that a request takes to come round again, with three boards that wait for theirs.
const SLOW_S: u64 = 3 * FALLBACK_MS / 1_000 + 1;

/// In the steps in which an age is said, from its first second on: what is no other is not rendered again.
fn seconds_since(at: Option<Timestamp>, now: Option<Timestamp>) -> Option<u64> {
    Some(in_steps(now?.since(at?)))
}

const fn in_steps(age_ms: u64) -> u64 {
    let seconds = age_ms / 1_000;
    match seconds {
        0..5 => seconds,
        5..60 => seconds - seconds % 5,
        _ => seconds - seconds % 60,
    }
}

/// How old, once that is worth a word.
fn old(seconds: Option<u64>) -> String {
    match seconds {
        None | Some(0..5) => String::new(),
        Some(seconds) => with("{} old", &[&age(seconds * 1_000)]),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        hooks::Series,
        protocol::{Revision, Widget},
        sorted::SortedMap,
    };

    fn view(freshness: Freshness) -> WidgetView {
        let widget = Widget {
            kind: "stat".parse().expect("a name"),
            created: Revision(1),
            changed: Revision(1),
            removed: None,
            removed_by: None,
            fields: SortedMap::new(),
        };
        WidgetView {
            widget: Some(Arc::new(widget)),
            pending: SortedMap::new(),
            is_ahead: false,
            has_draft: false,
            operations: Vec::new(),
            conflicts: Vec::new(),
            set_aside: Vec::new(),
            people: Vec::new(),
            freshness,
            is_known: true,
        }
    }

    fn samples(heard_at: u64) -> SeriesList {
        let series = Series {
            interval_ms: 1_000,
            heard_at: Timestamp(heard_at),
            ..Series::default()
        };
        SeriesList(vec![("host.cpu".to_owned(), Arc::new(series))])
    }

    #[test]
    fn a_sampled_widget_goes_stale_on_a_live_socket() {
        let fresh = |seconds: u64| {
            Fresh::of(
                &view(Freshness::Live),
                &[],
                &samples(10_000),
                Some(Timestamp(10_000 + seconds * 1_000)),
            )
        };
        assert_eq!(fresh(2), Fresh::Live { seconds: 0 });
        assert_eq!(
            [fresh(3).tide(), fresh(10).tide(), fresh(30).tide()],
            ["two-thirds", "third", "stub"]
        );
        assert_eq!(fresh(3).word(), Some((Word::Stale, String::new())));
        assert_eq!(fresh(42).word(), Some((Word::Stale, "for 40\u{a0}s".to_owned())));
        assert_eq!(fresh(64).word(), Some((Word::Stale, "for 1\u{a0}min".to_owned())));
    }

    #[test]
    fn what_is_live_and_comes_rarely_says_how_old_it_is() {
        let mut list = samples(10_000);
        let (_, rare) = &mut list.0[0];
        Arc::make_mut(rare).interval_ms = 30_000;
        let fresh = |seconds: u64| {
            let now = Timestamp(10_000 + seconds * 1_000);
            Fresh::of(&view(Freshness::Live), &["host.cpu".to_owned()], &list, Some(now))
        };
        let said = [4, 7, 70].map(&fresh);
        assert_eq!(said, [0, 5, 60].map(|seconds| Fresh::Live { seconds }));
        assert_eq!(fresh(90), Fresh::Stale { missed: 3, seconds: 60 });
        assert_eq!(
            [fresh(70).tide(), fresh(90).tide(), fresh(300).tide()],
            ["full", "two-thirds", "third"]
        );
    }

    #[test]
    fn offline_is_said_before_anything_about_samples() {
        assert_eq!(
            Fresh::of(
                &view(Freshness::Offline { since: None }),
                &[],
                &samples(0),
                Some(Timestamp(99_000))
            ),
            Fresh::Offline { seconds: Some(60) }
        );
    }

    #[test]
    fn an_age_changes_when_another_one_is_said() {
        let offline = view(Freshness::Offline { since: None });
        let of = |samples: &SeriesList, seconds: u64| {
            let now = Timestamp(10_000 + seconds * 1_000);
            Fresh::of(&offline, &["host.cpu".to_owned()], samples, Some(now))
        };
        let seconds = [3, 7, 59, 61, 119, 130].map(|at| of(&samples(10_000), at));
        let said = [3, 5, 55, 60, 60, 120].map(|seconds| Fresh::Offline { seconds: Some(seconds) });
        assert_eq!(seconds, said);
        assert_eq!(of(&SeriesList(Vec::new()), 60), Fresh::Offline { seconds: None });
    }

    #[test]
    fn the_first_paint_knows_no_clock_and_calls_nothing_old() {
        assert_eq!(
            Fresh::of(&view(Freshness::Live), &[], &samples(0), None),
            Fresh::Live { seconds: 0 }
        );
    }

    #[test]
    fn by_requests_a_card_is_as_old_as_its_last_read() {
        let as_of = Some(Timestamp(10_000));
        let fresh = |seconds: u64| {
            let now = Some(Timestamp(10_000 + seconds * 1_000));
            Fresh::of(
                &view(Freshness::ByRequests { as_of }),
                &[],
                &SeriesList(Vec::new()),
                now,
            )
        };
        assert_eq!(fresh(2).word(), Some((Word::ByRequests, String::new())));
        assert_eq!(fresh(12).word(), Some((Word::ByRequests, "10\u{a0}s old".to_owned())));
        assert_eq!([fresh(12).tide(), fresh(60).tide()], ["two-thirds", "third"]);
    }

    #[test]
    fn requests_bring_no_live_values_however_fresh_their_board_is() {
        let now = Some(Timestamp(40_000));
        let fresh = |samples: &SeriesList| {
            Fresh::of(
                &view(Freshness::ByRequests { as_of: now }),
                &["host.cpu".to_owned()],
                samples,
                now,
            )
        };
        assert_eq!(fresh(&samples(10_000)), Fresh::NoSamples { seconds: Some(30) });
        assert_eq!(
            fresh(&SeriesList(Vec::new())).word(),
            Some((Word::NoSamples, String::new()))
        );
    }
}
