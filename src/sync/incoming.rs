//! What arrives by the socket: its life, frames, verdicts.

use super::{
    Connection, Effect, Engine, Notice,
    connection::retry_delay_ms,
    keeping::Met,
    outbox::{Fate, Pending},
    storage::Namespace,
    updates::{Arrived, Continuity, NOWHERE, Replica, Subscription},
};
use crate::{
    config::{HASTEN_SPACING_MS, RETRY_WINDOW_MS},
    planted::{self, Bug},
    protocol::{
        BoardId, Change, ChangesFrame, ClientFrame, Code, Cursor, Hello, OperationId, PatchFrame, Revision, RunId,
        ServerFrame, Subscribed, Undecided, Welcome, WidgetId, decode,
    },
    time::Timestamp,
};

impl Engine {
    pub(super) fn dial(&mut self, now: Timestamp) {
        self.dials += 1;
        self.connection = Connection::Dialing {
            dial: self.dials,
            attempt: self.connection.attempt(),
            since: now,
        };
        self.effects.push_back(Effect::Dial { dial: self.dials });
    }

    pub(super) fn opened(&mut self, now: Timestamp, opened: u64) {
        let Connection::Dialing { dial, attempt, .. } = self.connection else {
            return;
        };
        if dial != opened {
            return;
        }
        self.connection = Connection::Greeting {
            dial,
            attempt,
            since: now,
        };
        let store = self.namespace.as_ref().map(|namespace| namespace.store);
        let hello = Hello {
            schema: planted::schema(),
            store,
            token: self.birth.token.clone(),
        };
        self.send(&ClientFrame::Hello(hello));
    }

    /// The socket is gone: everything on its way is on its way no longer, and is sent again.
    pub(super) fn lost(&mut self, now: Timestamp, trouble: Option<String>) {
        let attempt = self.connection.attempt() + 1;
        let retry_at = now.plus(self.retry_delay_ms(attempt));
        self.leave(now, Connection::Waiting { attempt, retry_at });
        self.trouble = trouble.or(self.trouble.take());
    }

    /// Ends the connection, if there is one, and goes to `next`.
    pub(super) fn leave(&mut self, now: Timestamp, next: Connection) {
        if let Some(dial) = self.connection.dial() {
            self.effects.push_back(Effect::HangUp { dial });
        }
        let heard_at = match self.connection {
            Connection::Live { heard_at, .. } => heard_at,
            _ => now,
        };
        // A dial that failed ends nothing that is asked by a request.
        let is_end = self.connection.welcome().is_some() || !matches!(next, Connection::Waiting { .. });
        self.connection = next;
        self.part();
        self.offline_since.get_or_insert(now);
        if is_end {
            self.requests.void();
            for replica in self.replicas.values_mut() {
                let was_live = matches!(replica.subscription, Subscription::Live);
                replica.give_up_catching_up();
                if was_live | std::mem::take(&mut replica.is_compared) {
                    replica.agreed_at = Some(heard_at);
                    self.synced_at = Some(heard_at);
                }
                replica.receipts.part();
            }
        }
        for pending in self.outbox.iter_mut() {
            pending.sent &= planted::is(Bug::ResendForgottenAfterReconnect);
        }
    }

    /// A sign that the network or the device is back: try at once, or see whether the socket still lives.
    pub(super) fn woke(&mut self, now: Timestamp) {
        match &self.connection {
            Connection::Suspended => self.dial(now),
            Connection::Waiting { .. } => {
                let soon = self.soon(now);
                self.redial_by(soon);
                self.requests.hasten(soon);
            }
            // Begun without a network, it would hang until its time is up.
            Connection::Dialing { attempt, .. } | Connection::Greeting { attempt, .. } => {
                let attempt = *attempt;
                let retry_at = self.soon(now);
                self.leave(now, Connection::Waiting { attempt, retry_at });
            }
            Connection::Live { .. } => self.probe(now, true),
            _ => {}
        }
    }

    /// A person waits: they turn to the page, or edit. The next dial comes soon, if none was brought forward just now; where
    /// requests do instead of a socket, nobody waits for one.
    pub(super) fn hasten(&mut self, now: Timestamp) {
        if matches!(self.connection, Connection::Waiting { .. }) && !self.by_requests() {
            let soon = self.soon(now.max(self.hasten_from));
            if self.redial_by(soon) {
                self.hasten_from = soon.plus(HASTEN_SPACING_MS);
            }
        }
    }

    /// Everyone on this network wakes at once: spread over the window, but no longer than promised.
    fn soon(&mut self, now: Timestamp) -> Timestamp {
        now.plus(self.retry_delay_ms(0).min(RETRY_WINDOW_MS))
    }

