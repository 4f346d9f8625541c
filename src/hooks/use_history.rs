//! What series have sent for longer than their last minutes.

use std::sync::Arc;

use dioxus::prelude::*;

use super::{
    boxed::{use_effect, use_memo, use_signal},
    use_now,
    use_platform::current_platform,
    use_samples::SeriesList,
};
use crate::{
    config::{SAMPLES_PATH, STRETCH_AGAIN_MS, STRETCH_RETRY_MS, STRETCH_SHOWN_LEN, TABLE_PATH},
    platform::FETCH,
    protocol::{self, SamplesFrame, Value},
    state::{CONNECTION, ConnectionStatus, SAMPLES, Series},
};

/// What live series have sent in the last `span_ms` milliseconds, as the server keeps it: a point for each of some hundred equal
/// stretches, the mean of what came in it. Asked for again as often as a further one is there; empty where `span_ms` is 0, until the answer is
/// there, and in a program that came from no server. The last minutes are [`use_samples`](super::use_samples)'s.
///
/// ```
/// use dioxus::prelude::*;
/// use tideboard::hooks::use_history;
///
/// #[component]
/// fn Yesterday() -> Element {
///     let names = use_signal(|| vec!["host.cpu".to_owned()]);
///     let day_ms = use_signal(|| 86_400_000);
///     let cpu = use_history(names.into(), day_ms.into());
///     let points = cpu.read().0.first().map_or(0, |(_, series)| series.points.len());
///     rsx! { "{points} points" }
/// }
/// ```
#[must_use]
pub fn use_history(names: ReadSignal<Vec<String>>, span_ms: ReadSignal<u64>) -> ReadSignal<SeriesList> {
    let (newest, missing) = (use_signal(|| None), use_signal(|| false));
    let kept = use_stretch(names, span_ms, newest, missing);
    let means = use_memo(move || {
        let list = kept.read();
        let means = list.0.iter().map(|(name, series)| {
            let points = series.points.iter();
            // The mean is the first of what is kept of a stretch.
            let points = points.filter_map(|(at, kept)| Some((*at, kept.get(0)?.clone())));
            let series = Series {
                points: points.collect(),
                interval_ms: series.interval_ms,
                ..Series::default()
            };
            (name.clone(), Arc::new(series))
        });
        SeriesList(means.collect())
    });
    means.into()
}

/// The same, with all that is kept of each stretch as a list: its mean, least, greatest, last and count. Up to `end`, an instant in milliseconds, or to
/// the newest. Whether it could not be had is noted in `missing`.
pub(crate) fn use_stretch(
    names: ReadSignal<Vec<String>>,
    span_ms: ReadSignal<u64>,
    end: Signal<Option<f64>>,
    mut missing: Signal<bool>,
) -> ReadSignal<SeriesList> {
    let mut kept = use_signal(SeriesList::default);
    let mut asked = use_hook(|| CopyValue::new((0_u64, Vec::<String>::new())));
    let now = use_now();
    let is_reached = use_memo(move || {
        matches!(
            *CONNECTION.read(),
            ConnectionStatus::Live | ConnectionStatus::ByRequests
        )
    });
    // Which stretch is the newest: there is a new one each time this is another number.
    let newest = use_memo(move || match (span_ms(), now()) {
        (0, _) | (_, None) => 0,
        _ if end().is_some() => 1,
        (span_ms, Some(now)) => now.unix_ms / (span_ms / STRETCH_SHOWN_LEN).max(STRETCH_AGAIN_MS),
    });
    use_effect(move || {
        let (span_ms, names, end) = (span_ms(), names(), end());
        let (number, before) = asked.cloned();
        let number = number + 1;
        // What was kept of others is not these.
        if (span_ms == 0 || before != names) && !kept.peek().0.is_empty() {
            kept.set(SeriesList::default());
        }
        asked.set((number, names.clone()));
        if *missing.peek() {
            missing.set(false);
        }
        let (Some(fetch), 1.., true) = (FETCH, newest(), is_reached()) else {
            return;
        };
        if names.is_empty() {
            return;
        }
        let mut path = format!(
            "{SAMPLES_PATH}?span={span_ms}&points={STRETCH_SHOWN_LEN}&series={}",
            escaped(&names.join(","))
        );
        if let Some(end) = end {
            path += "&to=";
            path += &(end as u64 + 1).to_string();
        }
        let platform = current_platform();
        spawn(async move {
            let mut waits = STRETCH_RETRY_MS.into_iter();
            // What was asked for before something else was is not shown over that; and without an answer there is what there was.
            while asked.peek().0 == number {
                let answer = fetch(path.clone(), None).await.ok();
                let frame = answer.and_then(|text| protocol::read::<SamplesFrame>(&text).ok());
                if asked.peek().0 != number {
                    return;
                }
                let Some(frame) = frame else {
                    let Some(wait_ms) = waits.next() else {
                        return missing.set(true);
                    };
                    let clock = platform.clock();
                    clock.sleep_until(clock.now().plus(wait_ms)).await;
                    continue;
                };
                return kept.set(list_of(frame));
            }
        });
    });
    kept.into()
}

