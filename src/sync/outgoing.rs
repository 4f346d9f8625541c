//! What leaves: subscriptions, and operations in their lanes.

use super::{
    Effect, Engine,
    keeping::Met,
    outbox::{Fate, Pending, bytes_of},
    turns::Why,
    updates::{Continuity, Replica, Subscription},
};
use crate::{
    config::{FRAME_FILL_BYTES, IN_FLIGHT_BYTES_MAX, SUBSCRIPTIONS_LEN_MAX},
    planted::{self, Bug},
    protocol::{
        BoardId, ClientFrame, Operation, OperationId, Principal, Push, PushItem, Subscribe, Undecided, WidgetId, encode,
    },
    sorted::{SortedMap, SortedSet},
    time::Timestamp,
};

/// How many operations beyond those it knows an engine asks the fate of: it may make them before the answer comes.
const AHEAD: u64 = 1_000;

impl Engine {
    pub(super) fn send(&mut self, frame: &ClientFrame) {
        if let Some(dial) = self.connection.dial() {
            self.effects.push_back(Effect::Send {
                dial,
                text: encode(frame),
            });
        }
    }

    /// The boards this engine is to hear of: those whose operations wait to be sent from here, and those that someone looks
    /// at. Of more than a connection may watch, those with operations come first: they are done some time.
    pub(super) fn wanted(&self, waiting: &SortedSet<BoardId>) -> SortedSet<BoardId> {
        let watched = self.replicas.iter().filter(|(_, replica)| replica.watchers > 0);
        let waiting = waiting.iter().filter(|_| self.leading);
        let mut wanted = SortedSet::new();
        for board in waiting.chain(watched.map(|(board, _)| board)) {
            if wanted.len() < SUBSCRIPTIONS_LEN_MAX {
                wanted.insert(board.clone());
            }
        }
        wanted
    }

    /// The boards that are in a certain state.
    pub(super) fn boards_where(&self, is_so: &dyn Fn(&Replica) -> bool) -> SortedSet<BoardId> {
        let so = self.replicas.iter().filter(|(_, replica)| is_so(replica));
        so.map(|(board, _)| board.clone()).collect()
    }

    /// Forgets a subscription that is of no use any more, so that the next turn asks again, from the cursor.
    pub(super) fn resubscribe(&mut self, board: &BoardId) {
        if let Some(replica) = self.replicas.get_mut(board) {
            replica.give_up_catching_up();
            replica.is_compared = false;
            replica.receipts.part();
        }
    }

    fn subscribe(&mut self) {
        let waiting = self.outbox.boards();
        for board in &waiting {
            self.replicas.entry(board.clone()).or_default();
        }
        let wanted = self.wanted(&waiting);
        let boards: Vec<BoardId> = self.replicas.keys().cloned().collect();
        for board in boards {
            let wanted = wanted.contains(&board);
            let Some(replica) = self.replicas.get(&board) else {
                continue;
            };
            let off = matches!(replica.subscription, Subscription::Off);
            if wanted && off {
                for frame in self.ask(board).frames(FRAME_FILL_BYTES) {
                    self.send(&ClientFrame::Subscribe(frame));
                }
            } else if !wanted && !off {
                self.resubscribe(&board);
                self.send(&ClientFrame::Unsubscribe { board });
            }
        }
    }

    /// A subscription from the cursor, which is waited for from here on.
    pub(super) fn ask(&mut self, board: BoardId) -> Subscribe {
        let undecided = self.listed(&board);
        self.subscribes += 1;
        let request = self.subscribes;
        let replica = self.replicas.entry(board.clone()).or_default();
        replica.subscription = Subscription::Asked {
            request,
            listed: undecided.clone(),
        };
        Subscribe {
            board,
            request,
            cursor: Some(replica.cursor),
            hash: replica.is_compared.then(|| replica.confirmed.state_hash()),
            undecided,
            more: false,
        }
    }

