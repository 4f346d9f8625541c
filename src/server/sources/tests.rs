//! Rings, ticks, the list of what is new, and formulas that are watched.

use std::collections::BTreeMap;

use super::{derived, tick::matching, *};
use crate::{
    board::is_like_formula,
    config::{
        FORMULA_INPUTS_ALL_LEN_MAX, FORMULAS_LEN_MAX, FRAME_BYTES_MAX, NEW_SERIES, SAMPLE_HISTORY_LEN_MAX,
        SAMPLE_INTERVAL_UNKNOWN_MS, SERIES_LEN_MAX, SERIES_SILENT_MS, TICK_PACKETS_LEN_MAX,
    },
    protocol::{SampleSeries, ServerFrame, decode},
    server::series::Bucket,
};

const NOW: Timestamp = Timestamp(1_760_000_000_000);

fn names(names: &[&str]) -> Arc<[String]> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn post(sources: &Sources, name: &str, at: u64, value: f64) -> Result<(), LineError> {
    let (name, value) = (name.to_owned(), Some(value));
    let mut intake = sources.intake(Timestamp(NOW.0 + at));
    let taken = intake.take(Sample { name, at: None, value });
    intake.end();
    taken
}

/// Names and newest values in frames, each with how often its series send.
fn told(packets: Vec<Bytes>) -> Vec<(u64, Vec<(String, Value)>)> {
    let frames = packets.into_iter().map(|packet| {
        let start = packet
            .windows(2)
            .position(|two| two == b"{\"")
            .expect("behind its head");
        let text = std::str::from_utf8(&packet[start..]).expect("JSON");
        match decode(text).expect("a frame") {
            ServerFrame::Samples(frame) => frame,
            other => panic!("{other:?}"),
        }
    });
    let newest = |series: SampleSeries| Some((series.name, series.points.last()?.1.clone()));
    frames
        .map(|frame| (frame.interval_ms, frame.series.into_iter().filter_map(newest).collect()))
        .collect()
}

#[test]
fn a_star_watches_every_series_that_begins_so() {
    let series = ["host.cpu", "host.cpu.0", "host.load.1", "host.load.15"].map(|name| (name.to_owned(), ()));
    let series = BTreeMap::from(series);
    let found = matching(&series, &names(&["host.cpu.*", "host.load.1"]));
    assert_eq!(found.into_keys().collect::<Vec<_>>(), ["host.cpu.0", "host.load.1"]);
}

#[test]
fn the_past_is_kept_for_some_minutes_and_crosses_in_frames_that_fit() {
    let sources = Sources::new();
    for second in 0..SAMPLE_HISTORY_LEN_MAX as u64 + 10 {
        let cores = (0..40).map(|core| (format!("host.cpu.{core}"), json!(12.5)));
        sources.record(Timestamp(1_700_000_000_000 + second * 1_000), cores);
    }
    let watched = names(&["host.cpu.*"]);
    let (mut frames, mut after) = (0, None);
    loop {
        let (packet, last) = sources.past(Timestamp(1_700_000_400_000), &watched, after.as_deref());
        assert!(packet.len() <= FRAME_BYTES_MAX);
        frames += 1;
        if last.is_none() {
            break;
        }
        assert!(after < last, "each begins where the one before it ended");
        after = last;
    }
    assert!(frames > 1);
    let state = sources.0.read();
    let rings = &state.rings;
    assert!(rings.len() == 40 && rings.values().all(|ring| ring.points.len() == SAMPLE_HISTORY_LEN_MAX));
}

#[test]
fn series_are_bounded() {
    let sources = Sources::new();
    let many = (0..SERIES_LEN_MAX).map(|number| (format!("s{number}"), json!(1)));
    sources.record(NOW, many);
    assert_eq!(post(&sources, "one too many", 0, 1.0), Err(LineError::NoRoom));
    assert_eq!(sources.0.read().rings.len(), SERIES_LEN_MAX);
}

