//! The loop: the one place that spawns.

use std::{fmt, path::PathBuf, pin::pin};

use dioxus::prelude::*;
use futures_channel::mpsc;
use futures_util::{
    FutureExt, StreamExt,
    future::{Fuse, FusedFuture, LocalBoxFuture},
    select_biased,
};

use super::{
    RealtimeManagers,
    boxed::use_drop,
    context::{Context, Message},
    fallback::ServerFunctions,
    snapshot::{Gatherer, server_ms},
    use_platform::{IS_IN_A_BROWSER, given_platform},
};
use crate::{
    config::{CLOCK_TICK_MS, TURN_LEN_MAX, UNSEEN_TOLD_MS, VALUES_KEPT_AFTER_MS, VALUES_KEPT_EVERY_MS},
    driver::{Driver, Fallback, Leads, NoFallback, Options, StartError},
    platform,
    protocol::{BoardId, Device},
    sorted::SortedSet,
    state::{Snapshot, clear, publish},
    sync::{Command, Input, Notice},
    time::Timestamp,
};

/// How the loop starts. Read once: later changes have no effect. No `Debug`: it may hold a token.
#[derive(Clone, PartialEq, Default)]
pub struct SyncLoopOptions {
    /// The server's address; `None` for the page's own, or for the one this device spoke with last.
    pub server: Option<String>,
    /// Whether to wait for [`super::WebSocketManager::connect`] instead of connecting at once.
    pub stay_offline: bool,
    /// A token to greet with, where there is no session cookie.
    pub token: Option<String>,
    /// What the device is called; `None` for what a person called it here before, or what it calls itself.
    pub device: Option<Device>,
    /// Where to store, on targets that have folders; `None` for the person's own data folder.
    pub folder: Option<PathBuf>,
}

/// A provider stands inside another one. It has started nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecondProvider;

impl fmt::Display for SecondProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a `DashboardRealtimeProvider` stands inside another one. An app has one connection and one outbox: take the inner one out",
        )
    }
}

impl std::error::Error for SecondProvider {}

/// Starts the sync for everything below the calling component, and ends it with the component. Called by
/// `DashboardRealtimeProvider` and nobody else; an app has one.
///
/// Nothing happens while a server renders the page: the first paint is the same everywhere.
///
/// # Errors
/// [`SecondProvider`] where the sync was started above already: then this starts nothing and opens nothing.
pub fn use_sync_loop(options: SyncLoopOptions) -> Result<RealtimeManagers, SecondProvider> {
    // Asked once: from then on the context found here is its own.
    if use_hook(|| try_consume_context::<Context>().is_some()) {
        return Err(SecondProvider);
    }
    let mut receiver = use_hook(|| CopyValue::new(None));
    let context = use_context_provider(|| {
        let (context, messages) = Context::new();
        receiver.set(Some(messages));
        context
    });
    use_future(move || {
        let messages = receiver.write().take();
        let options = options.clone();
        async move {
            if let Some(messages) = messages {
                run(context, messages, options).await;
            }
        }
    });
    use_drop(clear);
    Ok(RealtimeManagers::of(context))
}

/// Waits, takes what has come, shows what came of it; until the provider goes.
async fn run(context: Context, messages: mpsc::Receiver<Message>, options: SyncLoopOptions) {
    let connect = !options.stay_offline;
    let driver = match start(options).await {
        Ok(driver) => driver,
        Err(error) => {
            publish(Snapshot::failed(error.to_string()));
            return;
        }
    };
    let mut turn = Turn::new(context, messages, driver);
    if connect && !turn.driver.is_kept_offline() {
        turn.driver.command(Command::Connect);
    }
    turn.show();
    while let Some(step) = turn.next().await {
        turn.take(step);
        for _ in 1..TURN_LEN_MAX {
            let Some(step) = turn.next_ready() else { break };
            turn.take(step);
        }
        turn.show();
    }
}

async fn start(options: SyncLoopOptions) -> Result<Driver, StartError> {
    let SyncLoopOptions {
        server,
        token,
        device,
        folder,
        stay_offline: _,
    } = options;
    let given = given_platform();
    // Dioxus sends server functions to one server, over the real network: they are a way to ours only when that is the same.
    let set = dioxus_fullstack::get_server_url();
    let is_ours = given.is_none() && server.as_deref().map_or(set.is_empty(), |server| server == set);
    let fallback: Box<dyn Fallback> = if is_ours {
        Box::new(ServerFunctions)
    } else {
        Box::new(NoFallback)
    };
    Driver::start(Options {
        platform: given.unwrap_or_else(platform::here),
        server,
        token,
        device,
        folder,
        allow_memory: true,
        leads: Leads::Elected,
        fallback,
    })
    .await
}

/// What a turn works with.
struct Turn {
    context: Context,
    messages: mpsc::Receiver<Message>,
    driver: Driver,
    gatherer: Gatherer,
    /// What the engine was told to hear of.
    boards: SortedSet<BoardId>,
    series: Vec<String>,
    tick: Fuse<LocalBoxFuture<'static, ()>>,
    /// When the last live values are kept next.
    keep_at: Timestamp,
    /// Who waits until all is stored. Nobody does in a browser, which lets no page do that.
    settling: Vec<Box<dyn FnOnce()>>,
    /// When the next of those that nobody can see are brought up to date.
    unseen: Fuse<LocalBoxFuture<'static, ()>>,
}

