//! When it is asked for what, and what an answer means.

use super::*;
use crate::config::RETRY_WINDOW_SEEN_MS_MAX;
use crate::{
    protocol::{ClientId, Epoch, History, Revision, StoreId, Subscribed},
    sync::{
        Birth, Command, Freshness, Input,
        storage::{Durability, Namespace, Records},
    },
};

fn deck() -> BoardId {
    "deck".parse().expect("a name")
}

/// A tab that looks at a board and has failed to have a socket so often.
fn failed(attempt: u32, leading: bool) -> Engine {
    let namespace = Namespace {
        store: StoreId(1),
        principal: "ann".parse().expect("a name"),
    };
    let mut engine = Engine::new(Birth {
        client: ClientId(1),
        seed: 1,
        token: None,
        device: None,
        mark: None,
        namespace: Some(namespace.clone()),
        stores_before: Vec::new(),
        durability: Durability::Durable,
    });
    let loaded = Input::Loaded {
        namespace,
        widgets: true,
        records: Ok(Records::new()),
    };
    for input in [
        loaded,
        Input::Leading(leading),
        Input::Command(Command::Watch { board: deck() }),
    ] {
        drop(engine.handle(Timestamp(0), input));
    }
    engine.connection = Connection::Waiting {
        attempt,
        retry_at: Timestamp(u64::MAX),
    };
    engine
}

/// What is asked for in a turn.
fn asked(engine: &mut Engine, now: u64, input: Input) -> usize {
    let asks = |effect: &Effect| matches!(effect, Effect::Read(_) | Effect::Replay(_));
    engine.handle(Timestamp(now), input).filter(asks).count()
}

/// The answer to what was asked last.
fn document(engine: &Engine, revision: u64) -> Input {
    let mut history = History::default();
    history.note(Revision(1), Epoch(1));
    let at = history.cursor(Revision(revision));
    Input::Document(Ok(Box::new(Document {
        store: StoreId(1),
        run: RunId(1),
        clock: Timestamp(0),
        schema: crate::config::SCHEMA,
        subscribed: Subscribed {
            board: deck(),
            request: engine.subscribes,
            from: engine.board(&deck()).expect("it is watched").cursor,
            at,
            history,
            horizon: Revision::ZERO,
            verdicts: Vec::new(),
        },
        widgets: crate::sorted::SortedMap::new(),
    })))
}

fn freshness(engine: &Engine) -> Freshness {
    engine.board(&deck()).expect("it is watched").freshness
}

#[test]
fn requests_stand_in_for_a_socket_while_the_last_one_was_answered() {
    let mut engine = failed(FALLBACK_AFTER, true);
    drop(engine.handle(Timestamp(1), Input::TimerExpired));
    assert!(!engine.status().by_requests);
    let answer = document(&engine, 1);
    drop(engine.handle(Timestamp(2), answer));
    assert!(engine.status().by_requests);
    drop(engine.handle(Timestamp(FALLBACK_MS + 1), Input::TimerExpired));
    assert!(engine.status().by_requests, "it is asked again");
    drop(engine.handle(
        Timestamp(FALLBACK_MS + 2),
        Input::Document(Err(RequestError::Unreachable)),
    ));
    assert!(!engine.status().by_requests);
}

#[test]
fn an_answer_after_none_has_a_socket_tried_at_once_and_further_ones_do_not() {
    let mut engine = failed(FALLBACK_AFTER, true);
    let dials = |engine: &mut Engine, now, input| {
        let is_dial = |effect: &Effect| matches!(effect, Effect::Dial { .. });
        engine.handle(Timestamp(now), input).filter(is_dial).count()
    };
    assert_eq!(dials(&mut engine, 1, Input::TimerExpired), 0);
    let answer = document(&engine, 1);
    assert_eq!(dials(&mut engine, 2, answer), 1);
    let dial = engine.connection.dial().expect("it is dialled");
    assert_eq!(dials(&mut engine, 3, Input::Closed { dial }), 0);
    let Connection::Waiting { retry_at, .. } = &mut engine.connection else {
        panic!("{:?}", engine.connection);
    };
    *retry_at = Timestamp(u64::MAX);
    drop(engine.handle(Timestamp(FALLBACK_MS + 1), Input::TimerExpired));
    let answer = document(&engine, 1);
    assert_eq!(dials(&mut engine, FALLBACK_MS + 2, answer), 0);
}

#[test]
fn a_socket_that_failed_once_is_not_called_blocked() {
    let mut engine = failed(1, true);
    assert_eq!(asked(&mut engine, 1, Input::TimerExpired), 0);
    let answer = document(&engine, 1);
    drop(engine.handle(Timestamp(2), answer));
    assert!(!engine.status().by_requests);
}

