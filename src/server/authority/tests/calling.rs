//! What other programs ask for with one request.

use super::*;
use crate::server::log::{Call, CallChange, SEQUENCE_MIN};

/// An authority with a board `deck`, and a counter, a switch and a log on it.
fn deck() -> Authority {
    let mut authority = authority();
    let widgets = ["counter", "switch", "log"].into_iter().zip(2..);
    let items = widgets.map(|(kind, sequence)| item(sequence, "deck", kind, create(kind, &[])));
    let items = std::iter::once(birth(1, "deck")).chain(items).collect();
    push(&mut authority, Access::Edit, items);
    authority
}

fn call(key: Option<u128>, widget: &str, field: &str, change: CallChange) -> Call {
    Call {
        id: OperationId {
            client: ClientId(key.unwrap_or(99)),
            sequence: SEQUENCE_MIN,
        },
        has_key: key.is_some(),
        board: name("deck"),
        widget: name(widget),
        field: name(field),
        change,
        seen: None,
        within_ms: None,
        at: NOW,
    }
}

fn event(call: &Call) -> Event {
    Event::Call {
        request: 7,
        identity: person(Access::Edit),
        device: None,
        call: Box::new(call.clone()),
    }
}

fn told(replies: Vec<Reply>) -> Called {
    let mut called = replies.into_iter().filter_map(|reply| match reply {
        Reply::Called { request: 7, called } => Some(*called),
        _ => None,
    });
    called.next().expect("an answer")
}

/// What came of a call that was decided at `now`, and written.
fn decide(authority: &mut Authority, now: Timestamp, call: &Call) -> Called {
    let batch = authority.handle(now, [event(call)]);
    told(authority.committed(batch))
}

fn verdict(called: &Called) -> (&Verdict, bool) {
    match called {
        Called::Answered {
            answer: Answer::Verdict { verdict, duplicate },
            ..
        } => (verdict, *duplicate),
        other => panic!("{other:?}"),
    }
}

fn rows(authority: &Authority) -> usize {
    authority.logs()[&name::<BoardId>("deck")].rows_len()
}

#[test]
fn what_comes_to_be_decided_too_late_has_no_effect() {
    let mut authority = deck();
    let within = |key, within_ms| Call {
        within_ms: Some(within_ms),
        ..call(Some(key), "switch", "on", CallChange::Set(json!(true)))
    };
    let late = decide(&mut authority, NOW.plus(10_001), &within(1, 10_000));
    assert!(matches!(verdict(&late), (Verdict::Expired { .. }, false)), "{late:?}");
    let again = decide(&mut authority, NOW, &within(1, 10_000));
    assert!(matches!(verdict(&again), (Verdict::Expired { .. }, true)), "{again:?}");
    let in_time = decide(&mut authority, NOW.plus(10_000), &within(2, 10_000));
    assert!(verdict(&in_time).0.is_applied(), "{in_time:?}");
}

#[test]
fn what_was_not_written_is_to_be_sent_again_and_takes_effect_then() {
    let mut authority = deck();
    let add = call(Some(1), "counter", "count", CallChange::Add(2));
    let deck: BoardId = name("deck");
    let snapshot = authority.logs()[&deck].snapshot();
    let batch = authority.handle(NOW, [event(&add)]);
    let reload = |_: &BoardId| {
        let records = std::iter::empty();
        Log::restore(Memory::default(), Epoch(3), Some(snapshot.clone()), records)
    };
    let called = told(authority.abandoned(batch, reload).expect("it is read again"));
    assert!(
        matches!(
            &called,
            Called::Answered {
                answer: Answer::Retry { .. },
                changed: None
            }
        ),
        "{called:?}"
    );
    let called = decide(&mut authority, NOW, &add);
    let Called::Answered {
        changed: Some((_, value)),
        ..
    } = &called
    else {
        panic!("{called:?}")
    };
    assert_eq!(
        (value, verdict(&called).1),
        (&json!(2), false),
        "nothing was done before"
    );
}

#[test]
fn a_line_stands_behind_those_that_came_before_whatever_their_clocks_said() {
    let mut authority = deck();
    let line = |field: &str| call(None, "log", field, CallChange::Line("x".to_owned()));
    let named = |called: Called| match called {
        Called::Answered {
            changed: Some((name, _)),
            ..
        } => name.to_string(),
        other => panic!("{other:?}"),
    };
    let mut add = |sequence, field| {
        let mut call = line(field);
        call.id.client = ClientId(sequence);
        named(decide(&mut authority, NOW, &call))
    };
    assert_eq!(add(1, "line-199c82cc000-a"), "line-199c82cc000-a");
    assert_eq!(add(2, "line-199c82cc000-b"), "line-199c82cc001-b", "in the same moment");
    assert_eq!(add(3, "line-199c82cd000-c"), "line-199c82cd000-c");
    assert_eq!(
        add(4, "line-199c82cc005-d"),
        "line-199c82cd001-d",
        "of a clock that is ahead"
    );
    assert_eq!(add(5, "line-fffffffffff-e"), "line-fffffffffff-e");
    assert_eq!(
        add(6, "line-199c82cc006-f"),
        "line-199c82cd002-f",
        "what is of no time is not waited for"
    );
}

#[test]
fn a_refusal_has_a_row_where_somebody_may_ask_for_it_again() {
    let mut authority = deck();
    let before = rows(&authority);
    let wrong = |key| call(key, "counter", "count", CallChange::Set(json!("much")));
    let refused = decide(&mut authority, NOW, &wrong(None));
    assert!(
        matches!(verdict(&refused), (Verdict::Rejected { .. }, false)),
        "{refused:?}"
    );
    assert_eq!(rows(&authority), before);
    let refused = decide(&mut authority, NOW, &wrong(Some(1)));
    assert!(
        matches!(verdict(&refused), (Verdict::Rejected { .. }, false)),
        "{refused:?}"
    );
    assert_eq!(rows(&authority), before + 1);
    // Where there is nothing of the name, it may be there a moment later.
    let nothing = call(Some(2), "nothing", "count", CallChange::Add(1));
    let unknown = decide(&mut authority, NOW, &nothing);
    assert!(matches!(unknown, Called::Unknown { .. }), "{unknown:?}");
    assert_eq!(rows(&authority), before + 1);
}

#[test]
fn who_may_only_watch_calls_in_vain_and_hears_nothing_of_others() {
    let mut authority = deck();
    let add = call(Some(1), "counter", "count", CallChange::Add(1));
    assert!(verdict(&decide(&mut authority, NOW, &add)).0.is_applied());
    let watched = Event::Call {
        request: 7,
        identity: person(Access::View),
        device: None,
        call: Box::new(add),
    };
    let batch = authority.handle(NOW, [watched]);
    let called = told(authority.committed(batch));
    assert!(
        matches!(
            &called,
            Called::Answered {
                answer: Answer::ReadOnly,
                ..
            }
        ),
        "{called:?}"
    );
}
