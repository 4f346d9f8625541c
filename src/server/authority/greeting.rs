//! The greeting: who may come in, and what they are told of this server.

use std::collections::BTreeSet;

use super::{Authority, Reply, Session, SessionId, refusal};
use crate::{
    config::{FRAME_BYTES_MAX, IN_FLIGHT_LEN_MAX, VALUE_BYTES_MAX},
    planted,
    protocol::{Code, Identity, Limits, ServerFrame, Welcome},
    time::Timestamp,
};

impl Authority {
    pub(super) fn greet(&mut self, now: Timestamp, session: SessionId, identity: Option<Identity>) -> Vec<Reply> {
        let Some(identity) = identity else {
            return refusal(
                session,
                Code::NeedsAuth,
                "The server asks who you are. Your edits wait safely on this device.",
            );
        };
        if self.sessions.contains_key(&session) {
            return refusal(
                session,
                Code::OutOfOrder,
                "This connection was greeted already; open another one.",
            );
        }
        self.sessions.insert(
            session,
            Session {
                identity: identity.clone(),
                subscriptions: BTreeSet::new(),
                asking: None,
            },
        );
        let welcome = Welcome {
            store: self.setup.store,
            run: self.setup.run,
            clock: now,
            identity,
            schema: planted::schema(),
            window_ms: self.retry_window_ms(),
            limits: Limits {
                frame_bytes_max: FRAME_BYTES_MAX as u64,
                value_bytes_max: VALUE_BYTES_MAX as u64,
                in_flight_len_max: IN_FLIGHT_LEN_MAX as u64,
                horizon_ms: self.setup.memory.horizon_ms,
                horizon_len_max: self.setup.memory.horizon_len,
            },
            people: Some(session),
        };
        vec![Reply::Send {
            session,
            frame: ServerFrame::Welcome(welcome),
        }]
    }
}