#[test]
fn a_tick_is_encoded_once_for_all_who_watch_the_same() {
    let sources = Sources::new();
    sources.record(Timestamp(5), [("a".to_owned(), json!(1)), ("b".to_owned(), json!(2))]);
    let tick = sources.watch(&names(&["a"]), true).ticks.borrow().clone();
    let packets = || sources.since(&tick, 0, &names(&["a"]));
    let ([first], [second]) = (&packets()[..], &packets()[..]) else {
        panic!("one frame")
    };
    assert_eq!(first.as_ptr(), second.as_ptr());
    assert_eq!(sources.since(&tick, 0, &names(&["c"])), Vec::<Bytes>::new());
}

#[test]
fn lists_that_nobody_else_watches_are_served_and_not_kept() {
    let sources = Sources::new();
    sources.record(Timestamp(5), [("a".to_owned(), json!(1))]);
    let tick = sources.watch(&names(&["a"]), true).ticks.borrow().clone();
    for number in 0..2 * TICK_PACKETS_LEN_MAX {
        assert_eq!(tick.packets(&names(&["a", &number.to_string()])).len(), 1);
    }
    assert_eq!(tick.kept(), TICK_PACKETS_LEN_MAX);
}

#[test]
fn who_missed_ticks_is_told_the_newest_of_each_series_and_of_none_twice() {
    let sources = Sources::new();
    let all = names(&["fuel", "oil", "rest"]);
    let watch = sources.watch(&all, true);
    for at in 0..4 {
        post(&sources, "fuel", at * 1_000, at as f64).expect("it is newer");
    }
    post(&sources, "oil", 5_000, 7.0).expect("it is new");
    let tick = watch.ticks.borrow().clone();
    let said: BTreeMap<u64, _> = told(sources.since(&tick, 1, &all)).into_iter().collect();
    assert_eq!(said[&1_000], [("fuel".to_owned(), json!(3.0))]);
    assert_eq!(said[&SAMPLE_INTERVAL_UNKNOWN_MS], [("oil".to_owned(), json!(7.0))]);
    let told = told(sources.since(&tick, tick.number - 1, &all));
    assert_eq!(
        told,
        [(SAMPLE_INTERVAL_UNKNOWN_MS, vec![("oil".to_owned(), json!(7.0))])]
    );
}

#[test]
fn what_is_posted_and_shown_nowhere_is_listed_until_somebody_shows_it() {
    let sources = Sources::new();
    let listed = || {
        let state = sources.0.read();
        let list = state.rings.get(NEW_SERIES)?.points.back()?.1.clone();
        serde_json::from_value::<Vec<String>>(list).ok()
    };
    sources.watch(&names(&["tank.*", "*"]), true);
    post(&sources, "tank.1", 0, 1.0).expect("it is new");
    assert_eq!(listed(), None, "shown before it was there");
    for name in ["fuel", "oil"] {
        post(&sources, name, 0, 1.0).expect("it is new");
    }
    assert_eq!(
        listed(),
        Some(vec!["oil".to_owned(), "fuel".to_owned()]),
        "the newest first"
    );
    sources.watch(&names(&["fuel"]), true);
    assert_eq!(listed(), Some(vec!["oil".to_owned()]));
    sources.record(NOW, [("door".to_owned(), json!(1))]);
    assert_eq!(listed(), Some(vec!["oil".to_owned()]), "an app's own is no news to it");
}

#[test]
fn an_older_value_is_not_the_newest_and_one_of_the_same_moment_takes_its_place() {
    let sources = Sources::new();
    post(&sources, "fuel", 1_000, 1.0).expect("it is new");
    post(&sources, "fuel", 999, 2.0).expect("it is kept, and not shown as the newest");
    post(&sources, "fuel", 1_000, 3.0).expect("of the same moment");
    let points = sources.0.read().rings["fuel"].points.clone();
    assert_eq!(points, [(Timestamp(NOW.0 + 1_000), json!(3.0))]);
}

