//! Tabs: opened, given inputs, killed, frozen; what they ask of their storage.

use std::collections::BTreeSet;

use tideboard::{protocol::OperationId, sync::undecided};

use super::*;

impl World {
    pub(super) fn open_tab(&mut self, tab: usize) {
        let device = self.tabs[tab].device;
        let leads = !self
            .tabs
            .iter()
            .any(|other| other.device == device && other.engine.is_some() && other.leading);
        let reused = planted::is(Bug::ClientIdReused);
        let client = if reused {
            u128::from(tab as u64) + 1
        } else {
            self.dice.wide()
        };
        let (seed, offset) = (self.dice.roll(), self.dice.below(1_000_000));
        let opened = Tab::open(
            &self.devices[device],
            client,
            seed,
            self.now,
            offset,
            self.plan.shape.is_counted,
        );
        let before = std::mem::take(&mut self.tabs[tab]);
        self.tabs[tab] = opened;
        let state = &mut self.tabs[tab];
        let life = before.life + 1;
        (state.device, state.life, state.leading) = (device, life, leads);
        (state.was_shown, state.is_newer) = (before.was_shown, before.is_newer);
        self.give(tab, life, Input::Leading(leads));
        for board in self.boards.clone() {
            self.command(tab, Command::Watch { board });
        }
        self.command(tab, Command::Connect);
    }

    pub fn command(&mut self, tab: usize, command: Command) {
        let life = self.tabs[tab].life;
        self.give(tab, life, Input::Command(command));
    }

    /// Gives a tab an input, performs what comes of it, and looks whether all is as it must be.
    pub(super) fn give(&mut self, tab: usize, life: u64, input: Input) {
        let state = &mut self.tabs[tab];
        if state.life != life || state.engine.is_none() {
            return;
        }
        if state.frozen {
            state.held.push(input);
            return;
        }
        if let Input::Visible(visible) = input {
            state.hidden = !visible;
        }
        if let Input::Command(Command::SignIn { token: Some(person) }) = &input {
            state.person.clone_from(person);
            state.asked_again = None;
        }
        let local = state.local(self.now);
        self.ledger.edits(tab, state, &input);
        let Some(engine) = state.engine.as_mut() else { return };
        speak(state.is_newer);
        let effects: Vec<Effect> = engine.handle(local, input).collect();
        for effect in effects {
            self.perform(tab, life, effect);
        }
        if let Some(watched) = &self.watched {
            let look = self.tabs[tab].look(watched);
            if self.tabs[tab].last_look != look {
                eprintln!("{:>9} tab {tab} life {life}: {look}", self.now);
                self.tabs[tab].last_look = look;
            }
        }
        let server_time = self.server_time();
        self.ledger.looked(tab, &mut self.tabs[tab], server_time);
        self.set_timer(tab);
        self.undo_at_once(tab);
        if self.plan.shape.auto_resolve {
            self.resolve_by_policy(tab);
        }
    }

    /// What a page does that resolves by itself.
    fn resolve_by_policy(&mut self, tab: usize) {
        let state = &mut self.tabs[tab];
        let Some(engine) = state.engine.as_ref().filter(|engine| engine.status().leading) else {
            return;
        };
        for conflict in undecided(engine.conflicts().cloned(), &mut state.decided) {
            let (id, seen) = (conflict.id(), Some(conflict.operation.id));
            let resolution = conflict.by_policy();
            self.ledger.decided(&conflict, &resolution);
            self.command(tab, Command::Resolve { id, seen, resolution });
        }
    }

    pub(super) fn set_timer(&mut self, tab: usize) {
        let state = &self.tabs[tab];
        let Some(wakeup) = state.engine.as_ref().and_then(tideboard::sync::Engine::next_wakeup) else {
            return;
        };
        let when = state.true_time(wakeup).max(self.now + 1);
        if state.timer_at.is_none_or(|timer| when < timer) {
            let life = state.life;
            self.tabs[tab].timer_at = Some(when);
            self.at(when, Happening::Timer { tab, life });
        }
    }

