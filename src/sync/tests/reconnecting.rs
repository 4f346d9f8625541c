//! How soon a page comes back to a server that was away, and how a crowd of them does.

use super::*;
use crate::config::{HASTEN_SPACING_MS, RETRY_WINDOW_SEEN_MS_MAX};

/// The server is away from `now` on: every dial fails at once, until so many milliseconds have passed. Returns the moments of
/// the dials.
fn server_is_away_for(bench: &mut Bench, ms: u64) -> Vec<u64> {
    let (end, mut dials) = (bench.now + ms, Vec::new());
    bench.give(Input::Closed { dial: bench.dial });
    while let Some(at) = bench.engine.next_wakeup().filter(|at| at.0 < end) {
        let before = bench.dial;
        bench.now = bench.now.max(at.0);
        bench.give(Input::TimerExpired);
        if bench.dial != before {
            dials.push(bench.now);
            bench.give(Input::Closed { dial: bench.dial });
        }
    }
    bench.now = end;
    dials
}

/// Until the next dial, in milliseconds.
fn wait_ms(bench: &Bench) -> u64 {
    let Connection::Waiting { retry_at, .. } = bench.engine.status().connection else {
        panic!("it waits for its next dial");
    };
    retry_at.since(Timestamp(bench.now))
}

fn page(seed: u64, window_ms: u64) -> Bench {
    let mut bench = Bench::live();
    (bench.engine.dice, bench.engine.window_ms) = (Dice(seed), window_ms);
    bench
}

/// A person puts one more widget on a board.
fn edit(bench: &mut Bench) {
    let name = format!("w{}", bench.now);
    bench.create("deck", &name);
}

#[test]
fn who_looks_at_the_page_waits_a_few_seconds_for_a_server_that_is_back_and_who_does_not_may_wait_a_minute() {
    let longest = |is_seen| {
        let away = |seed| {
            let mut bench = page(seed, 500);
            bench.give(Input::Visible(is_seen));
            server_is_away_for(&mut bench, 45_000);
            wait_ms(&bench)
        };
        (0..200).map(away).max().expect("some")
    };
    assert!(longest(true) <= RETRY_WINDOW_SEEN_MS_MAX);
    assert!(longest(false) > 4 * RETRY_WINDOW_SEEN_MS_MAX);
}

#[test]
fn an_edit_and_a_glance_bring_the_next_dial_forward() {
    let signs: [fn(&mut Bench); 3] = [
        edit,
        |bench| bench.give(Input::Visible(true)),
        |bench| bench.give(Input::Woke),
    ];
    for sign in signs {
        for seed in 0..50 {
            let mut bench = page(seed, 500);
            server_is_away_for(&mut bench, 45_000);
            sign(&mut bench);
            assert!(wait_ms(&bench) <= 500, "{} ms", wait_ms(&bench));
        }
    }
}

#[test]
fn however_much_is_edited_dials_are_brought_forward_every_few_seconds_only() {
    let mut bench = page(1, 500);
    server_is_away_for(&mut bench, 45_000);
    let (start, first) = (bench.now, bench.dial);
    while bench.now < start + 30_000 {
        edit(&mut bench);
        bench.wait(50);
        bench.give(Input::Closed { dial: bench.dial });
    }
    let (forward, by_itself) = (30_000 / HASTEN_SPACING_MS + 1, 30_000 / (RETRY_WINDOW_SEEN_MS_MAX / 4));
    let dials = bench.dial - first;
    assert!(
        (forward / 2..=forward + by_itself).contains(&dials),
        "{dials} dials in half a minute"
    );
}

#[test]
fn a_large_crowd_that_looks_keeps_the_distance_its_server_asked_for() {
    // In the worst second, once the first tries are over: those are spread as the server asked for.
    let most = |window_ms, pages: u64| {
        let mut seconds = [0; 120];
        for seed in 0..pages {
            for at in server_is_away_for(&mut page(seed, window_ms), 119_000) {
                seconds[usize::try_from(at / 1_000).expect("small")] += 1;
            }
        }
        seconds[21..].iter().max().copied().expect("some")
    };
    // The window of five hundred sockets; and that of ten thousand, a tenth of which are played.
    assert!(most(500, 500) < 250, "{}", most(500, 500));
    assert!(most(10_000, 1_000) < 100, "{}", most(10_000, 1_000));
}

#[test]
fn a_page_whose_server_was_overtaken_leaves_it_and_one_that_is_only_behind_stays() {
    // What another tab has stored, as the server of that run wrote its end.
    let stays = |run: u128, revision: u64| {
        let mut bench = Bench::live();
        bench.create("deck", "board");
        bench.answer_subscriptions();
        let epoch = encode(&Epoch(run));
        let cursor = format!(r#"{{"epoch":{epoch},"revision":{revision}}}"#);
        let meta = format!(r#"{{"cursor":{cursor},"history":[[1,{epoch}]],"generation":0,"version":1}}"#);
        bench.disk.insert("meta/deck".to_owned(), meta);
        bench.give(Input::SiblingWrote);
        matches!(bench.engine.status().connection, Connection::Live { .. })
    };
    assert!(stays(1, 1), "by the server it is connected to");
    assert!(stays(0, 0), "by nobody yet");
    assert!(!stays(2, 1), "by one that this server does not know of");
}

/// The connection ends, and a server of that data model answers the next dial.
fn reconnect(bench: &mut Bench, schema: u32) {
    bench.give(Input::Closed { dial: bench.dial });
    bench.give(Input::Command(Command::Connect));
    bench.be_greeted_by(schema);
    bench.answer_subscriptions();
}

#[test]
fn what_a_server_can_t_read_waits_for_one_that_can_and_goes_to_that_at_once() {
    let mut bench = Bench::live();
    reconnect(&mut bench, SCHEMA - 1);
    bench.create("deck", "board");
    bench.answer_subscriptions();
    bench.wait(1_000);
    assert_eq!(bench.pushed(), [], "to one that is older");
    reconnect(&mut bench, SCHEMA);
    assert_eq!(bench.engine.outbox.iter().filter(|pending| pending.sent).count(), 1);
}

#[test]
fn what_one_process_of_the_server_put_off_goes_to_the_next_at_once_and_to_the_same_one_when_it_may() {
    let goes_at_once = |run| {
        let mut bench = Bench::live();
        bench.create("deck", "board");
        bench.answer_subscriptions();
        let ids = bench.pushed();
        bench.put_off(&ids, 10_000);
        bench.run = RunId(run);
        reconnect(&mut bench, SCHEMA);
        bench.engine.outbox.iter().any(|pending| pending.sent)
    };
    assert!(goes_at_once(2));
    assert!(!goes_at_once(1));
}