#[test]
fn a_series_that_has_long_been_silent_makes_room_for_another() {
    let sources = Sources::new();
    post(&sources, "silent", 0, 1.0).expect("it is new");
    let many = (1..SERIES_LEN_MAX).map(|number| (format!("s{number}"), json!(1)));
    sources.record(Timestamp(NOW.0 + SERIES_SILENT_MS), many);
    post(&sources, "another", SERIES_SILENT_MS, 2.0).expect("there is room");
    let state = sources.0.read();
    assert!(state.rings.contains_key("another") && !state.rings.contains_key("silent"));
}

/// The ring of a formula, by its name.
fn derived(sources: &Sources, name: &str) -> Option<Vec<f64>> {
    let state = sources.0.read();
    let points = state.derived.outputs().get(name)?.ring.points.iter();
    Some(points.filter_map(|(_, value)| value.as_f64()).collect())
}

#[test]
fn a_formula_is_worked_out_once_for_all_who_watch_and_not_after_them() {
    let sources = Sources::new();
    for second in 0..3 {
        post(&sources, "fuel", second * 1_000, second as f64 * 2.0).expect("it is newer");
    }
    let one = sources.watch(&names(&["rate 1m of fuel", "oil"]), true);
    let other = sources.watch(&names(&["rate 1m of fuel*"]), true);
    assert_eq!(
        derived(&sources, "rate 1m of fuel"),
        Some(vec![2.0, 2.0]),
        "of what was there"
    );
    post(&sources, "fuel", 3_000, 12.0).expect("it is newer");
    assert_eq!(derived(&sources, "rate 1m of fuel"), Some(vec![2.0, 2.0, 4.0]));
    let tick = one.ticks.borrow().clone();
    let said = |watched: &[&str]| told(sources.since(&tick, tick.number - 1, &names(watched)));
    assert_eq!(
        said(&["rate 1m of fuel"]),
        [(1_000, vec![("rate 1m of fuel".to_owned(), json!(4.0))])]
    );
    assert_eq!(said(&["rate 1m of fuel"]), said(&["rate 1m of fuel*"]));
    assert_eq!(
        said(&["r*"]),
        [],
        "who watches all that begins with a letter does not watch formulas"
    );
    drop(one);
    assert!(derived(&sources, "rate 1m of fuel").is_some(), "one is still there");
    drop(other);
    assert_eq!(derived(&sources, "rate 1m of fuel"), None);
    assert_eq!(
        format!("{:?}", sources.0.read().derived),
        format!("{:?}", derived::Derived::default())
    );
}

#[test]
fn what_a_formula_is_of_is_shown_by_it_and_its_series_are_those_there_are() {
    let sources = Sources::new();
    let _watch = sources.watch(&names(&["sum(tank*)", "max 1m of tank*", "top 2(tank*)"]), true);
    for (number, name) in ["tank.1", "tank.2", "tank.3"].into_iter().enumerate() {
        post(&sources, name, number as u64, number as f64 + 1.0).expect("there is room");
    }
    post(&sources, "other", 3, 8.0).expect("there is room");
    let state = sources.0.read();
    let list = &state.rings[NEW_SERIES].points[0].1;
    assert_eq!(list, &json!(["other"]), "the others are shown");
    let newest = |name: &str| state.derived.outputs()[name].ring.newest().expect("a value").value;
    assert_eq!(newest("sum(tank*)"), json!(6.0));
    assert_eq!(newest("max 1m of tank.2"), json!(2.0));
    assert_eq!(newest("top 2(tank*)"), json!([["tank.3", 3.0], ["tank.2", 2.0]]));
}

#[test]
fn formulas_are_bounded() {
    let sources = Sources::new();
    post(&sources, "a", 0, 1.0).expect("it is new");
    let many: Vec<String> = (0..=FORMULAS_LEN_MAX).map(|number| format!("a / b{number}")).collect();
    let watch = sources.watch(&many.into(), true);
    assert_eq!(sources.0.read().derived.outputs().len(), FORMULAS_LEN_MAX);
    drop(watch);
    for number in 0..SERIES_LEN_MAX - 2 {
        post(&sources, &format!("s{number}"), 0, 1.0).expect("there is room");
    }
    let each: Vec<String> = (0..40).map(|number| format!("p{number} 1m of s*")).collect();
    let _watch = sources.watch(&each.into(), true);
    assert_eq!(sources.0.read().derived.outputs().len(), FORMULA_INPUTS_ALL_LEN_MAX);
}

