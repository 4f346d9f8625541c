//! One socket's life: greeted within a time, within its limits, and told why when it ends.
//!
//! ```text
//! socket ─ decode ─ limits ─► committer          (waits while the committer's queue is full, or the mailbox is)
//! socket ◄─ flush once ◄─ mailbox ◄─ fan-out     (and samples and people, which never queue: the newest are written)
//! ```
//!
//! Ten thousand of these idle in one server, so each keeps as little as it can: no write buffer (packets are written
//! from where they lie, shared), a small read buffer, one timer.

mod here;
mod pace;
mod pipe;
mod watching;

use std::{collections::VecDeque, sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::time::{Instant, Sleep, sleep_until, timeout};
use tokio_tungstenite::tungstenite::{Error as SocketError, Message, error::CapacityError};

pub(super) use self::pipe::upgrade;
use self::{
    here::told_of,
    pace::Pace,
    pipe::Pipe,
    watching::{Watched, tick},
};
use super::{
    Seat, Server, authority::SessionId, committer::Request, mailbox::Mailbox, packet::packet, people::Presence,
};
use crate::{
    config::{
        CLOSE_MS_MAX, EVENT_BYTES_MAX, FRAME_BYTES_MAX, GREETING_MS_MAX, IN_FLIGHT_LEN_MAX, NAME_BYTES_MAX,
        PEOPLE_SILENCE_MS_MAX, SCHEMA_MIN, SILENCE_MS_MAX, WRITE_MS_MAX,
    },
    protocol::{ClientFrame, Code, DecodeError, Hello, Identity, ServerFrame, decode},
};

/// A connection's side of the server.
struct Session {
    id: SessionId,
    server: Server,
    seat: Seat,
    /// What its cookie told; without one, `hello` must bring a token.
    identity: Option<Identity>,
    pipe: Pipe,
    mailbox: Arc<Mailbox>,
    pace: Pace,
    greeted: Greeted,
    heard_at: Instant,
    watched: Option<Box<Watched>>,
    presence: Option<Box<Presence>>,
}

/// How far the greeting has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Greeted {
    /// Nothing came yet.
    Not,
    /// By somebody unknown: the authority's refusal is on its way.
    Refused,
    /// By somebody the door knows.
    Welcome,
}

/// How long a socket may keep its server waiting, in milliseconds. `Default` is [`crate::config`]'s.
#[derive(Clone, Copy, Debug)]
pub struct SocketPatience {
    /// Until it greets.
    pub greeting_ms_max: u64,
    /// Until it says something again.
    pub silence_ms_max: u64,
    /// The same, to stay among the people of a board.
    pub people_silence_ms_max: u64,
    /// Until it has taken what is written to it at once.
    pub write_ms_max: u64,
    /// Until it has answered a close.
    pub close_ms_max: u64,
}

/// Why a session ends.
#[derive(Debug)]
enum End {
    /// The other side is gone, or does not take what it is sent.
    Gone,
    /// The authority has said all it had to say.
    Told,
    /// The server stops.
    Stopping,
    /// Refused, with the reason.
    Refused(Code, String),
}

/// What a session waits for.
enum Step {
    Received(Option<Result<Message, SocketError>>),
    Mail,
    Past,
    Tick,
    People,
    Timer,
    Stopping,
}

/// Serves a socket until either side ends it. `identity` is what its cookie told.
async fn serve(server: Server, pipe: Pipe, identity: Option<Identity>, seat: Seat) {
    let requests = server.requests().clone();
    let mut session = Session {
        id: server.next_session(),
        seat,
        identity,
        pipe,
        mailbox: Arc::default(),
        pace: Pace::default(),
        greeted: Greeted::Not,
        heard_at: Instant::now(),
        watched: None,
        presence: None,
        server,
    };
    let end = session.run().await;
    session.presence = None;
    if session.greeted != Greeted::Not {
        // The committer is gone only when the server is; then there is nobody to tell.
        let _ = requests.send(Request::Closed { session: session.id }).await;
    }
    session.end(end).await;
}

