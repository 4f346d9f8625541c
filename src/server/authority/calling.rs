//! What other programs ask for: see [`Call`].

use super::Authority;
use crate::{
    protocol::{BoardId, Device, Identity, Rejection},
    server::log::{Call, Called, Context},
    time::Timestamp,
};

impl Authority {
    /// Decides a call. One for a board that is not there leaves nothing behind.
    pub(super) fn call(&mut self, now: Timestamp, identity: &Identity, device: Option<Device>, call: &Call) -> Called {
        let is_board = |board: &&BoardId| **board != BoardId::refusals();
        let Some(log) = self.logs.get_mut(&call.board).filter(|_| is_board(&&call.board)) else {
            let boards = self.logs.keys().filter(is_board);
            return Called::Unknown {
                what: Rejection::UnknownBoard,
                known: boards.map(|board| board.as_str().to_owned()).collect(),
            };
        };
        if !log.is_staged() {
            self.heads.insert(call.board.clone(), log.head());
        }
        let device = device.and_then(Device::kept);
        let context = Context {
            now,
            run: self.setup.run,
            identity,
            device: device.as_ref(),
            catalog: &self.setup.catalog,
        };
        log.call(&context, call)
    }
}