fn list_of(frame: SamplesFrame) -> SeriesList {
    let SamplesFrame {
        interval_ms, series, ..
    } = frame;
    let series = series.into_iter().map(|series| {
        let kept = Series {
            points: series.points.into_iter().collect(),
            interval_ms,
            ..Series::default()
        };
        (series.name, Arc::new(kept))
    });
    SeriesList(series.collect())
}

/// Where what these series have sent is taken away as a table: the last hour, or as long as one of
/// [`kinds::SPANS`](crate::board::kinds::SPANS). Those that send rows, or nothing, are left out, since the server would refuse all for one; `None`
/// where there is no other.
pub(crate) fn table_path(names: &[String], span: &str) -> Option<String> {
    let samples = SAMPLES.peek();
    let mut path = TABLE_PATH.to_owned();
    for name in names {
        let prefix = name.trim_end_matches('*');
        let found = samples.range(prefix.to_owned()..).next();
        let is_there = found.is_some_and(|(found, series)| {
            (found == name || name.ends_with('*') && found.starts_with(prefix))
                && series.latest().is_some_and(Value::is_number)
        });
        if is_there {
            path += if path.len() == TABLE_PATH.len() {
                "?name="
            } else {
                "&name="
            };
            path += &escaped(name);
        }
    }
    if !span.is_empty() {
        path += "&from=-";
        // `5 min` is written `5m` there.
        path.extend(span.chars().filter(|letter| !" in".contains(*letter)));
    }
    path.contains('?').then_some(path)
}

/// As a part of an address.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' => escaped.push(char::from(byte)),
            _ => {
                let digit = |four: u8| char::from(b"0123456789ABCDEF"[usize::from(four)]);
                escaped.extend(['%', digit(byte >> 4), digit(byte & 15)]);
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::time::Timestamp;

    #[test]
    fn what_is_taken_away_is_what_sends_numbers_for_as_long_as_is_shown() {
        let page = VirtualDom::new(VNode::empty);
        let path = |names: &[&str], span: &str| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            table_path(&names, span)
        };
        page.in_scope(ScopeId::ROOT, || {
            for (name, value) in [
                ("fuel", json!(3)),
                ("tank.bow", json!(1.5)),
                ("top 1(a)", json!([["a", 1]])),
            ] {
                let points = [(Timestamp(1), value)].into();
                let series = Series {
                    points,
                    ..Series::default()
                };
                SAMPLES.write().insert(name.to_owned(), Arc::new(series));
            }
            let all = path(&["fuel", "nobody", "tank.*", "top 1(a)", "f*"], "5 min");
            let wanted = "/api/v1/series.csv?name=fuel&name=tank.%2A&name=f%2A&from=-5m";
            assert_eq!(all.as_deref(), Some(wanted));
            let spans = ["", "1 h", "30 d"].map(|span| path(&["fuel"], span).unwrap_or_default());
            let ends = ["?name=fuel", "?name=fuel&from=-1h", "?name=fuel&from=-30d"];
            assert_eq!(spans, ends.map(|end| [TABLE_PATH, end].concat()));
            assert_eq!(path(&["top 1(a)", "fue", "tank", "z*"], "1 h"), None);
            assert_eq!(path(&[], ""), None);
        });
    }

    #[test]
    fn a_name_with_labels_is_one_part_of_an_address() {
        assert_eq!(
            escaped("up{a=\"ü\"},host.cpu.*"),
            "up%7Ba%3D%22%C3%BC%22%7D%2Chost.cpu.%2A"
        );
    }
}
