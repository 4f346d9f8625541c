//! What a subscriber asks the fate of, with nothing in it twice.

use crate::protocol::{OperationId, Undecided};

/// The ranges of `undecided`, ascending and apart. They are the client's word: twenty thousand that lie over each other would
/// have every row walked twenty thousand times, while nobody else is served.
pub(super) fn apart(undecided: &[Undecided]) -> Vec<(OperationId, OperationId)> {
    let ranges = undecided.iter().flat_map(|Undecided { client, ranges }| {
        let id = |sequence| OperationId {
            client: *client,
            sequence,
        };
        ranges
            .iter()
            .filter(|(first, last)| first <= last)
            .map(move |(first, last)| (id(*first), id(*last)))
    });
    let mut ranges: Vec<(OperationId, OperationId)> = ranges.collect();
    ranges.sort_unstable();
    ranges.dedup_by(|next, kept| {
        let is_over = next.0 <= kept.1;
        if is_over {
            kept.1 = kept.1.max(next.1);
        }
        is_over
    });
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ClientId;

    #[test]
    fn ranges_that_lie_over_each_other_are_walked_once() {
        let ask = |client, ranges: &[(u64, u64)]| Undecided {
            client: ClientId(client),
            ranges: ranges.to_vec(),
        };
        let walked = apart(&[
            ask(2, &[(1, u64::MAX); 3]),
            ask(1, &[(5, 9), (7, 3), (1, 4), (2, 6), (20, 20)]),
            ask(1, &[(8, 12)]),
        ]);
        let id = |client, sequence| OperationId {
            client: ClientId(client),
            sequence,
        };
        assert_eq!(
            walked,
            [
                (id(1, 1), id(1, 12)),
                (id(1, 20), id(1, 20)),
                (id(2, 1), id(2, u64::MAX))
            ]
        );
    }
}