    /// The operations whose fate is asked for with a subscription: every pending one, and those that this engine
    /// may make and send before the answer is here.
    fn listed(&self, board: &BoardId) -> Vec<Undecided> {
        let pending = self.outbox.of_board(board).map(|pending| pending.operation.id);
        let mut listed = Undecided::group(pending);
        let ahead = (self.sequence + 1, self.sequence + AHEAD);
        match listed
            .iter_mut()
            .find(|undecided| undecided.client == self.birth.client)
        {
            Some(own) => own.ranges.push(ahead),
            None => listed.push(Undecided {
                client: self.birth.client,
                ranges: vec![ahead],
            }),
        }
        listed
    }

    /// Subscribes, and sends what may be sent: in outbox order, a lane only as far as nothing in it waits.
    pub(super) fn push(&mut self, now: Timestamp) {
        if !self.loaded {
            return;
        }
        let Some((store, run)) = self.connection.welcome().map(|welcome| (welcome.store, welcome.run)) else {
            return;
        };
        self.subscribe();
        if !self.leading || self.outbox.is_empty() {
            return;
        }
        let ready = |replica: &Replica| {
            matches!(
                replica.subscription,
                Subscription::Live
                    | Subscription::CatchingUp {
                        continuity: Continuity::Continues,
                        ..
                    }
            ) && !replica.lowered
        };
        let items = self.next_items(now, &self.boards_where(&ready));
        let Some(principal) = self.sender() else { return };
        for push in frames(
            &Push {
                store,
                run,
                principal,
                device: self.birth.device.clone(),
                items: Vec::new(),
            },
            items,
        ) {
            self.send(&ClientFrame::Push(push));
        }
    }

    /// Under whose name operations are sent: the one whose outbox this is.
    fn sender(&self) -> Option<Principal> {
        if planted::is(Bug::OutboxNotPerPrincipal) {
            return self
                .connection
                .welcome()
                .map(|welcome| welcome.identity.principal.clone());
        }
        self.namespace.as_ref().map(|namespace| namespace.principal.clone())
    }

    /// The server's data model, as the way on which it is reached has told it.
    pub(super) fn server_schema(&self) -> Option<u32> {
        let welcome = self.connection.welcome();
        welcome.map_or(self.requests.schema, |welcome| Some(welcome.schema))
    }

    /// The items to send now, marked as sent: of boards that are `ready`.
    pub(super) fn next_items(&mut self, now: Timestamp, ready: &SortedSet<BoardId>) -> Vec<(PushItem, usize)> {
        if self.keeping.met != Met::Read {
            return Vec::new();
        }
        let is_open =
            |pending: &&Pending| pending.verdict.is_none() && !self.keeping.moved.contains_key(&pending.operation.id);
        // All that is under way counts, wherever in the outbox it stands.
        let sent = self.outbox.iter().filter(is_open).filter(|pending| pending.sent);
        let (mut in_flight, mut bytes) = sent.fold((0, 0), |(len, bytes), pending| (len + 1, bytes + pending.bytes));
        let mut blocked: SortedSet<(&BoardId, &WidgetId)> = SortedSet::new();
        let mut kinds = Kinds::default();
        let mut chosen: Vec<OperationId> = Vec::new();
        // Newer than its server: that has nothing to say of it but that it can't read it. Newer than this page: what it does not know of it would be lost on its way.
        let known = if planted::is(Bug::NewerSentByOlder) {
            u32::MAX
        } else {
            planted::schema()
        };
        let schema = self.server_schema().map_or(known, |schema| known.min(schema));
        for pending in self.outbox.iter().filter(is_open) {
            let mixes = kinds.add(pending);
            if pending.sent {
                continue;
            }
            let lane = (&pending.operation.board, &pending.operation.widget);
            // An operation goes only when every earlier one of the shared outbox is known: one of them may be of its lane.
            let saved =
                pending.number.is_some_and(|number| number <= self.keeping.high) || planted::is(Bug::SavedBeforeStored);
            let waits = pending.waiting.as_ref().is_some_and(|waiting| waiting.retry_at > now);
            let waits = waits || (pending.operation.schema > schema && !pending.withdrawing);
            let room = in_flight < planted::in_flight_len_max() && bytes + pending.bytes <= IN_FLIGHT_BYTES_MAX;
            if waits
                || mixes
                || !saved
                || pending.dirty
                || pending.fate == Fate::Unasked
                || !ready.contains(lane.0)
                || blocked.contains(&lane)
            {
                blocked.insert(lane);
                continue;
            }
            if !room && !planted::is(Bug::AllSentAtOnce) {
                break;
            }
            in_flight += 1;
            bytes += pending.bytes;
            chosen.push(pending.operation.id);
        }
        chosen.into_iter().filter_map(|id| self.item(id)).collect()
    }

