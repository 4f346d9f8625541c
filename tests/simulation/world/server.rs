//! The server process of this world: its inbox, its batches, and its deaths.

use super::*;

impl World {
    pub(super) fn start_server(&mut self) {
        self.servers += 1;
        let run = RunId(self.dice.wide());
        let shape = &self.plan.shape;
        let memory = tideboard::server::log::Memory {
            horizon_ms: 90 * DAY_MS,
            horizon_len: shape.horizon_len,
            ring_len: shape.ring_len,
        };
        let epoch = tideboard::protocol::Epoch(run.0);
        let setup = Setup {
            store: self.store,
            run,
            epoch,
            memory,
            catalog: crate::catalog::catalog(),
            frame_fill_bytes: 2_000,
        };
        let boards: Vec<BoardId> = self.disk.boards().cloned().collect();
        let logs: BTreeMap<_, _> = boards
            .into_iter()
            .map(|board| (board.clone(), self.disk.open(&board, memory, epoch)))
            .collect();
        self.ledger.server_opened(&logs);
        self.server = Some(Server {
            life: self.servers,
            authority: Authority::new(setup, logs),
            inbox: Vec::new(),
            batch: None,
            turning: false,
            wakes_at: None,
        });
    }

    pub(super) fn kill_server(&mut self, up_after: u64) {
        // What was written and not synced may be on the disk or not.
        if self.server.take().is_some_and(|server| server.batch.is_some()) && self.dice.chance(50) {
            self.disk.sync();
            self.ledger.batch_survives();
        }
        self.disk.forget();
        self.ledger.batch_lost();
        for (tab, life, input) in std::mem::take(&mut self.requests) {
            self.at(self.now + 1, Happening::ToTab { tab, life, input });
        }
        let wires: Vec<SessionId> = self.wires.keys().copied().collect();
        for session in wires {
            self.drop_wire(session, 0);
        }
        self.at(self.now + up_after, Happening::ServerUp);
    }

    pub(super) fn server_hears(&mut self, life: u64, event: Event) {
        let Some(server) = self.server.as_mut().filter(|server| server.life == life) else {
            return;
        };
        server.inbox.push(event);
        if !server.turning {
            server.turning = true;
            let soon = self.now + self.dice.below(3);
            self.at(soon, Happening::Turn { server: life });
        }
    }

    pub(super) fn server_wakes(&mut self, life: u64) {
        let Some(server) = self.server.as_mut().filter(|server| server.life == life) else {
            return;
        };
        server.wakes_at = None;
        if !std::mem::replace(&mut server.turning, true) {
            self.at(self.now, Happening::Turn { server: life });
        }
    }

    pub(super) fn server_receives(&mut self, life: u64, session: SessionId, text: &str) {
        if !self.wires.contains_key(&session) {
            return;
        }
        let frame: ClientFrame = decode(text).expect("the engine's own frame");
        let event = match frame {
            ClientFrame::Hello(hello) => {
                let identity = hello.token.as_deref().map(crate::tab::identity);
                if let Some(wire) = self.wires.get_mut(&session) {
                    wire.person = hello.token.clone();
                }
                Event::Hello { session, identity }
            }
            frame => {
                if let ClientFrame::Push(push) = &frame {
                    self.maybe_echo(session, push);
                }
                Event::Frame { session, frame }
            }
        };
        self.server_hears(life, event);
    }

    pub(super) fn maybe_echo(&mut self, session: SessionId, push: &Push) {
        if self.healing || !self.dice.chance(self.plan.shape.echo) {
            return;
        }
        let Some(person) = self.wires.get(&session).and_then(|wire| wire.person.clone()) else {
            return;
        };
        let identity = crate::tab::identity(&person);
        let late = self.now + [50, 3_000, 20_000][self.dice.below(3) as usize];
        self.at(
            late,
            Happening::Echo {
                identity,
                push: push.clone(),
            },
        );
    }

    pub(super) fn server_turns(&mut self, life: u64) {
        let now = self.server_time();
        let Some(server) = self
            .server
            .as_mut()
            .filter(|server| server.life == life && server.batch.is_none())
        else {
            return;
        };
        // A slow reader's queue was dropped: the authority hears of it in its own time, and the reader after that.
        if let Some((session, board)) = self.slow.take_if(|_| self.dice.chance(40)) {
            let event = Event::Lagging {
                session,
                board: board.clone(),
            };
            server.inbox.push(event);
            self.deliver(session, &encode(&ServerFrame::Lagged { board }));
        }
        let Some(server) = self.server.as_mut() else { return };
        let events = std::mem::take(&mut server.inbox);
        speak(self.is_newer);
        let batch = server.authority.handle(now, events);
        for (board, _, record) in &batch.records {
            self.disk.append(board, record);
        }
        self.ledger.batch_decided(&batch.records, now);
        let wait = 1 + self.dice.below(8);
        if planted::is(Bug::VisibleBeforeDurable) {
            let replies = server.authority.committed(batch);
            self.replies(replies);
        } else {
            server.batch = Some(batch);
        }
        self.at(self.now + wait, Happening::Commit { server: life });
    }

