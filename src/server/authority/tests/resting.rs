//! What rests on an operation that no board has decided.

use super::*;
use crate::protocol::Base;

#[test]
fn what_rests_on_a_refusal_for_want_of_a_board_does_not_wait_for_it() {
    let mut server = authority();
    let resting = |sequence: u64, on: u64, after: Option<u64>| {
        let value = json!("x");
        let PushItem::Operation { mut operation, .. } = set(sequence, "deck", "note", "text", value) else {
            unreachable!("a set is an operation");
        };
        operation.base = Some(Base::Operation(id(on)));
        PushItem::Operation {
            operation,
            after: after.map(id),
        }
    };
    let lane = vec![
        set(1, "deck", "note", "text", json!("x")),
        resting(2, 1, Some(1)),
        resting(3, 2, None),
    ];
    for answer in push(&mut server, Access::Edit, lane) {
        assert_eq!(*rejection(&answer), Rejection::UnknownBoard);
    }
    // And not when the board is there: it says what else is wrong.
    push(&mut server, Access::Edit, vec![birth(4, "deck")]);
    let answers = push(
        &mut server,
        Access::Edit,
        vec![resting(5, 3, None), resting(6, 5, Some(2)), resting(7, 9, None)],
    );
    assert_eq!(*rejection(&answers[0]), Rejection::UnknownWidget);
    assert_eq!(*rejection(&answers[1]), Rejection::UnknownWidget);
    assert_eq!(answers[2], Answer::Hold, "nobody has decided 9");
}
