//! What a client asks for when it starts to hear of a board.

use serde::{Deserialize, Serialize};

use super::{BoardId, ClientId, Cursor, OperationId};
use crate::{
    config::UNDECIDED_RANGES_LEN_MAX,
    sorted::{SortedMap, SortedSet, sorted},
};

/// What a client has seen of a board, and which of its operations it has no verdict for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subscribe {
    /// The board.
    pub board: BoardId,
    /// The client's number for this request, for it to know the answer by: it may have asked twice.
    pub request: u64,
    /// How far it has seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
    /// The hash of its confirmed state at that cursor, where it wants to be told whether that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<u32>,
    /// Whose verdicts it asks for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undecided: Vec<Undecided>,
    /// The rest of `undecided` comes in another `subscribe` with the same board and request: answered at the last one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
}

impl Subscribe {
    /// Asks for all of a board, by somebody who has seen nothing of it.
    #[must_use]
    pub const fn whole(board: BoardId) -> Self {
        Self {
            board,
            request: 0,
            cursor: None,
            hash: None,
            undecided: Vec::new(),
            more: false,
        }
    }

    /// The frames that carry it: what it asks for may be too much for one.
    #[must_use]
    pub fn frames(self, bytes_max: usize) -> Vec<Self> {
        let mut frames: Vec<Self> = Vec::new();
        let mut filled = 0;
        let whole = Self {
            undecided: Vec::new(),
            more: false,
            ..self
        };
        for undecided in self.undecided {
            let bytes = undecided.bytes();
            match frames.last_mut() {
                Some(frame) if filled + bytes <= bytes_max => frame.undecided.push(undecided),
                _ => {
                    filled = 0;
                    frames.push(Self {
                        undecided: vec![undecided],
                        more: true,
                        ..whole.clone()
                    });
                }
            }
            filled += bytes;
        }
        match frames.last_mut() {
            Some(last) => last.more = false,
            None => frames.push(whole),
        }
        frames
    }
}

/// Operations of one client start, by ranges of sequences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undecided {
    /// The client start.
    pub client: ClientId,
    /// First and last sequence, both included, ascending.
    pub ranges: Vec<(u64, u64)>,
}

impl Undecided {
    /// What it takes in a frame, at most.
    fn bytes(&self) -> usize {
        64 + self.ranges.len() * 44
    }

    /// Groups ids by client, and sequences into at most [`UNDECIDED_RANGES_LEN_MAX`] ranges: the narrowest gaps between them
    /// are bridged, since to ask for more than one's own undecided operations does no harm.
    pub fn group(ids: impl IntoIterator<Item = OperationId>) -> Vec<Self> {
        let mut by_client: SortedMap<ClientId, SortedSet<u64>> = SortedMap::new();
        for id in ids {
            by_client.entry(id.client).or_default().insert(id.sequence);
        }
        by_client
            .into_iter()
            .map(|(client, sequences)| {
                let mut ranges: Vec<(u64, u64)> = Vec::new();
                for sequence in sequences {
                    match ranges.last_mut() {
                        Some((_, last)) if sequence <= last.saturating_add(1) => *last = sequence,
                        _ => ranges.push((sequence, sequence)),
                    }
                }
                bridge(&mut ranges);
                Self { client, ranges }
            })
            .collect()
    }

    /// Whether it names `id`.
    #[must_use]
    pub fn contains(&self, id: OperationId) -> bool {
        self.client == id.client
            && self
                .ranges
                .iter()
                .any(|(first, last)| (*first..=*last).contains(&id.sequence))
    }
}

fn bridge(ranges: &mut Vec<(u64, u64)>) {
    let gaps: Vec<u64> = ranges.windows(2).map(|pair| pair[1].0 - pair[0].1).collect();
    if let Some(widest) = sorted(gaps, u64::cmp).iter().nth_back(UNDECIDED_RANGES_LEN_MAX - 1) {
        ranges.dedup_by(|next, kept| {
            let narrow = next.0 - kept.1 <= *widest;
            kept.1 = if narrow { next.1 } else { kept.1 };
            narrow
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::FRAME_BYTES_MAX,
        protocol::{ClientFrame, encode},
    };

    fn id(client: u128, sequence: u64) -> OperationId {
        OperationId {
            client: ClientId(client),
            sequence,
        }
    }

    #[test]
    fn a_thousand_starts_of_a_client_are_asked_for_in_frames_that_fit() {
        let ids: Vec<OperationId> = (0..2_000).map(|start| id(u128::MAX - start, u64::MAX)).collect();
        let whole = Subscribe {
            board: "deck".parse().expect("a name"),
            request: u64::MAX,
            cursor: Some(Cursor::ORIGIN),
            hash: None,
            undecided: Undecided::group(ids.iter().copied()),
            more: false,
        };
        let frames = whole.frames(crate::config::FRAME_FILL_BYTES);
        let (last, others) = frames.split_last().expect("one at least");
        assert!(!others.is_empty() && others.iter().all(|frame| frame.more) && !last.more);
        let asked = |id: &OperationId| {
            let in_frame = |frame: &Subscribe| frame.undecided.iter().any(|undecided| undecided.contains(*id));
            frames.iter().filter(|frame| in_frame(frame)).count()
        };
        assert!(ids.iter().all(|id| asked(id) == 1));
        for frame in frames {
            assert!(encode(&ClientFrame::Subscribe(frame)).len() < FRAME_BYTES_MAX);
        }
    }

    #[test]
    fn the_narrowest_gaps_are_bridged_and_nothing_is_left_out() {
        let sequences = (1..=2_000_u64).map(|number| 10 * number + u64::from(number > 1_000) * 1_000_000);
        let ids: Vec<OperationId> = sequences.map(|sequence| id(7, sequence)).collect();
        let groups = Undecided::group(ids.iter().copied());
        assert_eq!(groups.len(), 1);
        assert!(groups[0].ranges.len() <= UNDECIDED_RANGES_LEN_MAX);
        assert!(ids.iter().all(|id| groups[0].contains(*id)));
        assert!(!groups[0].contains(id(7, 500_000)), "the widest gap stays");
    }
}