impl Session {
    /// Goes on until there is a reason to end.
    async fn run(&mut self) -> End {
        let server = self.server.clone();
        let stopping = server.stopping();
        let timer = sleep_until(self.deadline());
        tokio::pin!(stopping, timer);
        loop {
            let reads = self.mailbox.has_room();
            if !reads {
                // Who is not heard is not silent.
                self.heard_at = Instant::now();
            }
            let tells_past = self.watched.as_ref().is_some_and(|watched| watched.tells_past());
            let step = tokio::select! {
                received = self.pipe.next(), if reads => Step::Received(received),
                () = self.mailbox.filled() => Step::Mail,
                () = std::future::ready(()), if tells_past => Step::Past,
                () = tick(&mut self.watched), if !tells_past => Step::Tick,
                () = told_of(&mut self.presence) => Step::People,
                () = timer.as_mut() => Step::Timer,
                () = stopping.as_mut() => Step::Stopping,
            };
            if !self.seat.is_admitted() && self.greeted != Greeted::Not {
                return End::Refused(
                    Code::NeedsAuth,
                    "Your session has ended: sign in to go on. Your edits wait safely on this device.".to_owned(),
                );
            }
            let went_on = match step {
                Step::Received(received) => self.received(received).await,
                Step::Mail => self.write_mail().await,
                Step::Past => self.write_past().await,
                Step::Tick => self.write_samples().await,
                Step::People => self.write_people().await,
                Step::Timer => self.check_silence(timer.as_mut()),
                Step::Stopping => Err(End::Stopping),
            };
            if let Err(end) = went_on {
                return end;
            }
            // Who has come to a board is waited for less long.
            if self.deadline() < timer.deadline() {
                timer.as_mut().reset(self.deadline());
            }
        }
    }

    /// The moment from which on the other side has been silent for too long.
    fn deadline(&self) -> Instant {
        let patience = self.server.patience();
        let patience_ms = if self.greeted == Greeted::Not {
            patience.greeting_ms_max
        } else if self.is_seen() {
            patience.people_silence_ms_max.min(patience.silence_ms_max)
        } else {
            patience.silence_ms_max
        };
        self.heard_at + Duration::from_millis(patience_ms)
    }

    fn check_silence(&mut self, timer: std::pin::Pin<&mut Sleep>) -> Result<(), End> {
        self.look_away();
        if Instant::now() < self.deadline() {
            timer.reset(self.deadline());
            return Ok(());
        }
        match self.greeted {
            Greeted::Not => Err(End::Refused(
                Code::OutOfOrder,
                "No `hello` came in time. Connect again and greet first.".to_owned(),
            )),
            _ => Err(End::Gone),
        }
    }

    async fn received(&mut self, received: Option<Result<Message, SocketError>>) -> Result<(), End> {
        let message = match received {
            Some(Ok(message)) => message,
            Some(Err(SocketError::Capacity(CapacityError::MessageTooLong { size, .. }))) => {
                return Err(unreadable(&DecodeError::TooLarge { len: size }));
            }
            Some(Err(_)) | None => return Err(End::Gone),
        };
        // The first word comes with the time for all others.
        self.heard_at = if self.greeted == Greeted::Not {
            self.heard_at
        } else {
            Instant::now()
        };
        if !self.pace.admits(self.server.clock().now()) {
            return Err(End::Refused(
                Code::RateLimited,
                "Too many frames: put more into each, or send less often.".to_owned(),
            ));
        }
        match message {
            Message::Text(text) => {
                self.server.metrics().frames_received.count();
                let frame = decode::<ClientFrame>(&text).map_err(|error| unreadable(&error))?;
                self.frame(frame).await
            }
            Message::Binary(_) => Err(End::Refused(
                Code::Malformed,
                "Frames are JSON in text messages; this one was binary.".to_owned(),
            )),
            Message::Close(_) => Err(End::Gone),
            // The socket answers those itself.
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => Ok(()),
        }
    }

    async fn frame(&mut self, frame: ClientFrame) -> Result<(), End> {
        match frame {
            ClientFrame::Hello(hello) if self.greeted == Greeted::Not => return self.greet(hello).await,
            _ if self.greeted == Greeted::Not => {
                return Err(End::Refused(
                    Code::OutOfOrder,
                    "The first frame must be `hello`: greet, then go on.".to_owned(),
                ));
            }
            _ if self.greeted == Greeted::Refused => return Ok(()),
            _ => {}
        }
        match frame {
            ClientFrame::Ping { visible, seen } => {
                self.look(visible);
                self.pong().await?;
                match seen.filter(|_| visible) {
                    Some(seen) => self.ask(Request::Seen { session: self.id, seen }).await,
                    None => Ok(()),
                }
            }
            ClientFrame::Watch { series } => self.watch(series),
            ClientFrame::Here(here) => {
                self.come(here);
                Ok(())
            }
            frame => {
                check_limits(&frame)?;
                if let ClientFrame::Unsubscribe { board } = &frame {
                    self.presence.take_if(|presence| presence.board() == board);
                }
                self.ask(Request::Frame {
                    session: self.id,
                    frame: Box::new(frame),
                })
                .await
            }
        }
    }