    pub(super) fn perform(&mut self, tab: usize, life: u64, effect: Effect) {
        match effect {
            Effect::Dial { dial } => self.dialled(tab, dial),
            Effect::HangUp { .. } => {
                if let Some(session) = self.tabs[tab].wire {
                    self.drop_wire(session, 0);
                }
            }
            Effect::Send { dial, text } => {
                if text.starts_with("{\"push\":") {
                    self.ledger.sent(&self.tabs[tab], &text);
                }
                self.sends(tab, dial, text);
            }
            Effect::Load { namespace, widgets } => self.queue_job(tab, life, Job::Load { namespace, widgets }),
            Effect::Commit { namespace, transaction } => {
                if self.trace {
                    eprintln!("{:>9} tab {tab} commits {transaction:?}", self.now);
                }
                self.queue_job(tab, life, Job::Commit { namespace, transaction })
            }
            Effect::Broadcast => {
                let device = self.tabs[tab].device;
                for other in (0..self.tabs.len())
                    .filter(|other| *other != tab && self.tabs[*other].device == device)
                    .collect::<Vec<_>>()
                {
                    if self.healing || self.dice.chance(80) {
                        let (when, life) = (self.now + 1 + self.dice.below(30), self.tabs[other].life);
                        self.at(
                            when,
                            Happening::ToTab {
                                tab: other,
                                life,
                                input: Input::SiblingWrote,
                            },
                        );
                    }
                }
            }
            Effect::Yield => {
                self.tabs[tab].leading = false;
                let input = Input::Leading(false);
                self.at(self.now, Happening::ToTab { tab, life, input });
                self.passes_on(tab);
            }
            Effect::Remember(_, note) => {
                let device = self.tabs[tab].device;
                self.devices[device].disk.remembered = Some(note);
            }
            Effect::Replay(push) => {
                self.ledger.sent(&self.tabs[tab], &encode(&push));
                let identity = crate::tab::identity(&self.devices[self.tabs[tab].device].person());
                let request = ((tab as u64 + 1) << 32) | life;
                self.request(
                    tab,
                    life,
                    Event::Replay {
                        request,
                        identity,
                        push,
                    },
                    Input::Replayed(Err(RequestError::Unreachable)),
                );
            }
            Effect::Read(subscribe) => {
                let identity = crate::tab::identity(&self.devices[self.tabs[tab].device].person());
                let request = ((tab as u64 + 1) << 32) | life;
                let event = Event::Read {
                    request,
                    identity,
                    subscribe: decode(&encode(&subscribe)).expect("the engine's own words"),
                };
                let failed = Input::Document(Err(RequestError::Unreachable));
                self.request(tab, life, event, failed);
            }
            Effect::Notice(notice) => self.ledger.noticed(tab, &notice),
        }
    }

    pub(super) fn queue_job(&mut self, tab: usize, life: u64, job: Job) {
        self.tabs[tab].jobs.push_back(job);
        if self.tabs[tab].jobs.len() == 1 {
            let when = self.now + 1 + self.dice.below(6);
            self.at(when, Happening::Storage { tab, life });
        }
    }

    pub(super) fn storage_runs(&mut self, tab: usize, life: u64) {
        if self.tabs[tab].life != life {
            return;
        }
        let device = self.tabs[tab].device;
        self.tabs[tab].stored_at = self.now;
        let Some(job) = self.tabs[tab].jobs.front() else {
            return;
        };
        let input = match job {
            Job::Load { namespace, widgets } => {
                let records = Ok(self.devices[device].disk.load(tab, namespace, *widgets));
                Input::Loaded {
                    namespace: namespace.clone(),
                    widgets: *widgets,
                    records,
                }
            }
            Job::Commit { namespace, transaction } => {
                let outcome = self.devices[device].disk.commit(tab, namespace, transaction);
                let disk = &self.devices[device].disk;
                let is_pending = |number| disk.is_pending(namespace, number);
                let by = (device, namespace.principal.as_str());
                self.ledger.appended(by, (tab, life), transaction, &outcome, is_pending);
                if self.tabs[tab].person != namespace.principal.as_str() {
                    self.ledger.left_out((tab, life), transaction, &outcome);
                }
                Input::Committed(outcome)
            }
        };
        let when = self.now + 1 + self.dice.below(6);
        self.at(when, Happening::Stored { tab, life, input });
    }

    pub(super) fn storage_answers(&mut self, tab: usize, life: u64, input: Input) {
        if self.tabs[tab].life != life {
            return;
        }
        let device = self.tabs[tab].device;
        self.devices[device].disk.sync();
        if let Some(Job::Commit { namespace, transaction }) = self.tabs[tab].jobs.pop_front() {
            self.ledger
                .saved((device, namespace.principal.as_str()), &transaction, &input);
        }
        if !self.tabs[tab].jobs.is_empty() {
            let when = self.now + 1 + self.dice.below(6);
            self.at(when, Happening::Storage { tab, life });
        }
        self.give(tab, life, input);
        if self.tabs[tab].jobs.is_empty() {
            self.tabs[tab].asked_again = None;
        }
    }

