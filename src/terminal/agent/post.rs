//! The agent's way to the server, over plain requests.

use std::time::Duration;

use chrono::Utc;
use reqwest::{Client, Response, StatusCode, Url, header, redirect::Policy};
use serde::Deserialize;

use super::clock::read_date;
use crate::{
    config::{
        AGENT_ANSWER_BYTES_MAX, AGENT_PAUSE_MS_MAX, AGENT_REQUEST_MS_MAX, AGENT_TOLD_TO_WAIT_MS_MAX, SAMPLES_PATH,
    },
    platform::ServerAddress,
    sampling::exporter::reason,
    terminal::Secret,
};

/// Where samples go.
#[derive(Clone, Debug)]
pub struct Post {
    client: Client,
    server: ServerAddress,
    token: Option<Secret>,
}

/// What came of a request.
#[derive(Debug)]
pub struct Answer {
    pub said: Said,
    /// The server's time, where it was told.
    pub date_ms: Option<u64>,
}

/// What a server said.
#[derive(Debug)]
pub enum Said {
    /// It is there.
    Here,
    /// It has read samples, all or up to some line.
    Read(Report),
    /// More than it, or a proxy before it, takes at once.
    TooMuch,
    /// Not with this token, or not without one; its own words.
    NotAllowed(String),
    /// Not now: after so long.
    Later(Duration),
    /// Something that no Tideboard says.
    Unexpected(String),
    /// Nothing.
    Nothing(String),
}

/// What became of the lines of a post.
#[derive(Debug, Deserialize)]
pub struct Report {
    pub taken: u64,
    pub refused: u64,
    /// The first of the refused ones.
    #[serde(default)]
    pub lines: Vec<Refused>,
}

/// A line that was refused.
#[derive(Debug, Deserialize)]
pub struct Refused {
    /// Counted from 1.
    pub line: u64,
    pub reason: String,
}

impl Post {
    /// # Errors
    /// What keeps TLS from being spoken here.
    pub fn new(server: ServerAddress, token: Option<Secret>) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .user_agent(concat!("tideboard-agent/", env!("CARGO_PKG_VERSION")))
            .timeout(Duration::from_millis(AGENT_REQUEST_MS_MAX))
            // A token goes to whom it was meant for.
            .redirect(Policy::none())
            .no_proxy()
            .build()?;
        Ok(Self { client, server, token })
    }

    /// Whether the token can be read by whoever is between here and there.
    pub fn shows_token(&self) -> bool {
        let url = Url::parse(self.server.origin()).ok();
        let is_here = url.as_ref().and_then(Url::host_str).is_some_and(|host| {
            let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
            host == "localhost" || address.is_ok_and(|address| address.is_loopback())
        });
        self.token.is_some() && !is_here && self.server.origin().starts_with("http://")
    }

    /// Asks whether it is there, and for its time.
    pub async fn greet(&self) -> Answer {
        let request = self.client.get(format!("{}/healthz", self.server.origin()));
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Answer::nothing(error),
        };
        let date_ms = date(&response);
        let said = match response.status() {
            status if busy(status) => later(&response),
            status if status.is_server_error() => Said::Nothing(format!("status {}", status.as_u16())),
            _ => Said::Here,
        };
        Answer { said, date_ms }
    }

    /// Sends lines of samples.
    pub async fn send(&self, lines: String) -> Answer {
        let mut request = self
            .client
            .post(format!("{}{SAMPLES_PATH}", self.server.origin()))
            .header(header::CONTENT_TYPE, "application/x-ndjson")
            .body(lines);
        if let Some(token) = &self.token {
            request = request.bearer_auth(&token.0);
        }
        match request.send().await {
            Ok(response) => Answer {
                date_ms: date(&response),
                said: read(response).await,
            },
            Err(error) => Answer::nothing(error),
        }
    }
}

impl Answer {
    fn nothing(error: reqwest::Error) -> Self {
        let said = Said::Nothing(reason(error));
        Self { said, date_ms: None }
    }
}

async fn read(mut response: Response) -> Said {
    let status = response.status();
    if busy(status) {
        return later(&response);
    }
    let place = response.headers().get(header::LOCATION);
    let place = place.and_then(|place| place.to_str().ok()).map(str::to_owned);
    let mut body = Vec::new();
    while body.len() < AGENT_ANSWER_BYTES_MAX {
        match response.chunk().await {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break,
            // Whether it took them is not known: they are sent once more.
            Err(error) => return Said::Nothing(reason(error)),
        }
    }
    match (status, serde_json::from_slice::<Report>(&body)) {
        (StatusCode::OK | StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE, Ok(report)) => Said::Read(report),
        (StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT, _) => Said::TooMuch,
        (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, _) => Said::NotAllowed(message(&body)),
        (status, _) if status.is_server_error() => Said::Nothing(format!("status {}", status.as_u16())),
        (status, _) if status.is_redirection() => {
            let place = place.map(|place| shown(&place)).unwrap_or_default();
            Said::Unexpected(format!("it leads to {place}: name that with --server"))
        }
        (status, _) => Said::Unexpected(format!(
            "it answered with status {}, as no Tideboard does: check --server",
            status.as_u16()
        )),
    }
}

const fn busy(status: StatusCode) -> bool {
    matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
}

/// How long it asks to be left alone: seconds, or a moment. Where it does not say, as long as an agent waits at most.
fn later(response: &Response) -> Said {
    let told = response.headers().get(header::RETRY_AFTER);
    let told = told.and_then(|told| told.to_str().ok()).unwrap_or_default();
    let seconds = told
        .trim()
        .parse()
        .ok()
        .map(|seconds: u64| seconds.saturating_mul(1_000));
    let moment = || {
        let now = date(response).or_else(|| u64::try_from(Utc::now().timestamp_millis()).ok())?;
        Some(read_date(told)?.saturating_sub(now))
    };
    let ms = seconds.or_else(moment).unwrap_or(AGENT_PAUSE_MS_MAX);
    Said::Later(Duration::from_millis(ms.min(AGENT_TOLD_TO_WAIT_MS_MAX)))
}

fn date(response: &Response) -> Option<u64> {
    read_date(response.headers().get(header::DATE)?.to_str().ok()?)
}

/// What an answer says to people: the words of ours, the beginning of another one.
fn message(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let ours: Option<serde_json::Value> = serde_json::from_str(&text).ok();
    let ours = ours.as_ref().and_then(|answer| answer["message"].as_str());
    shown(ours.unwrap_or(text.trim()))
}

fn shown(text: &str) -> String {
    let plain = |letter: char| if letter.is_control() { ' ' } else { letter };
    text.chars().map(plain).take(SHOWN_CHARS_MAX).collect()
}

/// Of what others say, so much is repeated.
const SHOWN_CHARS_MAX: usize = 300;