    /// Dials at this moment, if not before; whether that is sooner than it would have.
    fn redial_by(&mut self, soon: Timestamp) -> bool {
        match &mut self.connection {
            Connection::Waiting { retry_at, .. } if soon < *retry_at => {
                *retry_at = soon;
                true
            }
            _ => false,
        }
    }

    /// How long to wait after so many failures.
    pub(super) fn retry_delay_ms(&mut self, attempt: u32) -> u64 {
        retry_delay_ms(self.window_ms, attempt, self.visible, self.dice.roll())
    }

    pub(super) fn probe(&mut self, now: Timestamp, urgent: bool) {
        if matches!(self.connection, Connection::Live { .. }) {
            self.connection.probing(now, urgent, self.ping_after_ms());
            let (visible, seen) = (self.visible, self.sight(now));
            self.send(&ClientFrame::Ping { visible, seen });
        }
    }

    pub(super) fn suspend(&mut self, now: Timestamp) {
        if !matches!(
            self.connection,
            Connection::Offline | Connection::NeedsAuth { .. } | Connection::Closed { .. }
        ) {
            self.leave(now, Connection::Suspended);
        }
    }

    pub(super) fn received(&mut self, now: Timestamp, dial: u64, text: &str) {
        if self.connection.dial() != Some(dial) {
            return;
        }
        self.connection.heard(now);
        match decode::<ServerFrame>(text) {
            Ok(frame) => self.frame(now, frame),
            Err(error) => {
                let is_older = self.server_schema().is_some_and(|server| server > planted::schema());
                let trouble = format!("The server sent what this program can't read: {error}.");
                // It would come again for ever. Loaded anew this may be another release.
                if std::mem::replace(&mut self.met_unreadable, true) {
                    let message = if is_older { OLDER.to_owned() } else { trouble.clone() };
                    self.leave(now, Connection::Closed { message });
                    self.trouble = Some(trouble);
                } else {
                    self.lost(now, Some(trouble));
                }
            }
        }
    }

    fn frame(&mut self, now: Timestamp, frame: ServerFrame) {
        match frame {
            ServerFrame::Welcome(welcome) => self.welcome(now, welcome),
            ServerFrame::Subscribed(answer) => self.subscribed(now, answer),
            ServerFrame::Changes(changes) => self.changes(now, &changes),
            ServerFrame::Patch(part) => self.patch(now, part),
            ServerFrame::Verdicts { items } => self.verdicts(now, items),
            ServerFrame::Lagged { board } => self.resubscribe(&board),
            ServerFrame::Samples(samples) => self.notice(Notice::Samples(samples)),
            ServerFrame::Pong { clock } => self.stamp = self.stamp.map(|(run, ..)| (run, clock, now)),
            ServerFrame::Goodbye { reason, window_ms } => {
                self.window_ms = window_ms;
                self.lost(now, Some(reason));
            }
            ServerFrame::Error { code, message } => self.refused(now, code, message),
            ServerFrame::People(people) => self.met(people),
            ServerFrame::Receipt(receipt) => self.receipt(&receipt),
            ServerFrame::Event { board, name, payload } => self.notice(Notice::Event { board, name, payload }),
        }
    }

    fn refused(&mut self, now: Timestamp, code: Code, message: String) {
        match code {
            Code::NeedsAuth => self.leave(now, Connection::NeedsAuth { message }),
            Code::Unsupported => self.leave(now, Connection::Closed { message }),
            code if code.is_final() => self.lost(now, Some(message)),
            _ => self.notice(Notice::Trouble { message }),
        }
    }

    fn welcome(&mut self, now: Timestamp, welcome: Welcome) {
        let Connection::Greeting { dial, .. } = self.connection else {
            return;
        };
        let namespace = Namespace {
            store: welcome.store,
            principal: welcome.identity.principal.clone(),
        };
        self.window_ms = welcome.window_ms;
        self.meet(welcome.run);
        self.stamp = Some((welcome.run, welcome.clock, now));
        (self.trouble, self.offline_since) = (None, None);
        self.requests.rest();
        self.plan_refresh(now);
        for replica in self.replicas.values_mut() {
            replica.give_up_catching_up(); // what was asked by a request is asked here anew
        }
        self.connection = Connection::Live {
            dial,
            welcome: Box::new(welcome),
            heard_at: now,
            asked_at: now,
            said_at: None,
            probe: None,
        };
        let same = self.namespace.as_ref() == Some(&namespace)
            || (planted::is(Bug::OutboxNotPerPrincipal) && self.namespace.is_some());
        if !same {
            // Another server or another person: what the last one left stays theirs, under their own name.
            self.enter(now, namespace);
        }
        for pending in self.outbox.iter_mut() {
            pending.sent &= planted::is(Bug::ResendForgottenAfterReconnect); // what went by server function may hang there
        }
        if !self.watched.is_empty() {
            self.send(&ClientFrame::Watch {
                series: self.watched.clone(),
            });
        }
        while let Some((board, name, payload)) = self.events.pop_front() {
            self.send(&ClientFrame::Event { board, name, payload });
        }
    }

