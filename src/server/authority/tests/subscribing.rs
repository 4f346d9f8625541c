//! Who hears of what, from when on, and of which fates.

use super::*;

#[test]
fn subscribing_and_unsubscribing_act_in_their_order() {
    let mut server = authority();
    let (session, board) = (1, name::<BoardId>("deck"));
    let hello = Event::Hello {
        session,
        identity: Some(person(Access::Edit)),
    };
    let subscribe = Subscribe {
        board: board.clone(),
        request: 1,
        cursor: None,
        hash: None,
        undecided: Vec::new(),
        more: false,
    };
    let frame = |frame| Event::Frame { session, frame };
    let come = || frame(ClientFrame::Subscribe(subscribe.clone()));
    let go = || frame(ClientFrame::Unsubscribe { board: board.clone() });
    let batch = server.handle(NOW, [hello, come(), go()]);
    let _ = server.committed(batch);
    assert_eq!(server.subscribers_len(&board), 0);
    let batch = server.handle(NOW, [come(), go(), come()]);
    let _ = server.committed(batch);
    assert_eq!(server.subscribers_len(&board), 1);
}

#[test]
fn every_verdict_that_is_asked_for_is_told_however_wide_the_range() {
    let mut server = authority();
    let withdrawn = [2, 30_000, u64::MAX];
    let items = withdrawn.iter().map(|sequence| withdrawal(*sequence, "deck"));
    push(
        &mut server,
        Access::Edit,
        std::iter::once(birth(1, "deck")).chain(items).collect(),
    );
    let ranges = vec![(2, 29_999), (9, 3), (30_000, u64::MAX), (30_000, 30_000)];
    let asked = [Undecided {
        client: ClientId(7),
        ranges,
    }];
    let log = &server.logs()[&name::<BoardId>("deck")];
    let told: Vec<u64> = log
        .verdicts(&name("ann"), &asked)
        .iter()
        .map(|(id, _)| id.sequence)
        .collect();
    assert_eq!(told, withdrawn);
    assert!(log.verdicts(&name("bo"), &asked).is_empty());
}

#[test]
fn what_one_frame_can_not_ask_for_goes_on_in_the_next_and_is_answered_once() {
    let mut server = authority();
    push(
        &mut server,
        Access::Edit,
        vec![birth(1, "deck"), withdrawal(2, "deck"), withdrawal(4, "deck")],
    );
    let session = 9;
    let greeting = Event::Hello {
        session,
        identity: Some(person(Access::Edit)),
    };
    let asking = |ranges: Vec<(u64, u64)>, more| {
        let client = ClientId(7);
        let frame = ClientFrame::Subscribe(Subscribe {
            board: name("deck"),
            request: 3,
            cursor: None,
            hash: None,
            undecided: vec![Undecided { client, ranges }],
            more,
        });
        Event::Frame { session, frame }
    };
    let batch = server.handle(NOW, [greeting, asking(vec![(2, 3)], true)]);
    let told = server.committed(batch);
    let is_subscribed = |reply: &Reply| {
        matches!(
            reply,
            Reply::Send {
                frame: ServerFrame::Subscribed(_),
                ..
            }
        )
    };
    assert!(!told.iter().any(is_subscribed), "{told:?}");
    let batch = server.handle(NOW, [asking(vec![(4, 4)], false)]);
    let told = server.committed(batch);
    let verdicts: Vec<u64> = told
        .iter()
        .filter_map(|reply| match reply {
            Reply::Send {
                frame: ServerFrame::Subscribed(answer),
                ..
            } => Some(&answer.verdicts),
            _ => None,
        })
        .flatten()
        .map(|(id, _)| id.sequence)
        .collect();
    assert_eq!(verdicts, [2, 4]);
    let many = |len: usize| (0..len as u64).map(|at| (2 * at, 2 * at)).collect();
    // A start of a client with no range takes room like one with a range.
    let batch = server.handle(NOW, [asking(many(OUTBOX_LEN_MAX), true), asking(Vec::new(), true)]);
    let told = server.committed(batch);
    assert!(
        matches!(
            &told[..],
            [
                Reply::Send {
                    frame: ServerFrame::Error {
                        code: Code::TooLarge,
                        ..
                    },
                    ..
                },
                Reply::Close { .. }
            ]
        ),
        "{told:?}"
    );
}
