//! What a device does at its limits, and when it gives up waiting.

use std::sync::Arc;

use super::*;
use crate::{
    config::{
        DEAD_AFTER_MS, DIAL_MS_MAX, EVENT_QUEUE_LEN_MAX, OUTBOX_LEN_MAX, PING_AFTER_MS, RETRY_WINDOW_MS,
        RETRY_WINDOW_MS_MAX, RETRY_WINDOW_SEEN_MS_MAX, RETRY_WINDOWS_SEEN_MAX, SERIES_NAME_BYTES_MAX,
    },
    protocol::Operation,
};

fn waits(bench: &Bench) -> bool {
    matches!(bench.engine.status().connection, Connection::Waiting { .. })
}

#[test]
fn a_full_outbox_refuses_the_next_edit_with_what_to_do_and_loses_none() {
    let mut bench = Bench::live();
    bench.create("deck", "board");
    let one = Arc::clone(&bench.engine.outbox.iter().next().expect("it waits").operation);
    for sequence in 2..=OUTBOX_LEN_MAX as u64 {
        let mut operation = Operation::clone(&one);
        operation.id.sequence = sequence;
        bench.engine.outbox.insert(outbox::Pending::new(operation));
    }
    let create = Command::Create {
        board: "deck".parse().expect("a name"),
        widget: "more".parse().expect("a name"),
        kind: "note".parse().expect("a name"),
        fields: SortedMap::new(),
    };
    let now = Timestamp(bench.now);
    let refused: Vec<CommandError> = bench
        .engine
        .handle(now, Input::Command(create))
        .filter_map(|effect| match effect {
            Effect::Notice(Notice::Refused { error, .. }) => Some(error),
            _ => None,
        })
        .collect();
    assert_eq!(refused, [CommandError::OutboxFull { len: OUTBOX_LEN_MAX }]);
    let said = refused[0].to_string();
    assert!(said.contains("Nothing was lost; connect, or discard"), "{said}");
    assert_eq!(bench.engine.outbox.len(), OUTBOX_LEN_MAX);
}

#[test]
fn of_the_events_that_wait_for_a_connection_the_oldest_go_first() {
    let mut bench = Bench::cold();
    for number in 0..EVENT_QUEUE_LEN_MAX + 6 {
        bench.give(Input::Command(Command::Emit {
            board: "deck".parse().expect("a name"),
            name: format!("horn-{number}"),
            payload: crate::protocol::Value::Null,
        }));
    }
    bench.welcome();
    let events = bench.heard.iter().filter_map(|frame| match frame {
        ClientFrame::Event { name, .. } => Some(name.clone()),
        _ => None,
    });
    let expected = (6..EVENT_QUEUE_LEN_MAX + 6).map(|number| format!("horn-{number}"));
    assert!(events.eq(expected));
}

#[test]
fn a_dial_and_a_greeting_get_so_much_time_and_no_more() {
    for greets in [false, true] {
        let mut bench = Bench::cold();
        if greets {
            bench.give(Input::Opened { dial: bench.dial });
        }
        bench.wait(DIAL_MS_MAX - 1);
        assert!(!waits(&bench), "greets: {greets}");
        bench.wait(1);
        assert!(waits(&bench), "greets: {greets}");
    }
}

#[test]
fn silence_is_asked_about_and_then_is_the_end() {
    let mut bench = Bench::live();
    let asks = |frame: &ClientFrame| matches!(frame, ClientFrame::Ping { .. });
    bench.heard.clear();
    bench.wait(PING_AFTER_MS - 1);
    assert!(!bench.heard.iter().any(asks));
    bench.wait(1);
    assert!(bench.heard.iter().any(asks));
    bench.wait(DEAD_AFTER_MS - PING_AFTER_MS - 1);
    assert!(!waits(&bench));
    bench.wait(1);
    assert!(waits(&bench));
}

#[test]
fn a_retry_comes_within_the_window_whatever_a_server_asks_for_and_however_often_it_failed() {
    let latest_of = |is_seen, window, attempt| {
        let delay = |random| connection::retry_delay_ms(window, attempt, is_seen, random);
        (0..=2 * RETRY_WINDOW_MS_MAX).map(delay).max().expect("some")
    };
    let latest = |window, attempt| latest_of(false, window, attempt);
    assert_eq!(latest(0, 1), RETRY_WINDOW_MS);
    assert_eq!(latest(0, 2), 2 * RETRY_WINDOW_MS);
    assert_eq!(latest(0, u32::MAX), RETRY_WINDOW_MS_MAX);
    assert_eq!(latest(u64::MAX, 0), RETRY_WINDOW_MS_MAX);
    assert_eq!(latest_of(true, 0, u32::MAX), RETRY_WINDOW_SEEN_MS_MAX);
    assert_eq!(latest_of(true, 2_000, u32::MAX), RETRY_WINDOWS_SEEN_MAX * 2_000);
    assert_eq!(latest_of(true, u64::MAX, 0), RETRY_WINDOW_MS_MAX);
}

#[test]
fn a_series_with_labels_is_watched_by_its_long_name_and_what_no_server_takes_is_not() {
    let mut bench = Bench::live();
    bench.heard.clear();
    let [long, longer] = [SERIES_NAME_BYTES_MAX, SERIES_NAME_BYTES_MAX + 1].map(|len| "n".repeat(len));
    let series = vec![long.clone(), longer, String::new()];
    bench.give(Input::Command(Command::WatchSeries { series }));
    let watched = |frame: &ClientFrame| matches!(frame, ClientFrame::Watch { series } if *series == [long.clone()]);
    assert!(bench.heard.iter().any(watched), "{:?}", bench.heard);
}