    pub(super) fn kill_tab(&mut self, tab: usize) {
        self.tabs[tab].remember_shown(&self.boards);
        let doubted = self.in_doubt(tab);
        self.tabs[tab].was_shown.retain(|_, (id, _)| !doubted.contains(id));
        self.forget_unreadable(tab);
        if let Some(session) = self.tabs[tab].wire {
            self.drop_wire(session, 0);
        }
        self.tabs[tab].engine = None;
        self.tabs[tab].leading = false;
        self.devices[self.tabs[tab].device].disk.kill(tab);
        self.elect(self.tabs[tab].device);
        self.open_tab(tab);
    }

    /// Operations that are stored as ones to ask about since a history broke, while this tab has asked about them, and the answer goes
    /// with it: it has come elsewhere than what is stored of their boards, or was about to store that they need not be asked about any
    /// more. What another tab puts in doubt at the very state that this one shows is none of them.
    fn in_doubt(&self, tab: usize) -> BTreeSet<OperationId> {
        let state = &self.tabs[tab];
        let Some((engine, namespace)) = state
            .engine
            .as_ref()
            .and_then(|engine| Some((engine, engine.status().namespace?)))
        else {
            return BTreeSet::new();
        };
        let records = self.devices[state.device].disk.whole_of(&namespace);
        let read = |text: &String| serde_json::from_str::<serde_json::Value>(text).expect("a record");
        let is_answer = |key: &String, job: &Job| match job {
            Job::Commit { transaction, .. } => {
                let mut put = transaction.put.iter();
                put.any(|(put, text)| put == key && read(text)["again"] != true)
            }
            Job::Load { .. } => false,
        };
        let in_doubt = |(key, text): (&String, &String)| {
            let stored = key.starts_with("outbox/").then(|| read(text))?;
            let operation = &stored["operation"];
            let board: BoardId = operation["board"].as_str()?.parse().ok()?;
            let at = records
                .get(&format!("meta/{board}"))
                .map(|meta| read(meta)["cursor"].clone());
            let (_, cursor) = engine.confirmed(&board)?;
            let elsewhere = at != serde_json::to_value(cursor).ok();
            let is_answered = elsewhere || state.jobs.iter().any(|job| is_answer(key, job));
            let id = operation["id"].as_str()?.parse().ok()?;
            (stored["again"] == true && is_answered).then_some(id)
        };
        records.iter().filter_map(in_doubt).collect()
    }

    /// The lock goes to the next tab, if nobody holds it.
    pub(super) fn elect(&mut self, device: usize) {
        let of_device: Vec<usize> = (0..self.tabs.len())
            .filter(|tab| self.tabs[*tab].device == device && self.tabs[*tab].engine.is_some())
            .collect();
        if of_device.iter().any(|tab| self.tabs[*tab].leading) {
            return;
        }
        if let Some(tab) = of_device.first() {
            self.tabs[*tab].leading = true;
            let life = self.tabs[*tab].life;
            self.give(*tab, life, Input::Leading(true));
        }
    }

    /// A tab lets the lock go, and asks for it again: it goes to the one that has waited for it, if nobody holds it.
    fn passes_on(&mut self, tab: usize) {
        let device = self.tabs[tab].device;
        let all = (tab + 1..self.tabs.len()).chain(0..=tab);
        let of_device: Vec<usize> = all.filter(|other| self.tabs[*other].device == device).collect();
        let Some(next) = of_device.first().copied() else { return };
        if of_device.iter().all(|tab| !self.tabs[*tab].leading) {
            self.tabs[next].leading = true;
            let (life, input) = (self.tabs[next].life, Input::Leading(true));
            self.at(self.now + 1, Happening::ToTab { tab: next, life, input });
        }
    }

    pub(super) fn thaw(&mut self, tab: usize) {
        if !std::mem::replace(&mut self.tabs[tab].frozen, false) {
            return;
        }
        let stood = self.now - self.tabs[tab].frozen_at;
        self.tabs[tab].lag += stood;
        let life = self.tabs[tab].life;
        for input in std::mem::take(&mut self.tabs[tab].held) {
            self.give(tab, life, input);
        }
        self.give(tab, life, Input::Woke);
        self.give(tab, life, Input::TimerExpired);
    }

    pub(super) fn sign_in_next(&mut self, device: usize) {
        self.devices[device].signed_in += 1;
        self.ledger.has_switched = true;
        let token = Some(self.devices[device].person());
        for tab in (0..self.tabs.len())
            .filter(|tab| self.tabs[*tab].device == device)
            .collect::<Vec<_>>()
        {
            self.command(tab, Command::SignIn { token: token.clone() });
        }
    }
}