#[test]
fn a_board_is_as_old_as_its_last_read_and_an_unchanged_one_is_not_received_anew() {
    let mut engine = failed(FALLBACK_AFTER, true);
    drop(engine.handle(Timestamp(1), Input::TimerExpired));
    let changed = |effect: Effect| matches!(effect, Effect::Notice(Notice::Changed { .. }));
    let answer = document(&engine, 3);
    assert!(engine.handle(Timestamp(20), answer).any(changed));
    let as_of = |at| Freshness::ByRequests {
        as_of: Some(Timestamp(at)),
    };
    assert_eq!(freshness(&engine), as_of(20));
    drop(engine.handle(Timestamp(FALLBACK_MS + 1), Input::TimerExpired));
    assert_eq!(freshness(&engine), as_of(20), "asking makes nothing fresher");
    let answer = document(&engine, 3);
    assert!(!engine.handle(Timestamp(FALLBACK_MS + 20), answer).any(changed));
    assert_eq!(freshness(&engine), as_of(FALLBACK_MS + 20));
}

#[test]
fn an_unreachable_server_is_asked_ever_later_and_while_somebody_looks_not_much_later() {
    let (mut seen, mut hidden) = (failed(FALLBACK_AFTER, true), failed(FALLBACK_AFTER, true));
    let (waits, _) = waits(&mut seen);
    assert!(waits.iter().all(|wait| *wait <= RETRY_WINDOW_SEEN_MS_MAX), "{waits:?}");
    hidden.visible = false;
    let (waits, now) = self::waits(&mut hidden);
    assert!(waits.iter().all(|wait| *wait >= FALLBACK_MS), "{waits:?}");
    assert!(waits.iter().any(|wait| *wait > 2 * FALLBACK_MS), "{waits:?}");
    let woke = now - waits.last().expect("it was asked") + 1;
    drop(hidden.handle(Timestamp(woke), Input::Woke));
    assert!(hidden.request_wakeup().is_some_and(|next| next.0 <= woke + 500));
}

/// How long a server that never answers is not asked again, a dozen times; and when it is the next time.
fn waits(engine: &mut Engine) -> (Vec<u64>, u64) {
    let mut waits = Vec::new();
    let mut now = 1;
    for _ in 0..12 {
        assert_eq!(asked(engine, now, Input::TimerExpired), 1);
        drop(engine.handle(Timestamp(now), Input::Document(Err(RequestError::Unreachable))));
        let next = engine.request_wakeup().expect("it is tried again").0;
        waits.push(next - now);
        now = next;
    }
    (waits, now)
}

#[test]
fn a_board_that_is_too_large_is_told_once_and_asked_for_again_when_a_person_wants_it() {
    let mut engine = failed(FALLBACK_AFTER, true);
    assert_eq!(asked(&mut engine, 1, Input::TimerExpired), 1);
    let refused = Input::Document(Err(RequestError::TooLarge));
    let told: Vec<Effect> = engine.handle(Timestamp(2), refused).collect();
    assert!(
        matches!(&told[..], [Effect::Notice(Notice::Trouble { message })] if message.contains("too large")),
        "{told:?}"
    );
    assert_eq!(freshness(&engine), Freshness::Offline { since: None });
    assert_eq!(asked(&mut engine, 3 * FALLBACK_MS, Input::TimerExpired), 0);
    assert_eq!(asked(&mut engine, 3 * FALLBACK_MS, Input::Command(Command::SyncNow)), 1);
}

#[test]
fn a_board_that_is_not_there_is_known_not_to_be_and_may_still_come() {
    let mut engine = failed(FALLBACK_AFTER, true);
    assert_eq!(asked(&mut engine, 1, Input::TimerExpired), 1);
    assert!(!engine.board(&deck()).expect("it is watched").is_known);
    let answer = document(&engine, 0);
    drop(engine.handle(Timestamp(2), answer));
    assert!(engine.board(&deck()).expect("it is watched").is_known);
    assert!(engine.status().by_requests, "the server has answered");
    assert_eq!(asked(&mut engine, FALLBACK_MS + 1, Input::TimerExpired), 1);
}

#[test]
fn a_session_that_ended_is_told_as_on_a_socket() {
    let mut engine = failed(FALLBACK_AFTER, true);
    drop(engine.handle(Timestamp(1), Input::TimerExpired));
    drop(engine.handle(Timestamp(2), Input::Document(Err(RequestError::NeedsAuth))));
    assert!(matches!(engine.status().connection, Connection::NeedsAuth { .. }));
}

#[test]
fn a_tab_that_does_not_send_reads_for_itself_while_it_is_seen() {
    let mut engine = failed(FALLBACK_AFTER, false);
    drop(engine.handle(Timestamp(1), Input::Visible(false)));
    assert_eq!(asked(&mut engine, 2, Input::TimerExpired), 0);
    assert_eq!(asked(&mut engine, 3, Input::Visible(true)), 1);
    let answer = document(&engine, 1);
    drop(engine.handle(Timestamp(4), answer));
    assert!(engine.status().by_requests && !engine.status().leading);
}