    pub(super) fn server_commits(&mut self, life: u64) {
        let memory = self.memory();
        let Some(server) = self.server.as_mut().filter(|server| server.life == life) else {
            return;
        };
        server.turning = false;
        let Some(batch) = server.batch.take() else {
            self.disk.sync(); // told already: only a planted mistake does that
            self.ledger.batch_durable();
            return;
        };
        let fails = if batch.records.is_empty() {
            None
        } else {
            self.fail_commit.take()
        };
        let replies = match fails {
            Some(true) => {
                // Nobody knows whether it is on the disk: the process may not go on.
                self.kill_server(200);
                return;
            }
            Some(false) => {
                self.disk.forget();
                self.ledger.batch_lost();
                let epoch = server.authority.epoch();
                let disk = &self.disk;
                let reload = |board: &BoardId| Ok::<_, std::convert::Infallible>(disk.open(board, memory, epoch));
                match server.authority.abandoned(batch, reload) {
                    Ok(replies) => replies,
                    Err(never) => match never {},
                }
            }
            None => {
                self.disk.sync();
                self.ledger.batch_durable();
                let replies = server.authority.committed(batch);
                self.ledger
                    .remembers(server.authority.logs(), self.plan.shape.horizon_len);
                if self.dice.chance(8) {
                    let logs = server.authority.logs();
                    let chosen = self.dice.below(logs.len().max(1) as u64) as usize;
                    if let Some((board, log)) = logs.iter().nth(chosen) {
                        self.disk.compact(board, log);
                    }
                }
                replies
            }
        };
        self.replies(replies);
        let (now, server_now) = (self.now, self.server_time());
        let Some(server) = self.server.as_mut() else { return };
        if !server.inbox.is_empty() {
            server.turning = true;
            self.at(now, Happening::Turn { server: life });
        } else if let (None, Some(at)) = (server.wakes_at, server.authority.next_wakeup()) {
            let when = now + at.since(server_now).max(1);
            server.wakes_at = Some(when);
            self.at(when, Happening::Wake { server: life });
        }
    }

    pub(super) fn memory(&self) -> tideboard::server::log::Memory {
        tideboard::server::log::Memory {
            horizon_ms: 90 * DAY_MS,
            horizon_len: self.plan.shape.horizon_len,
            ring_len: self.plan.shape.ring_len,
        }
    }

    pub(super) fn replies(&mut self, replies: Vec<Reply>) {
        for reply in replies {
            match reply {
                Reply::Send { session, frame } => {
                    self.ledger.told(&frame, self.now);
                    self.deliver(session, &encode(&frame));
                }
                Reply::Tell { session, told } => {
                    for frame in told {
                        self.ledger.told(&frame, self.now);
                        self.deliver(session, &encode(&frame));
                    }
                }
                Reply::Publish { sessions, frame } => {
                    self.ledger.told(&frame, self.now);
                    let text = encode(&frame);
                    let dropped = self.drops(&sessions, &frame);
                    for session in sessions.into_iter().filter(|session| Some(*session) != dropped) {
                        self.deliver(session, &text);
                    }
                }
                Reply::Close { session } => self.drop_wire(session, 1),
                Reply::Replayed { request, items } if request > 0 => {
                    self.ledger
                        .told(&ServerFrame::Verdicts { items: items.clone() }, self.now);
                    self.answer_request(request, Input::Replayed(Ok(items)));
                }
                Reply::Document { request, document } => {
                    if let Some(document) = &document {
                        let frame = ServerFrame::Subscribed(document.subscribed.clone());
                        self.ledger.told(&frame, self.now);
                    }
                    self.answer_request(request, Input::Document(document.ok_or(RequestError::TooLarge)));
                }
                Reply::Replayed { .. } | Reply::Called { .. } | Reply::Found { .. } => {}
            }
        }
    }

    /// Whose copy of a frame of changes is dropped, because they read too slowly.
    fn drops(&mut self, sessions: &[SessionId], frame: &ServerFrame) -> Option<SessionId> {
        let ServerFrame::Changes(changes) = frame else {
            return None;
        };
        self.lag_next.take_if(|_| self.slow.is_none() && !sessions.is_empty())?;
        let slow = sessions[self.dice.below(sessions.len() as u64) as usize];
        self.slow = Some((slow, changes.board.clone()));
        Some(slow)
    }
}
