//! `tideboard agent`: this machine's metrics, and those of exporters, to a server elsewhere. What can't be sent is kept on the disk, and
//! sent when it can be, in its order and with its times.
//!
//! ```text
//! host, exporters ─► buffer (a file) ─► a post at a time ─► POST /api/v1/samples
//!                       ▲ let go of when the server has answered ◄─┘
//! ```

mod buffer;
mod clock;
mod collect;
mod post;
mod voice;

use std::{future::pending, path::PathBuf, time::Duration};

use clap::Args;
use futures_util::{FutureExt as _, future::BoxFuture};
use tokio::{
    signal::unix::{SignalKind, signal},
    time::{Instant, sleep_until, timeout},
};

use self::{
    buffer::{Batch, Buffer},
    clock::RunClock,
    collect::{Collecting, Found},
    post::{Answer, Post, Report, Said},
    voice::{Trouble, Voice, say},
};
use super::{Failure, Secret};
use crate::{
    config::{
        AGENT_EVERY_S, AGENT_LAST_MS_MAX, AGENT_PAUSE_MS, AGENT_PAUSE_MS_MAX, AGENT_POST_BYTES_MAX,
        AGENT_POST_BYTES_MIN, DEFAULT_SERVER, EXPORTER_NAME_BYTES_MAX, SCRAPE_EVERY_S_MAX,
    },
    platform::{self, ServerAddress},
    sampling::{
        exporter::{Exporter, Scraper, Typed, is_prefix},
        host::machine_name,
        standing::News,
    },
};

/// What to ship, and where to.
#[derive(Clone, Debug, Args)]
pub struct AgentArgs {
    /// The server
    #[arg(long, value_name = "URL", env = "TIDEBOARD_SERVER", default_value = DEFAULT_SERVER)]
    server: String,
    /// A token that may edit, where the server asks for one. Arguments are seen by others on this machine: better in the variable
    #[arg(long, env = "TIDEBOARD_TOKEN", hide_env_values = true)]
    token: Option<Secret>,
    /// What this machine's series begin with, as in `NAME.cpu`; by default the machine's own name
    #[arg(long)]
    name: Option<String>,
    /// How often to measure, in seconds
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = AGENT_EVERY_S,
        value_parser = clap::value_parser!(u64).range(1..=SCRAPE_EVERY_S_MAX)
    )]
    every: u64,
    /// Exporter to ship the metrics of as well, as http://127.0.0.1:9100/metrics; of several, separated by commas, each as EXPORTER=URL:
    /// their series are called `NAME.EXPORTER.…`
    #[arg(
        long,
        value_name = "URL",
        value_delimiter = ',',
        env = "TIDEBOARD_SCRAPE",
        hide_env_values = true
    )]
    scrape: Vec<Typed>,
    /// Folder of what could not be sent yet; by default in the user's data folder
    #[arg(long, value_name = "FOLDER", env = "TIDEBOARD_OUTBOX")]
    data: Option<PathBuf>,
}

/// An agent that runs.
struct Agent {
    buffer: Buffer,
    clock: RunClock,
    /// What has to be added to this run's times for the server's.
    shift: i64,
    post: Post,
    voice: Voice,
    /// Whether the server has answered since it last did not: before samples are sent, its time is asked for.
    is_met: bool,
    /// Bytes that are sent at once.
    bytes_max: usize,
    /// Tries in a row that came to nothing.
    failures: u32,
    resume_at: Instant,
}