    /// Another process may serve an older backup: a verdict that the confirmed state does not contain yet may be of a
    /// history that is no more. It is asked for again; where it still holds it is the same.
    pub(super) fn meet(&mut self, run: RunId) {
        if self.run.replace(run) == Some(run) {
            return;
        }
        if planted::is(Bug::RunNotMet) {
            return;
        }
        (self.keeping.met, self.keeping.reread) = (Met::Unread, true);
        self.requests.void();
        self.replicas.values_mut().for_each(Replica::forget_early);
        for pending in self.outbox.iter_mut() {
            pending.waiting = None; // the process that asked to wait is no more
            let confirmed = self
                .replicas
                .get(&pending.operation.board)
                .map_or(Revision::ZERO, |replica| replica.cursor.revision);
            if pending.is_decided_beyond(confirmed) {
                pending.verdict = None;
            }
        }
    }

    pub(super) fn subscribed(&mut self, now: Timestamp, mut answer: Subscribed) {
        let Some(replica) = self.replicas.get_mut(&answer.board) else {
            return;
        };
        let Subscription::Asked { listed, .. } = replica.subscription.answered(answer.request) else {
            return;
        };
        replica.early.append(&mut answer.verdicts);
        answer.verdicts = std::mem::take(&mut replica.early);
        let continuity = replica.continuity(&answer);
        // All of it, though this cursor is known there: what is here is not what is there.
        let differs = answer.from == Cursor::ORIGIN && replica.cursor.revision >= answer.horizon.max(Revision(1));
        let is_compared = replica.is_compared;
        if is_compared && differs && continuity == Continuity::Continues {
            self.counters.differences += 1;
        }
        let board = answer.board.clone();
        let continues = continuity == Continuity::Continues;
        let verdicts = if continues { answer.verdicts.clone() } else { Vec::new() };
        // Nothing follows an answer at one's own cursor.
        let there = answer.at == replica.cursor && answer.from == answer.at;
        if !matches!(continuity, Continuity::Broken { .. }) {
            replica.found_by = self.run;
        }
        if there {
            replica.caught_up(&answer);
            (replica.subscription, replica.is_compared) = (Subscription::Live, false);
            self.synced_at = Some(now);
        } else {
            replica.subscription = Subscription::CatchingUp {
                listed: listed.clone(),
                answer,
                parts: Vec::new(),
                continuity,
            };
        }
        for (id, verdict) in verdicts {
            self.decided(now, id, verdict);
        }
        if there {
            self.certain(now, &board, &listed, false);
        } else if is_compared && !differs {
            self.missed_comparing();
        }
    }

    fn changes(&mut self, now: Timestamp, frame: &ChangesFrame) {
        if self.drafts.len() > 0 {
            // What was set here comes back as it was sent: that is on the screen already, unless it was taken back.
            let is_news = |change: &&Change| {
                let own = self.outbox.get(change.id).filter(|_| self.is_shown(change.id));
                !own.is_some_and(|own| own.operation.intent.came_to(&change.effect))
            };
            let news: Vec<&Change> = frame.changes.iter().filter(is_news).collect();
            self.make_drafts_before(now, &|draft| {
                draft.board == frame.board && news.iter().any(|change| draft.is_over(change))
            });
        }
        let Some(replica) = self.replicas.get_mut(&frame.board) else {
            return;
        };
        if matches!(replica.subscription, Subscription::Off | Subscription::Asked { .. }) {
            return; // of the subscription before; what is asked for now starts from the cursor
        }
        match replica.changes(now, frame) {
            Arrived::Applied(widgets) => {
                let arrived = match &replica.subscription {
                    Subscription::CatchingUp { answer, .. } => replica.cursor.revision >= answer.at.revision,
                    _ => false,
                };
                replica.is_compared &= !arrived;
                if arrived
                    && let Subscription::CatchingUp { listed, answer, .. } =
                        std::mem::replace(&mut replica.subscription, Subscription::Live)
                {
                    replica.caught_up(&answer);
                    self.certain(now, &frame.board, &listed, false);
                }
                for change in &frame.changes {
                    self.seen(change.id, change.revision);
                }
                self.arrived(now, &frame.board, widgets);
            }
            Arrived::Known | Arrived::Partial => {}
            Arrived::Gap => {
                self.counters.gaps += 1;
                self.resubscribe(&frame.board);
            }
        }
    }

