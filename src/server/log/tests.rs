//! How long a board remembers, and what is said past it.

use super::*;
use crate::{
    board::Catalog,
    config::SCHEMA,
    protocol::{Access, Answer, ClientId, Identity, Intent, Operation, PushItem, RunId},
};

/// A board with a counter, and who adds to it.
struct Desk {
    log: Log,
    now: Timestamp,
    sequence: u64,
}

impl Desk {
    fn new(memory: Memory) -> Self {
        let mut desk = Self {
            log: Log::new(memory, Epoch(3)),
            now: Timestamp(1_760_000_000_000),
            sequence: 0,
        };
        for (widget, kind) in [("board", "board"), ("crew", "counter")] {
            let kind = kind.parse().expect("a name");
            let fields = [].into();
            let made_at = desk.log.cursor();
            assert_applied(&desk.decide(made_at, widget, Intent::Create { kind, fields }));
        }
        desk
    }

    /// One operation, recorded as the only one of its batch.
    fn decide(&mut self, made_at: Cursor, widget: &str, intent: Intent) -> Answer {
        self.decide_of(SCHEMA, made_at, widget, intent)
    }

    /// The same, of a program with this data model.
    fn decide_of(&mut self, schema: u32, made_at: Cursor, widget: &str, intent: Intent) -> Answer {
        self.sequence += 1;
        let identity = Identity {
            principal: "ann".parse().expect("a name"),
            access: Access::Edit,
        };
        let context = Context {
            now: self.now,
            run: RunId(1),
            identity: &identity,
            device: None,
            catalog: &Catalog::default(),
        };
        let operation = Operation {
            id: OperationId {
                client: ClientId(7),
                sequence: self.sequence,
            },
            board: "deck".parse().expect("a name"),
            widget: widget.parse().expect("a name"),
            schema,
            made_at,
            intent,
            base: None,
            base_value: None,
            deadline: None,
            resolves: None,
        };
        let answer = self
            .log
            .decide(&context, &PushItem::Operation { operation, after: None });
        self.log.seal(self.now);
        self.log.forget_rows();
        answer
    }

    /// Adds one, having seen the board at this revision.
    fn add(&mut self, seen: u64) -> Answer {
        let made_at = Cursor {
            epoch: Epoch(3),
            revision: Revision(seen),
        };
        let (field, amount) = ("count".parse().expect("a name"), 1);
        self.decide(made_at, "crew", Intent::Add { field, amount })
    }

    fn head(&self) -> u64 {
        self.log.cursor().revision.0
    }
}

fn assert_applied(answer: &Answer) {
    let Answer::Verdict { verdict, .. } = answer else {
        panic!("{answer:?}")
    };
    assert!(verdict.is_applied(), "{verdict:?}");
}

#[test]
fn what_a_newer_program_made_waits_for_a_newer_server_and_leaves_no_trace() {
    let mut desk = Desk::new(Memory::default());
    let (made_at, rows) = (desk.log.cursor(), desk.log.rows_len());
    let answer = desk.decide_of(SCHEMA + 1, made_at, "crew", Intent::Remove);
    let Answer::Retry { after_ms, reason } = answer else {
        panic!("{answer:?}")
    };
    assert!(after_ms > 0 && reason.contains("wait safely"), "{reason}");
    assert_eq!((desk.log.rows_len(), desk.log.is_staged()), (rows, false));
}

#[test]
fn what_was_made_before_the_last_so_many_operations_is_too_old() {
    let mut desk = Desk::new(Memory {
        horizon_len: 10,
        ..Memory::default()
    });
    for _ in 0..20 {
        assert_applied(&desk.add(desk.head()));
    }
    let horizon = Revision(desk.head() - 10);
    assert_eq!(desk.add(horizon.0 - 1), Answer::TooOld { horizon });
    assert_applied(&desk.add(horizon.0));
    assert!(desk.log.rows_len() <= 12, "{} verdicts are kept", desk.log.rows_len());
}

#[test]
fn what_was_made_before_so_long_is_too_old() {
    const HOUR_MS: u64 = 60 * 60 * 1_000;
    let mut desk = Desk::new(Memory::default());
    let seen = desk.head();
    assert_applied(&desk.add(seen));
    desk.now = desk.now.plus(HORIZON_MS - HOUR_MS);
    assert_applied(&desk.add(seen));
    desk.now = desk.now.plus(2 * HOUR_MS);
    assert_applied(&desk.add(desk.head()));
    let horizon = Revision(seen + 1);
    assert_eq!(desk.add(seen), Answer::TooOld { horizon });
    assert_applied(&desk.add(horizon.0));
}

#[test]
fn who_missed_more_changes_than_are_remembered_gets_a_patch_from_where_they_were() {
    let mut desk = Desk::new(Memory::default());
    for _ in 0..RING_LEN_MAX {
        assert_applied(&desk.add(desk.head()));
    }
    let at = |missed: usize| Cursor {
        epoch: Epoch(3),
        revision: Revision(desk.head() - missed as u64),
    };
    let CatchUp::Changes(changes) = desk.log.catch_up(Some(at(RING_LEN_MAX))) else {
        panic!("all of them are remembered")
    };
    assert_eq!(changes.len(), RING_LEN_MAX);
    let CatchUp::Patch { from, widgets } = desk.log.catch_up(Some(at(RING_LEN_MAX + 1))) else {
        panic!("one is not remembered any more")
    };
    assert_eq!(
        (from, widgets.len()),
        (at(RING_LEN_MAX + 1), 1),
        "the counter alone has changed"
    );
}
