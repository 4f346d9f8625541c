//! What became of the operations that a subscriber asked for, told as fast as it listens.

use std::{collections::VecDeque, sync::Arc};

use super::frames::{SEPARATOR_BYTES, bytes_of};
use crate::protocol::{Answer, Answered, OperationId, ServerFrame, Verdict};

/// Verdicts as they stood at one durable revision, in their order: an iterator of the frames that tell them. There may be
/// hundreds of thousands, each with a value of somebody else's. So they are shared with the log, and a frame is made when
/// there is room to send it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    verdicts: VecDeque<(OperationId, Arc<Verdict>)>,
    fill_bytes: usize,
}

impl Told {
    /// `verdicts`, in frames that `fill_bytes` fill.
    #[must_use]
    pub fn new(verdicts: Vec<(OperationId, Arc<Verdict>)>, fill_bytes: usize) -> Self {
        Self {
            verdicts: verdicts.into(),
            fill_bytes,
        }
    }

    /// Whether there is nothing left to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.verdicts.is_empty()
    }

    /// What it takes in memory while it waits.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.verdicts.len() * size_of::<(OperationId, Arc<Verdict>)>()
    }
}

impl Iterator for Told {
    type Item = ServerFrame;

    fn next(&mut self) -> Option<ServerFrame> {
        let mut items = Vec::new();
        let mut filled = 0;
        while let Some((id, verdict)) = self.verdicts.front() {
            let item = Answered {
                id: *id,
                answer: Answer::Verdict {
                    verdict: Verdict::clone(verdict),
                    duplicate: true,
                },
            };
            filled += bytes_of(&item) + SEPARATOR_BYTES;
            if filled > self.fill_bytes && !items.is_empty() {
                break;
            }
            items.push(item);
            self.verdicts.pop_front();
        }
        (!items.is_empty()).then_some(ServerFrame::Verdicts { items })
    }
}