    async fn greet(&mut self, mut hello: Hello) -> Result<(), End> {
        if hello.schema < SCHEMA_MIN {
            return Err(End::Refused(
                Code::Unsupported,
                "This client is older than the server can read: update it, or reload the page.".to_owned(),
            ));
        }
        // Taken out here: from now on no part of the server sees the token.
        let token = hello.token.take();
        if let (None, Some(token)) = (&self.identity, token) {
            match self.server.auth().verify_token_from(self.seat.peer(), &token) {
                Ok(identity) => self.identity = Some(identity),
                Err(error) => {
                    self.server.metrics().sign_ins_failed.count();
                    return Err(End::Refused(Code::NeedsAuth, error.to_string()));
                }
            }
        }
        self.greeted = if self.identity.is_some() {
            Greeted::Welcome
        } else {
            Greeted::Refused
        };
        self.heard_at = Instant::now();
        let (identity, mailbox) = (self.identity.clone(), Arc::clone(&self.mailbox));
        self.ask(Request::Hello {
            session: self.id,
            identity,
            mailbox,
        })
        .await
    }

    /// Waits while the committer's queue is full, and so does whoever sends.
    async fn ask(&mut self, request: Request) -> Result<(), End> {
        self.mailbox.asked();
        self.server.requests().send(request).await.map_err(|_| End::Stopping)
    }

    async fn pong(&mut self) -> Result<(), End> {
        let pong = packet(&ServerFrame::Pong {
            clock: self.server.clock().now(),
        });
        self.write([pong].into()).await
    }

    async fn write_mail(&mut self) -> Result<(), End> {
        let mail = self.mailbox.take(FRAME_BYTES_MAX);
        if mail.is_made {
            let metrics = self.server.metrics();
            metrics.frames_sent.add(mail.packets.len() as u64);
            metrics
                .bytes_sent
                .add(mail.packets.iter().map(|packet| packet.len() as u64).sum());
        }
        self.write(mail.packets).await?;
        if mail.last { Err(End::Told) } else { Ok(()) }
    }

    /// Writes and flushes, all at once. A reader that has not taken it within [`SocketPatience::write_ms_max`] is gone.
    async fn write(&mut self, packets: VecDeque<Bytes>) -> Result<(), End> {
        let patience = Duration::from_millis(self.server.patience().write_ms_max);
        match timeout(patience, self.pipe.write(packets)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }

    /// Says the last words, closes, and waits a little for the other side to do the same: without that, what was said
    /// may never arrive.
    async fn end(mut self, end: End) {
        let last_words = match end {
            End::Gone => return,
            End::Told => None,
            End::Stopping => {
                let reason = "The server is stopping; it will be back.".to_owned();
                Some(ServerFrame::Goodbye {
                    reason,
                    window_ms: self.server.retry_window_ms(),
                })
            }
            End::Refused(code, message) => {
                tracing::debug!(session = self.id, ?code, %message, "closing");
                Some(ServerFrame::Error { code, message })
            }
        };
        if let Some(frame) = last_words
            && self.write([packet(&frame)].into()).await.is_err()
        {
            return;
        }
        let patience = Duration::from_millis(self.server.patience().close_ms_max);
        let closing = async {
            self.pipe.close().await?;
            while let Some(Ok(_)) = self.pipe.next().await {}
            Ok::<(), SocketError>(())
        };
        // Whether the other side answered in time makes no difference any more.
        let _ = timeout(patience, closing).await;
    }
}

impl Default for SocketPatience {
    fn default() -> Self {
        Self {
            greeting_ms_max: GREETING_MS_MAX,
            silence_ms_max: SILENCE_MS_MAX,
            people_silence_ms_max: PEOPLE_SILENCE_MS_MAX,
            write_ms_max: WRITE_MS_MAX,
            close_ms_max: CLOSE_MS_MAX,
        }
    }
}

/// Limits of a frame that decoding does not know.
fn check_limits(frame: &ClientFrame) -> Result<(), End> {
    let message = match frame {
        ClientFrame::Push(push) if push.items.len() > IN_FLIGHT_LEN_MAX => {
            format!("A push holds at most {IN_FLIGHT_LEN_MAX} operations: send fewer at once.")
        }
        ClientFrame::Event { name, .. } if name.len() > NAME_BYTES_MAX => {
            format!("An event's name has at most {NAME_BYTES_MAX} bytes: shorten it.")
        }
        ClientFrame::Event { payload, .. } if crate::board::value_bytes(payload) > EVENT_BYTES_MAX => {
            format!("An event's payload has at most {EVENT_BYTES_MAX} bytes: send less.")
        }
        _ => return Ok(()),
    };
    Err(End::Refused(Code::TooLarge, message))
}

fn unreadable(error: &DecodeError) -> End {
    let code = match error {
        DecodeError::TooLarge { .. } => Code::TooLarge,
        DecodeError::Malformed(_) => Code::Malformed,
    };
    End::Refused(code, error.to_string())
}
