//! How it moves: effects become inputs, frames cross as text, and whatever is under way arrives before anything else happens.

use super::*;

impl World {
    /// A new world, on a server that remembers the newest six operations of a board.
    pub fn forgetful() -> Self {
        Self::with_memory(Memory {
            horizon_len: 6,
            ..Memory::default()
        })
    }

    /// Another server answers at the address; gives the one that did.
    pub fn meet_another_server(&mut self) -> Server {
        let another = self.server.another();
        self.meet(another)
    }

    pub fn meet(&mut self, server: Server) -> Server {
        let before = std::mem::replace(&mut self.server, server);
        self.cut_all();
        before
    }

    /// The server starts again with all that it had, and then somebody adds to a counter, more often than a forgetful one remembers.
    pub fn go_on_past_the_horizon(&mut self, tab: usize) {
        self.back_up_the_server();
        self.restore_the_servers_backup();
        self.calm();
        for _ in 0..10 {
            self.add(tab, "crew", "count", 1);
            self.calm();
        }
    }

    pub(super) fn cut_all(&mut self) {
        for tab in 0..self.tabs.len() {
            self.hang_up(tab);
        }
        self.go_on();
    }

    pub fn redo(&mut self, tab: usize) {
        self.command(tab, Command::Redo);
    }

    pub fn resolve(&mut self, tab: usize, id: OperationId, resolution: Resolution) {
        let conflicts = self.conflicts(tab);
        let seen = conflicts.iter().find(|conflict| conflict.id() == id);
        let seen = seen.map(|conflict| conflict.operation.id);
        self.command(tab, Command::Resolve { id, seen, resolution });
    }

    /// Sets a field to what was made of `base`, whatever is there now.
    pub fn set_on(&mut self, tab: usize, widget: &str, field: &str, value: impl Into<Value>, base: impl Into<Value>) {
        let (board, widget, field) = (deck(), named(widget), field.parse().expect("a name"));
        let (value, base) = (value.into(), base.into());
        self.command(
            tab,
            Command::SetOn {
                board,
                widget,
                field,
                value,
                base,
            },
        );
    }

    /// A tab sends from now on, whoever else does.
    pub fn lead(&mut self, tab: usize) {
        self.give(tab, Input::Leading(true));
    }

    /// Its storage, which is held, does what it was asked for until now, and no more.
    pub fn store_once(&mut self, tab: usize) {
        let asked = self.tabs[tab].held.take();
        for effect in asked.into_iter().flatten() {
            self.perform(tab, effect);
        }
        self.hold_the_storage(tab);
        self.go_on();
    }

    /// Whether all that a tab knows is on its disk.
    pub fn is_stored(&self, tab: usize) -> bool {
        self.tabs[tab].engine.is_stored()
    }

    /// Whether a person need not hear of an edit any more, though it is still in the outbox.
    pub fn is_gone(&self, tab: usize, id: OperationId) -> bool {
        let mut pending = self.tabs[tab].engine.pending();
        pending.any(|pending| pending.operation.id == id && pending.is_gone())
    }

    /// Who has removed a widget, as a tab knows it.
    pub fn remover(&self, tab: usize, widget: &str) -> Option<String> {
        let shown = self.tabs[tab].engine.shown_widget(&deck(), &named(widget));
        let by = shown.widget(&named(widget))?.removed_by.as_ref()?;
        Some(by.principal.to_string())
    }

    /// The widgets of the board as a tab shows them, in the order in which they were made.
    pub fn as_made(&self, tab: usize) -> Vec<String> {
        let shown = self.tabs[tab].engine.shown(&deck()).expect("the board is watched");
        let mut widgets: Vec<_> = shown.board.present().collect();
        widgets.sort_by_key(|(_, widget)| widget.created);
        widgets.iter().map(|(id, _)| id.to_string()).collect()
    }

    pub fn is_live(&self, tab: usize) -> bool {
        let view = self.tabs[tab].engine.board(&deck());
        view.is_some_and(|view| view.freshness == Freshness::Live)
    }

    /// How long ago a tab last agreed with the server; `None` where that was not since it was opened.
    pub fn synced_ago(&self, tab: usize) -> Option<u64> {
        let at = self.tabs[tab].engine.status().synced_at;
        at.map(|at| self.now - at.0)
    }