/// What is under way.
type UnderWay = (Option<Batch>, Instant, BoxFuture<'static, Answer>);

/// Ships until it is interrupted.
pub async fn agent(args: AgentArgs) -> Result<(), Failure> {
    let senseless = |error: &dyn std::fmt::Display| Failure::Senseless(error.to_string());
    let server = ServerAddress::parse(&args.server).map_err(|error| senseless(&error))?;
    let exporters = Exporter::all(&args.scrape).map_err(|error| senseless(&error))?;
    let name = args.name.unwrap_or_else(machine_name);
    if !is_prefix(&name) {
        return Err(Failure::Senseless(format!(
            "--name: series can't be called `{}.…`: a name has at most {EXPORTER_NAME_BYTES_MAX} letters, digits, `_`, `-` and `.`, and \
             begins with a letter; `host` and `tideboard` are the server's own.",
            name.escape_debug()
        )));
    }
    let folder = args.data.or_else(platform::data_folder);
    let folder =
        folder.ok_or_else(|| Failure::Refused("this user has no home folder. Choose one with --data.".to_owned()))?;
    let buffer = Buffer::open(&folder).map_err(|error| Failure::Refused(error.to_string()))?;
    let no_tls = |error: reqwest::Error| Failure::Refused(format!("TLS can't be spoken here: {error}."));
    let post = Post::new(server.clone(), args.token).map_err(no_tls)?;
    let scraper = Scraper::new().map_err(no_tls)?;
    let every = Duration::from_secs(args.every);
    let mut stopped = Box::pin(told_to_stop());
    say(&voice::greeting(
        &name,
        &server,
        args.every,
        exporters.len(),
        buffer.samples(),
    ));
    if post.shows_token() {
        say("the token goes over plain http, to be read by whoever is in between: use https");
    }
    let (mut collecting, clock) = Collecting::start(&name, every, &scraper, exporters).map_err(Failure::System)?;
    let mut agent = Agent {
        buffer,
        clock,
        shift: 0,
        post,
        voice: Voice::new(server),
        is_met: false,
        bytes_max: AGENT_POST_BYTES_MAX,
        failures: 0,
        resume_at: Instant::now(),
    };
    let mut under_way = None;
    loop {
        if under_way.is_none() {
            under_way = agent.begin();
        }
        let waits = under_way.is_none() && agent.buffer.samples() > 0;
        tokio::select! {
            () = &mut stopped => break,
            Some(found) = collecting.next() => agent.keep(found),
            answer = answered(&mut under_way) => {
                if let Some((batch, began, _)) = under_way.take() {
                    agent.hear(batch.as_ref(), began, answer);
                }
            }
            () = sleep_until(agent.resume_at), if waits => {}
        }
    }
    // What it answers now need not be sent once more.
    if let Some((batch, began, answer)) = under_way
        && let Ok(answer) = timeout(Duration::from_millis(AGENT_LAST_MS_MAX), answer).await
    {
        agent.hear(batch.as_ref(), began, answer);
    }
    agent.voice.goodbye(agent.buffer.samples());
    Ok(())
}

impl Agent {
    /// The next request, when there is something to say and it is time.
    fn begin(&mut self) -> Option<UnderWay> {
        let now = Instant::now();
        if now < self.resume_at || self.buffer.samples() == 0 {
            return None;
        }
        let post = self.post.clone();
        if !self.is_met {
            return Some((None, now, async move { post.greet().await }.boxed()));
        }
        match self.buffer.oldest(self.bytes_max) {
            Ok(batch) => {
                let batch = batch?;
                let body = batch.body.clone();
                Some((Some(batch), now, async move { post.send(body).await }.boxed()))
            }
            Err(error) => {
                self.voice.worse(Trouble::Disk, &error.to_string());
                self.try_later();
                None
            }
        }
    }

    fn keep(&mut self, found: Found) {
        match found {
            Found::News(News::Worse(text) | News::Better(text)) => say(&text),
            Found::Samples { at, samples } => match self.buffer.keep(at, &samples) {
                Ok(gone) => self.voice.kept(gone),
                Err(error) => self.voice.not_kept(samples.len() as u64, &error.to_string()),
            },
        }
    }

    fn hear(&mut self, batch: Option<&Batch>, began: Instant, answer: Answer) {
        let took_ms = began.elapsed().as_millis() as u64;
        if let Some(date_ms) = answer.date_ms {
            self.compare(date_ms, took_ms);
        }
        match (answer.said, batch) {
            (Said::Here, _) => self.is_met = true,
            (Said::Read(report), Some(batch)) => self.read(batch, &report),
            (Said::TooMuch, Some(batch)) => self.send_less(batch),
            (Said::Read(_) | Said::TooMuch, None) => self.try_later(),
            (Said::Later(pause), _) => {
                self.voice
                    .worse(Trouble::Later, &format!("not before {} s have passed", pause.as_secs()));
                self.resume_at = Instant::now() + pause;
            }
            (Said::NotAllowed(words), _) => {
                self.voice.worse(Trouble::NotAllowed, &words);
                self.is_met = false;
                self.resume_at = Instant::now() + Duration::from_millis(AGENT_PAUSE_MS_MAX);
            }
            (Said::Unexpected(words), _) => {
                self.voice.worse(Trouble::Unexpected, &words);
                self.try_later();
            }
            (Said::Nothing(reason), _) => {
                self.voice.worse(Trouble::Unreachable, &reason);
                // A link on which that is too much gets less of it.
                self.bytes_max = (self.bytes_max / 2).max(AGENT_POST_BYTES_MIN);
                self.try_later();
            }
        }
    }

    /// The server's time against this run's.
    fn compare(&mut self, date_ms: u64, took_ms: u64) {
        let shift = clock::shift(self.shift, date_ms, self.clock.now(), took_ms);
        if shift == self.shift {
            return;
        }
        if let Err(error) = self.buffer.shift_by(shift) {
            return self.voice.worse(Trouble::Disk, &error.to_string());
        }
        self.shift = shift;
        if shift != 0 {
            say(&clock::words(shift));
        }
    }

    fn read(&mut self, batch: &Batch, report: &Report) {
        let read = (report.taken + report.refused).min(batch.len);
        if read == 0 {
            // It has read none of them: fewer get through.
            return self.send_less(batch);
        }
        self.voice.better(self.buffer.samples());
        let first = report.lines.first();
        let first = first.map(|refused| (batch.series(refused.line).unwrap_or_default(), refused.reason.as_str()));
        self.voice.refused(report.refused, first);
        if let Err(error) = self.buffer.forget(batch, read) {
            self.voice.worse(Trouble::Disk, &error.to_string());
            return self.try_later();
        }
        self.failures = 0;
        self.bytes_max = (self.bytes_max * 2).min(AGENT_POST_BYTES_MAX);
    }

    /// Not even one sample goes through: it never will, and those behind it may.
    fn send_less(&mut self, batch: &Batch) {
        if batch.len > 1 && self.bytes_max > 1 {
            self.bytes_max = (batch.body.len() / 2).max(1);
            return;
        }
        let series = batch.series(1).unwrap_or_default();
        self.voice
            .refused(1, Some((series, "it is more than is taken at once")));
        if let Err(error) = self.buffer.forget(batch, 1) {
            self.voice.worse(Trouble::Disk, &error.to_string());
            self.try_later();
        }
    }

    fn try_later(&mut self) {
        self.is_met = false;
        let pause = AGENT_PAUSE_MS
            .saturating_mul(2_u64.saturating_pow(self.failures))
            .min(AGENT_PAUSE_MS_MAX);
        self.failures = self.failures.saturating_add(1);
        self.resume_at = Instant::now() + Duration::from_millis(pause);
    }
}

async fn answered(under_way: &mut Option<UnderWay>) -> Answer {
    match under_way {
        Some((_, _, answer)) => answer.await,
        None => pending().await,
    }
}

/// Ends with Ctrl-C, and as a service is told to stop.
async fn told_to_stop() {
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => _ = signal.recv().await,
            Err(_) => pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}