#[test]
fn what_is_bad_or_no_formula_is_a_name_that_nobody_sends() {
    let sources = Sources::new();
    let _watch = sources.watch(&names(&["rate 7m of fuel", "fuel / ", "number of cars"]), true);
    assert!(sources.0.read().derived.outputs().is_empty());
    sources.record(NOW, [("a / b".to_owned(), json!(1))]);
    assert!(
        sources.0.read().rings.is_empty(),
        "a formula is no name for what is measured"
    );
}

#[test]
fn what_was_a_day_ago_is_read_ahead_and_on_before_it_is_used_up() {
    const DAY_MS: u64 = 86_400_000;
    let sources = Sources::new();
    post(&sources, "fuel", 0, 1.0).expect("it is new");
    let name = "yesterday of fuel";
    let _watch = sources.watch(&names(&[name]), true);
    // A minute's value is the minute's number.
    let read = |wanted: &Wanted| Stretch {
        step_ms: 60_000,
        buckets: (wanted.from.0.div_ceil(60_000)..wanted.to.0.div_ceil(60_000))
            .map(|minute| (Timestamp(minute * 60_000), Bucket::of(minute as f64)))
            .collect(),
    };
    let fill = || {
        let wishes = sources.0.write().wishes();
        for wish in &wishes {
            let stretches = wish.inputs.iter().map(|(_, wanted)| read(wanted)).collect();
            sources.0.write().fill(wish, stretches);
        }
        wishes.len()
    };
    assert_eq!([fill(), fill()], [1, 0]);
    for minute in 1..600 {
        post(&sources, "fuel", minute * 60_000, 1.0).expect("it is newer");
        let newest = derived(&sources, name).and_then(|values| values.last().copied());
        let then = (NOW.0 - DAY_MS) / 60_000 + minute;
        assert_eq!(newest, Some(then as f64), "after {minute} minutes");
        if minute % 15 == 0 {
            fill();
        }
    }
}

#[test]
fn a_formula_waits_for_its_series_and_is_without_those_that_made_room() {
    let sources = Sources::new();
    let formulas = ["max 1m of silent", "max 1m of si*", "sum(si*)"];
    let watch = sources.watch(&names(&formulas), true);
    post(&sources, "silent", 0, 1.0).expect("it is new");
    let many = (1..SERIES_LEN_MAX).map(|number| (format!("many{number}"), json!(1)));
    sources.record(Timestamp(NOW.0 + SERIES_SILENT_MS), many);
    post(&sources, "since", SERIES_SILENT_MS, 2.0).expect("there is room");
    assert_eq!(derived(&sources, "sum(si*)"), Some(vec![1.0, 2.0]));
    let of = |name: &str| sources.0.read().derived.outputs().contains_key(name);
    assert!(
        of("max 1m of since") && of("max 1m of silent"),
        "one is watched by its name"
    );
    post(&sources, "silent", 2 * SERIES_SILENT_MS, 3.0).expect("the others are silent by now");
    assert_eq!(
        derived(&sources, "max 1m of silent").and_then(|values| values.last().copied()),
        Some(3.0)
    );
    drop(watch);
    let state = sources.0.read();
    assert_eq!(
        format!("{:?}", state.derived),
        format!("{:?}", derived::Derived::default())
    );
}

#[test]
fn what_begins_as_a_formula_is_read_as_one_wherever_a_name_may_stand() {
    for text in [
        "rate 1m of fuel",
        "rate 1m fuel",
        "p95 5m latency",
        "sum(fuel",
        "fuel / ",
        "yesterday of fuel",
    ] {
        assert!(derived::formula(text).is_some(), "{text}");
        assert!(is_like_formula(&["fuel, ", text].concat()), "{text} in a list");
    }
    for name in ["tank 3", "p 3", "maximum 5m", "rate limit", "pump 2"] {
        assert_eq!(derived::formula(name), None, "{name}");
    }
}
