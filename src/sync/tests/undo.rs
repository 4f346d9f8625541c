//! What an undo rests on.

use super::*;
use crate::protocol::{Base, Revision};

#[test]
fn undoing_what_is_not_in_the_confirmed_board_yet_rests_on_the_edit_and_not_on_its_number() {
    let mut bench = Bench::live();
    bench.create("deck", "board");
    bench.answer_subscriptions();
    for name in ["Deck", "Bridge"] {
        bench.give(Input::Command(Command::Set {
            board: "deck".parse().expect("a name"),
            widget: "board".parse().expect("a name"),
            field: "name".parse().expect("a name"),
            value: name.into(),
        }));
        bench.wait(1_000);
    }
    let ids = bench.pushed();
    assert_eq!(ids.len(), 3);
    let verdicts = (1..).zip(&ids).map(|(revision, id)| Answered {
        id: *id,
        answer: Answer::Verdict {
            verdict: Verdict::Applied {
                revision: Revision(revision),
                verbatim: true,
                overwrote: None,
            },
            duplicate: false,
        },
    });
    let items = verdicts.collect();
    bench.hear(&ServerFrame::Verdicts { items });
    bench.give(Input::Command(Command::Undo));
    let undo = bench.engine.pending().last().expect("the undo waits");
    assert_eq!(undo.operation.base, Some(Base::Operation(ids[2])));
}