    fn item(&mut self, id: OperationId) -> Option<(PushItem, usize)> {
        let pending = self.outbox.get(id)?;
        let item = if pending.withdrawing {
            PushItem::Withdraw {
                id,
                board: pending.operation.board.clone(),
                made_at: pending.operation.made_at,
                base: self.outbox.as_sent(pending).base,
            }
        } else {
            PushItem::Operation {
                operation: self.outbox.as_sent(pending),
                after: self.outbox.after(pending),
            }
        };
        let bytes = match &item {
            // What it covers was never sent: it says what was seen under all of that.
            PushItem::Operation { operation, .. } if operation.base_value != pending.operation.base_value => {
                bytes_of(operation)
            }
            _ => pending.bytes,
        };
        if let Some(pending) = self.outbox.get_mut(id) {
            pending.sent = true;
            pending.tried |= !pending.withdrawing;
        }
        Some((item, bytes))
    }

    /// When something that was put off is sent again, or a deadline passes.
    pub(super) fn push_wakeup(&self) -> Option<Timestamp> {
        let live = self.leading && self.connection.welcome().is_some();
        let retry = self
            .outbox
            .iter()
            .filter(|pending| live && !pending.sent && pending.verdict.is_none())
            .filter_map(|pending| pending.waiting.as_ref());
        let deadlines = self
            .outbox
            .iter()
            .filter(|pending| pending.verdict.is_none() && !pending.withdrawing)
            .filter_map(|pending| self.local_deadline(pending))
            .map(|deadline| deadline.plus(1)); // on its deadline it is still in time
        // What was due and not sent then waits for something else than time.
        let retry = retry.map(|waiting| waiting.retry_at).filter(|at| *at > self.turned_at);
        retry.chain(deadlines).chain(self.request_wakeup()).min()
    }

    /// Whether an operation's time is known to be still to come: one with a deadline by another clock than that of the server
    /// process that was heard last is not laid over anything.
    pub(super) fn is_timely(&self, pending: &Pending) -> bool {
        pending.operation.deadline.is_none() || self.local_deadline(pending).is_some()
    }

    /// A deadline on this device's clock, as far as the newest stamp tells.
    fn local_deadline(&self, pending: &Pending) -> Option<Timestamp> {
        let deadline = pending.operation.deadline?;
        let (run, stamp, at) = self.stamp?;
        (run == deadline.run).then(|| at.plus(deadline.at.since(stamp)))
    }

    /// Takes back what is too late: it vanishes from the screen, and a late copy of it is fenced.
    pub(super) fn expire(&mut self, now: Timestamp) {
        let late = |pending: &&Pending| {
            pending.verdict.is_none()
                && !pending.withdrawing
                && self.local_deadline(pending).is_some_and(|deadline| deadline < now)
        };
        let late: Vec<OperationId> = self
            .outbox
            .iter()
            .filter(late)
            .map(|pending| pending.operation.id)
            .collect();
        for id in late {
            self.make_drafts_over(now, id);
            self.withdraw(id, Why::Late);
        }
    }
}