/// What a turn starts from.
enum Step {
    Message(Message),
    Input(Input),
    Tick,
    /// There is time for what nobody can see.
    Unseen,
}

impl Turn {
    fn new(context: Context, messages: mpsc::Receiver<Message>, driver: Driver) -> Self {
        let (boards, series, gatherer) = (SortedSet::new(), Vec::new(), Gatherer::new(&driver));
        let tick = tick(&driver);
        let keep_at = driver.now().plus(VALUES_KEPT_AFTER_MS);
        Self {
            context,
            messages,
            driver,
            gatherer,
            boards,
            series,
            tick,
            keep_at,
            settling: Vec::new(),
            unseen: Fuse::terminated(),
        }
    }

    /// The next thing that happens; `None` when the provider is gone.
    async fn next(&mut self) -> Option<Step> {
        loop {
            let step = self.next_of_all().await?;
            if !matches!(step, Step::Unseen) {
                return Some(step);
            }
            self.context.catch_up();
            self.look_on();
        }
    }

    async fn next_of_all(&mut self) -> Option<Step> {
        let Self {
            driver,
            messages,
            tick,
            unseen,
            ..
        } = self;
        let mut input = pin!(driver.next().fuse());
        select_biased! {
            message = messages.next() => message.map(Step::Message),
            input = input => Some(Step::Input(input)),
            () = &mut *tick => Some(Step::Tick),
            () = &mut *unseen => Some(Step::Unseen),
        }
    }

    /// Arranges that what nobody can see is brought up to date.
    fn look_on(&mut self) {
        if self.unseen.is_terminated() && self.context.is_late() {
            let soon = self.driver.now().plus(UNSEEN_TOLD_MS);
            self.unseen = self.driver.clock().sleep_until(soon).fuse();
        }
    }

    /// What has happened already.
    fn next_ready(&mut self) -> Option<Step> {
        let message = self.messages.next().now_or_never().flatten();
        message
            .map(Step::Message)
            .or_else(|| self.driver.next_ready().map(Step::Input))
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Input(input) => {
                self.driver.take(input);
                if self.driver.is_shown() && self.driver.now() >= self.keep_at {
                    self.keep_values();
                }
            }
            Step::Message(Message::Command(command)) => self.driver.command(command),
            Step::Message(Message::WantsChanged) => self.want(),
            Step::Message(Message::Export) => self.driver.export(),
            Step::Message(Message::Settle(done)) => {
                if !IS_IN_A_BROWSER {
                    self.driver.command(Command::Flush);
                    self.settling.push(done);
                }
            }
            Step::Unseen => {}
            Step::Tick => {
                self.tick = tick(&self.driver);
                if self.driver.is_shown() {
                    self.gatherer.tick(&self.driver);
                }
            }
        }
    }

    /// Tells the engine what the page looks at now.
    fn want(&mut self) {
        let (boards, series) = self.context.wanted();
        let boards: SortedSet<BoardId> = boards.into_iter().collect();
        for board in boards.difference(&self.boards) {
            self.driver.command(Command::Watch { board: board.clone() });
        }
        for board in self.boards.difference(&boards) {
            self.driver.command(Command::Unwatch { board: board.clone() });
        }
        if self.series != series {
            self.driver.command(Command::WatchSeries { series: series.clone() });
        }
        if self.boards.is_empty() && !boards.is_empty() {
            self.driver.recall_values();
        }
        self.gatherer.want(&boards, &series);
        (self.boards, self.series) = (boards, series);
    }

    /// Keeps the last live values for the next start.
    fn keep_values(&mut self) {
        if let Some(values) = self.gatherer.last_values(&self.driver) {
            self.keep_at = self.driver.now().plus(VALUES_KEPT_EVERY_MS);
            self.driver.keep_values(&values);
        }
    }

    /// Publishes what the engine knows, and then tells the news of it.
    fn show(&mut self) {
        let now = self.driver.now();
        if let Some(values) = self.driver.recalled() {
            self.gatherer.recall(&self.driver, values);
        }
        let mut news = Vec::new();
        for notice in self.driver.notices() {
            match notice {
                Notice::Samples(frame) => {
                    if self.context.wants_samples() {
                        news.push(Notice::Samples(frame.clone()));
                    }
                    self.gatherer.take_samples(now, frame);
                }
                Notice::Trouble { message } => {
                    self.gatherer.note_trouble(message.clone());
                    news.push(Notice::Trouble { message });
                }
                notice => news.push(notice),
            }
        }
        for place in self.context.changed(&publish(self.gatherer.snapshot(&self.driver))) {
            let held = self.driver.engine().holds(&place);
            let (board, widget) = place;
            news.push(Notice::Removed { board, widget, held });
        }
        self.look_on();
        for notice in news {
            self.context.tell(&notice);
        }
        if !IS_IN_A_BROWSER && self.driver.engine().is_stored() && self.driver.is_idle() {
            for done in std::mem::take(&mut self.settling) {
                done();
            }
        }
    }
}

/// At the server's next second: so all who look see a timer go on in the same moment.
fn tick(driver: &Driver) -> Fuse<LocalBoxFuture<'static, ()>> {
    let rest_ms = CLOCK_TICK_MS - server_ms(driver) % CLOCK_TICK_MS;
    driver.clock().sleep_until(driver.now().plus(rest_ms)).fuse()
}
