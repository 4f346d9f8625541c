//! How often a server is asked for a sign of life by a device that saves, and when a silence is a death there.

use super::*;
use crate::config::{
    DEAD_AFTER_MS, PING_AFTER_MS, PING_AFTER_MS_MAX, PING_AFTER_ON_BATTERY_MS, PING_AFTER_UNSEEN_MS_MAX, SILENCE_MS_MAX,
};

/// Asks seldom: on the battery, and while nobody sees it.
fn saving() -> Bench {
    let mut bench = Bench::live();
    let heartbeat = Heartbeat::after_ms(PING_AFTER_ON_BATTERY_MS, PING_AFTER_UNSEEN_MS_MAX);
    bench.give(Input::Command(Command::Beat(heartbeat)));
    bench.heard.clear();
    // What it said with its greeting is answered.
    bench.hear(&ServerFrame::Pong { clock: Timestamp(0) });
    bench
}

fn pings(bench: &mut Bench) -> usize {
    let asks = |frame: &ClientFrame| matches!(frame, ClientFrame::Ping { .. });
    std::mem::take(&mut bench.heard).into_iter().filter(asks).count()
}

fn is_live(bench: &Bench) -> bool {
    matches!(bench.engine.status().connection, Connection::Live { .. })
}

/// Goes on, by its own timers, until the connection is given up; and says after how long.
fn ms_until_given_up(bench: &mut Bench) -> u64 {
    let began = bench.now;
    while is_live(bench) && bench.now < began + SILENCE_MS_MAX {
        let at = bench.engine.next_wakeup().expect("a live connection has a timer");
        bench.wait(at.0.saturating_sub(bench.now));
    }
    bench.now - began
}

#[test]
fn a_dead_socket_is_noticed_so_much_later_as_it_is_asked_less_often() {
    for (is_seen, ping_after_ms) in [(true, PING_AFTER_ON_BATTERY_MS), (false, PING_AFTER_UNSEEN_MS_MAX)] {
        let mut bench = saving();
        bench.give(Input::Visible(is_seen));
        bench.hear(&ServerFrame::Pong { clock: Timestamp(0) });
        pings(&mut bench);
        bench.wait(ping_after_ms - 1);
        assert_eq!(pings(&mut bench), 0, "seen: {is_seen}");
        bench.now -= ping_after_ms - 1;
        let bound_ms = ping_after_ms + DEAD_AFTER_MS - PING_AFTER_MS;
        assert_eq!(ms_until_given_up(&mut bench), bound_ms, "seen: {is_seen}");
        assert_eq!(pings(&mut bench), 1, "seen: {is_seen}");
    }
}

#[test]
fn what_was_said_is_asked_about_as_soon_as_ever() {
    let mut bench = saving();
    bench.wait(PING_AFTER_ON_BATTERY_MS - 1);
    let series = vec!["depth".to_owned()];
    bench.give(Input::Command(Command::WatchSeries { series }));
    assert_eq!(pings(&mut bench), 0);
    assert_eq!(ms_until_given_up(&mut bench), 1 + DEAD_AFTER_MS - PING_AFTER_MS);
    let mut bench = saving();
    let series = vec!["depth".to_owned()];
    bench.give(Input::Command(Command::WatchSeries { series }));
    assert_eq!(ms_until_given_up(&mut bench), DEAD_AFTER_MS);
}

#[test]
fn after_the_device_woke_a_dead_socket_is_noticed_within_a_second_however_seldom_it_asks() {
    let mut bench = saving();
    bench.give(Input::Visible(false));
    bench.hear(&ServerFrame::Pong { clock: Timestamp(0) });
    bench.wait(30_000);
    assert!(is_live(&bench));
    bench.give(Input::Woke);
    assert!(ms_until_given_up(&mut bench) <= 1_000);
}

#[test]
fn timers_that_come_late_leave_an_answer_its_time() {
    let mut bench = saving();
    bench.wait(PING_AFTER_ON_BATTERY_MS + 40_000);
    assert_eq!(pings(&mut bench), 1);
    bench.wait(1_000);
    bench.hear(&ServerFrame::Pong { clock: Timestamp(0) });
    assert!(is_live(&bench));
}

#[test]
fn a_server_takes_none_for_gone_however_seldom_it_asks() {
    for is_seen in [true, false] {
        let mut bench = Bench::live();
        let heartbeat = Heartbeat::after_ms(u64::MAX, u64::MAX);
        bench.give(Input::Command(Command::Beat(heartbeat)));
        bench.give(Input::Visible(is_seen));
        let mut said_at = bench.now;
        let mut longest_ms = 0;
        for _ in 0..100 {
            pings(&mut bench);
            let at = bench.engine.next_wakeup().expect("a live connection has a timer");
            bench.wait(at.0.saturating_sub(bench.now));
            if pings(&mut bench) > 0 {
                longest_ms = longest_ms.max(bench.now - said_at);
                said_at = bench.now;
                bench.now += 1;
                bench.hear(&ServerFrame::Pong { clock: Timestamp(0) });
            }
        }
        let most_ms = if is_seen {
            PING_AFTER_MS_MAX
        } else {
            PING_AFTER_UNSEEN_MS_MAX
        };
        assert!(
            (most_ms..most_ms + 10).contains(&longest_ms),
            "seen: {is_seen}, {longest_ms} ms"
        );
    }
}

#[test]
fn none_asks_more_often_than_ever_or_more_seldom_than_its_server_bears() {
    assert_eq!(Heartbeat::after_ms(0, 0), Heartbeat::default());
    let seldom = Heartbeat::after_ms(u64::MAX, u64::MAX);
    assert_eq!(seldom, Heartbeat::after_ms(PING_AFTER_MS_MAX, PING_AFTER_UNSEEN_MS_MAX));
}