/// What is open in each lane, by kind: some don't go together.
///
/// A withdrawal is recorded as it comes, and would let what comes after it pass what is open before it. An operation is based
/// on what becomes of the withdrawals before it: only where one never took effect was nothing seen of it.
///
/// One that is sent again goes alone: it may have been decided long ago, while what was stored before it was not, and is answered as it comes.
#[derive(Default)]
struct Kinds<'a> {
    lanes: SortedMap<(&'a BoardId, &'a WidgetId), [bool; 3]>,
    /// Boards whose creation is open: until it is decided such a board is one lane.
    unborn: SortedMap<&'a BoardId, [bool; 3]>,
}

const OPERATION: usize = 0;
const WITHDRAWAL: usize = 1;
const AGAIN: usize = 2;

impl<'a> Kinds<'a> {
    /// Takes the next one in the order of the outbox. Answers whether something that it does not go with is open before it.
    fn add(&mut self, pending: &'a Pending) -> bool {
        let Operation { board, widget, .. } = &*pending.operation;
        let (own, others): (_, &[usize]) = match (pending.withdrawing, pending.again) {
            (true, _) => (WITHDRAWAL, &[OPERATION, AGAIN]),
            (false, false) => (OPERATION, &[WITHDRAWAL, AGAIN]),
            (false, true) => (AGAIN, &[OPERATION, WITHDRAWAL, AGAIN]),
        };
        let kinds = self.lanes.entry((board, widget)).or_default();
        let unborn = self.unborn.get(board).copied().unwrap_or_default();
        let mixes = others.iter().any(|other| kinds[*other] || unborn[*other]);
        kinds[own] = true;
        if pending.operation.is_birth() {
            self.unborn.entry(board).or_default()[own] = true;
        }
        mixes
    }
}

/// Pushes that each fit a frame.
pub(super) fn frames(to: &Push, items: Vec<(PushItem, usize)>) -> Vec<Push> {
    let mut pushes: Vec<Push> = Vec::new();
    let mut filled = 0;
    for (item, bytes) in items {
        match pushes.last_mut() {
            Some(push) if filled + bytes <= FRAME_FILL_BYTES => push.items.push(item),
            _ => {
                pushes.push(Push {
                    items: vec![item],
                    ..to.clone()
                });
                filled = 0;
            }
        }
        filled += bytes;
    }
    pushes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::SCHEMA,
        protocol::{ClientId, Cursor, Epoch, Intent, Revision},
    };

    fn waiting(sequence: u64, withdrawing: bool, again: bool) -> Pending {
        let made_at = Cursor {
            epoch: Epoch(1),
            revision: Revision(1),
        };
        let mut pending = Pending::new(Operation {
            id: OperationId {
                client: ClientId(1),
                sequence,
            },
            board: "deck".parse().expect("a name"),
            widget: "crew".parse().expect("a name"),
            schema: SCHEMA,
            made_at,
            intent: Intent::Add {
                field: "count".parse().expect("a name"),
                amount: 1,
            },
            base: None,
            base_value: None,
            deadline: None,
            resolves: None,
        });
        (pending.withdrawing, pending.again) = (withdrawing, again);
        pending
    }

    #[test]
    fn what_is_answered_as_it_comes_lets_nothing_pass_what_is_open_before_it() {
        let (plain, taken_back, again) = ((false, false), (true, false), (false, true));
        for (lane, mixes) in [
            (&[plain, plain][..], &[false, false][..]),
            (&[plain, taken_back, plain], &[false, true, true]),
            (&[plain, again, again, plain], &[false, true, true, true]),
            (&[again, plain], &[false, true]),
            (&[again, taken_back], &[false, true]),
            (&[taken_back, again], &[false, true]),
        ] {
            let lane: Vec<Pending> = (1..)
                .zip(lane)
                .map(|(at, (taken_back, again))| waiting(at, *taken_back, *again))
                .collect();
            let mut kinds = Kinds::default();
            let found: Vec<bool> = lane.iter().map(|pending| kinds.add(pending)).collect();
            assert_eq!(found, mixes, "{lane:?}");
        }
    }
}