    /// How many others, as a tab knows, have seen the change by which a field has the value that it confirmed last.
    pub fn seen_by_others(&self, tab: usize, widget: &str, field: &str) -> usize {
        let engine = &self.tabs[tab].engine;
        let (confirmed, _) = engine.confirmed(&deck()).expect("the board is watched");
        let field = confirmed.field(&named(widget), &field.parse().expect("a name"));
        let revision = field.expect("it was set").revision;
        engine.seen_by(&deck()).map_or(0, |seen| seen.others(revision))
    }

    pub fn count_frames(&mut self) {
        self.frames.clear();
    }

    /// Frames that were sent since then, of this name, or with a field of this name.
    pub fn frames_of(&self, name: &str) -> usize {
        self.named_frames(name).count()
    }

    pub fn bytes_of(&self, name: &str) -> usize {
        self.named_frames(name).map(String::len).sum()
    }

    fn named_frames(&self, name: &str) -> impl Iterator<Item = &String> {
        let name = format!("\"{name}\":");
        self.frames.iter().filter(move |frame| frame.contains(&name))
    }

    /// How this page's release stands to what it meets.
    pub fn release(&self, tab: usize) -> Release {
        self.tabs[tab].engine.status().release
    }

    /// How many edits a person is told are waiting.
    pub fn engine(&self, tab: usize) -> &Engine {
        &self.tabs[tab].engine
    }

    pub fn waiting(&self, tab: usize) -> usize {
        self.tabs[tab].engine.status().pending
    }

    /// The server says this to a tab, whatever that is.
    pub fn is_told(&mut self, tab: usize, text: &str) {
        let (session, _) = self.tabs[tab].wire.expect("it is connected");
        self.deliver(session, text);
        self.go_on();
    }

    pub fn give(&mut self, tab: usize, input: Input) {
        self.tabs[tab].inputs.push_back(input);
        self.go_on();
    }

    /// Until nothing is under way any more.
    pub(super) fn go_on(&mut self) {
        while let Some(tab) = self.tabs.iter().position(|state| !state.inputs.is_empty()) {
            let now = Timestamp(self.now);
            let state = &mut self.tabs[tab];
            let Some(input) = state.inputs.pop_front() else { break };
            let effects: Vec<Effect> = state.engine.handle(now, input).collect();
            for effect in effects {
                self.perform(tab, effect);
            }
        }
    }

    pub(super) fn perform(&mut self, tab: usize, effect: Effect) {
        let state = &mut self.tabs[tab];
        if matches!(effect, Effect::Load { .. } | Effect::Commit { .. })
            && let Some(held) = &mut state.held
        {
            held.push(effect);
            return;
        }
        let (whose, signed_in) = (state.person, state.signed_in);
        let disk = &mut self.disks[whose];
        match effect {
            Effect::Dial { dial } if state.reachable && !state.without_sockets => {
                self.births += 1;
                state.wire = Some((self.births, dial));
                state.inputs.push_back(Input::Opened { dial });
            }
            Effect::Dial { dial } => state.inputs.push_back(Input::Closed { dial }),
            Effect::HangUp { .. } => self.hang_up(tab),
            Effect::Send { dial, text } => self.sent(tab, dial, &text),
            Effect::Load { namespace, widgets } => {
                let records = Ok(disk.load(tab, &namespace, widgets));
                state.inputs.push_back(Input::Loaded {
                    namespace,
                    widgets,
                    records,
                });
            }
            Effect::Commit { namespace, transaction } => {
                let outcome = disk.commit(tab, &namespace, &transaction);
                state.inputs.push_back(Input::Committed(outcome));
            }
            Effect::Remember(..) if disk.refuses_notes => {
                state.inputs.push_back(Input::Remembered(Err(StorageError::Full)));
            }
            Effect::Remember(_, note) => {
                disk.remembered = Some(note);
                state.inputs.push_back(Input::Remembered(Ok(())));
            }
            Effect::Replay(_) if !state.reachable => {
                state.inputs.push_back(Input::Replayed(Err(RequestError::Unreachable)))
            }
            Effect::Read(_) if !state.reachable => {
                state.inputs.push_back(Input::Document(Err(RequestError::Unreachable)))
            }
            Effect::Replay(push) => {
                self.posted += 1;
                let (request, identity) = (tab as u64, identity(signed_in));
                self.server_hears(Event::Replay {
                    request,
                    identity,
                    push,
                });
            }
            Effect::Read(subscribe) => {
                let (request, identity) = (tab as u64, identity(signed_in));
                self.server_hears(Event::Read {
                    request,
                    identity,
                    subscribe,
                });
            }
            Effect::Notice(Notice::Refused { error, .. }) => state.refusals.push(error),
            Effect::Yield => {
                self.yields.push(tab);
                state.inputs.push_back(Input::Leading(false));
                let others = (tab + 1..self.tabs.len()).chain(0..=tab);
                let next = others.into_iter().find(|other| self.tabs[*other].person == whose);
                self.tabs[next.unwrap_or(tab)].inputs.push_back(Input::Leading(true));
            }
            Effect::Broadcast => {
                for (other, sibling) in self.tabs.iter_mut().enumerate() {
                    if sibling.person == whose && other != tab {
                        sibling.inputs.push_back(Input::SiblingWrote);
                    }
                }
            }
            Effect::Notice(notice) => state.news.push(notice),
        }
    }