    pub(super) fn patch(&mut self, now: Timestamp, part: PatchFrame) {
        let board = part.board.clone();
        if part.last {
            self.make_drafts_before(now, &|draft| draft.board == board);
        }
        let Some(Subscription::CatchingUp { listed, continuity, .. }) =
            self.replicas.get(&board).map(|replica| &replica.subscription)
        else {
            return; // of the subscription before
        };
        if part.last {
            // A patch does not say whose operations it contains. It may be applied only when the fate of every
            // pending one was asked for along with it, or one could be shown twice.
            let asked = |id: OperationId| listed.iter().any(|undecided| undecided.contains(id));
            let open = |pending: &Pending| pending.is_undecided() || *continuity != Continuity::Continues;
            if self
                .outbox
                .of_board(&board)
                .any(|pending| open(pending) && !asked(pending.operation.id))
                && !planted::is(Bug::FatesNotAsked)
            {
                self.resubscribe(&board);
                return;
            }
        }
        let Some(replica) = self.replicas.get_mut(&board) else {
            return;
        };
        let last = part.last;
        match replica.patch(now, part) {
            Arrived::Applied(widgets) => {
                if last {
                    (replica.found_by, replica.is_compared) = (self.run, false);
                }
                if last
                    && let Subscription::CatchingUp {
                        listed,
                        answer,
                        continuity,
                        ..
                    } = std::mem::replace(&mut replica.subscription, Subscription::Live)
                {
                    let whole = answer.from == Cursor::ORIGIN;
                    match continuity {
                        Continuity::Continues => {}
                        Continuity::Doubtful => {
                            self.outbox.forget_verdicts(&board);
                            if !planted::is(Bug::DoubtfulStateWaits) {
                                self.leave_history(&board, NOWHERE);
                            }
                        }
                        Continuity::Broken { fork } => self.break_history(&answer, fork),
                    }
                    for (id, verdict) in answer.verdicts {
                        self.decided(now, id, verdict);
                    }
                    self.certain(now, &board, &listed, whole);
                }
                self.arrived(now, &board, widgets);
            }
            Arrived::Gap => {
                self.counters.gaps += 1;
                self.resubscribe(&board);
            }
            Arrived::Known => self.resubscribe(&board),
            Arrived::Partial => {}
        }
    }

    pub(super) fn arrived(&mut self, now: Timestamp, board: &BoardId, widgets: impl IntoIterator<Item = WidgetId>) {
        self.synced_at = Some(now);
        self.counters.updates += 1;
        self.keeping.due.insert(board.clone());
        self.notice(Notice::Changed {
            board: board.clone(),
            widgets: widgets.into_iter().collect(),
        });
    }

    /// What was asked for comes on the screen with its answer, under what is being typed.
    fn make_drafts_over_returned(&mut self, now: Timestamp, board: &BoardId, listed: &[Undecided]) {
        let returns = |pending: &&Pending| {
            let id = pending.operation.id;
            pending.fate != Fate::Known && listed.iter().any(|undecided| undecided.contains(id))
        };
        let returned = self.outbox.of_board(board).filter(returns);
        let returned: Vec<OperationId> = returned.map(|pending| pending.operation.id).collect();
        for id in returned {
            self.make_drafts_over(now, id);
        }
    }

    /// The fate of these was asked, and the answer is here: they are as undecided as they look; unless the whole board
    /// was sent, and they were made before what the server remembers.
    fn certain(&mut self, now: Timestamp, board: &BoardId, listed: &[Undecided], whole: bool) {
        self.make_drafts_over_returned(now, board, listed);
        self.call_home(board);
        self.keeping.due.insert(board.clone());
        let horizon = self
            .replicas
            .get(board)
            .map_or(Revision::ZERO, |replica| replica.horizon);
        let mut asked_late = false;
        for pending in self
            .outbox
            .iter_mut()
            .filter(|pending| pending.operation.board == *board && pending.is_undecided())
        {
            let forgotten = (whole || pending.fate != Fate::Known) && pending.operation.made_at.revision < horizon;
            let asked = listed.iter().any(|undecided| undecided.contains(pending.operation.id));
            asked_late |= pending.fate == Fate::Unasked && !asked;
            if asked {
                pending.fate = if forgotten { Fate::Unknown } else { Fate::Known };
            }
            if asked && !forgotten && pending.again && pending.number.is_some() {
                // What is stored of the board does not contain it: a new start may show it without asking. Until it is stored
                // itself, another tab may send it again, too, and settle it: then a state taken over contains it.
                (pending.again, pending.dirty) = (false, true);
            }
        }
        if asked_late {
            self.resubscribe(board);
        }
    }
}

/// What a person is told where a newer server says what this program can't read; why that is so is among the details.
const OLDER: &str = "This program is older than its server: update it, or reload the page.";