    /// A frame on its way to the server; one that can't be read ends the connection.
    fn sent(&mut self, tab: usize, dial: u64, text: &str) {
        let state = &self.tabs[tab];
        let wire = state.wire.filter(|(_, dialled)| *dialled == dial && !state.mute);
        let Some((session, _)) = wire else { return };
        self.frames.push(text.to_owned());
        match decode::<ClientFrame>(text) {
            Ok(ClientFrame::Hello(_)) => self.server_hears(Event::Hello {
                session,
                identity: Some(identity(self.tabs[tab].signed_in)),
            }),
            Ok(frame) => self.server_hears(Event::Frame { session, frame }),
            Err(error) => {
                let frame = ServerFrame::Error {
                    code: Code::Malformed,
                    message: error.to_string(),
                };
                self.deliver(session, &encode(&frame));
                self.hang_up(tab);
            }
        }
    }

    fn server_hears(&mut self, event: Event) {
        self.server_turns(Some(event));
    }

    /// The server decides what it has heard, and tells what is due.
    pub(super) fn server_turns(&mut self, event: Option<Event>) {
        for reply in self.server.hear(Timestamp(self.now), event) {
            match reply {
                Reply::Send { session, frame } => self.deliver(session, &encode(&frame)),
                Reply::Tell { session, told } => told.for_each(|frame| self.deliver(session, &encode(&frame))),
                Reply::Publish { sessions, frame } => {
                    let text = encode(&frame);
                    sessions.into_iter().for_each(|session| self.deliver(session, &text));
                }
                Reply::Close { session } => {
                    let whose = |state: &Tab| state.wire.is_some_and(|(wire, _)| wire == session);
                    if let Some(tab) = self.tabs.iter().position(whose) {
                        self.hang_up(tab);
                    }
                }
                Reply::Replayed { request, items } => self.answer(request, Input::Replayed(Ok(items))),
                Reply::Called { .. } | Reply::Found { .. } => {}
                Reply::Document { request, document } => {
                    self.answer(request, Input::Document(document.ok_or(RequestError::TooLarge)))
                }
            }
        }
    }

    fn deliver(&mut self, session: SessionId, text: &str) {
        self.frames.push(text.to_owned());
        for state in self.tabs.iter_mut().filter(|state| !state.deaf) {
            if let Some((_, dial)) = state.wire.filter(|(wire, _)| *wire == session) {
                let text = text.to_owned();
                state.inputs.push_back(Input::Received { dial, text });
            }
        }
    }

    fn answer(&mut self, request: u64, input: Input) {
        let state = &mut self.tabs[request as usize];
        match &mut state.slow_answers {
            _ if state.deaf => {}
            Some(answers) => answers.push(input),
            None => state.inputs.push_back(input),
        }
    }

    pub(super) fn hang_up(&mut self, tab: usize) {
        if let Some((session, dial)) = self.tabs[tab].wire.take() {
            self.server_hears(Event::Closed { session });
            self.tabs[tab].inputs.push_back(Input::Closed { dial });
        }
    }
}
