//! Programs that tell their numbers to who asks: where they are, and asking them.
//!
//! An exporter's URL may hold a secret (a user's password, a key behind the `?`): what is shown of it is without.

use std::{error, fmt, str::FromStr, time::Duration};

use bytes::Bytes;
use reqwest::{Client, Response, Url, header, redirect::Policy};

use crate::config::{EXPORTER_NAME_BYTES_MAX, SCRAPE_BYTES_MAX, SCRAPE_MS_MAX, SCRAPE_REDIRECTS_MAX};

/// A program that tells its numbers as Prometheus text.
#[derive(Clone, PartialEq, Eq)]
pub struct Exporter {
    name: Option<String>,
    url: Url,
}

/// What was typed to name one: `URL` or `NAME=URL`. Not looked at yet, and never shown.
#[derive(Clone)]
pub struct Typed(String);

/// Why what was typed names no exporters. `Display` says what to type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExporterError {
    /// No URL, and where known why.
    Url(String),
    /// A name that series can't begin with.
    Name(String),
    /// Two have the same name, or none: their series could not be told apart.
    SameNames(Option<String>),
}

/// Why an exporter gave no numbers, or not all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScrapeError {
    /// There was no answer, or it ended before its end.
    Unreachable(String),
    /// It took too long.
    TooSlow,
    /// It answered that it won't.
    Status(u16),
    /// It is larger than [`SCRAPE_BYTES_MAX`].
    TooLarge,
    /// No line of it is a sample; what is wrong with the first one.
    NoMetrics(String),
}

/// Asks exporters.
#[derive(Clone, Debug)]
pub struct Scraper(Client);

/// An exporter's answer, as it comes.
#[derive(Debug)]
pub struct Scrape {
    response: Response,
    bytes: usize,
}

impl Exporter {
    /// All that were typed; what is empty says nothing.
    ///
    /// # Errors
    /// [`ExporterError`].
    pub fn all(typed: &[Typed]) -> Result<Vec<Self>, ExporterError> {
        let mut all: Vec<Self> = Vec::new();
        for Typed(text) in typed.iter().filter(|typed| !typed.0.trim().is_empty()) {
            let exporter: Self = text.parse()?;
            if all.iter().any(|other| other.name == exporter.name) {
                return Err(ExporterError::SameNames(exporter.name));
            }
            all.push(exporter);
        }
        Ok(all)
    }

    /// What the names of its series begin with.
    #[must_use]
    pub fn prefix(&self) -> String {
        self.name.as_ref().map_or_else(String::new, |name| format!("{name}."))
    }
}

impl FromStr for Exporter {
    type Err = ExporterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        // A URL may have a `=` as well, behind its `:`.
        let named = text.split_once('=').filter(|(name, _)| !name.contains([':', '/']));
        let (name, url) = named.map_or((None, text), |(name, url)| (Some(name), url));
        if let Some(name) = name.filter(|name| !is_prefix(name)) {
            return Err(ExporterError::Name(name.to_owned()));
        }
        let parsed: Url = url
            .parse()
            .map_err(|error| ExporterError::Url(format!("{} is no URL ({error})", without_secrets(url))))?;
        if !matches!(parsed.scheme(), "http" | "https") || !parsed.has_host() {
            let shown = without_secrets(url);
            return Err(ExporterError::Url(format!(
                "{shown} begins with no http:// or https://"
            )));
        }
        Ok(Self {
            name: name.map(str::to_owned),
            url: parsed,
        })
    }
}

/// Whether series' names may begin with it and a dot, in either form of a line.
#[must_use]
pub fn is_prefix(name: &str) -> bool {
    let begins = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let is_ours = |own: &str| name == own || name.strip_prefix(own).is_some_and(|rest| rest.starts_with('.'));
    begins
        && name.len() <= EXPORTER_NAME_BYTES_MAX
        && name.bytes().all(plain)
        && !name.ends_with('.')
        && !is_ours("host")
        && !is_ours("tideboard")
}

/// What may be shown of a URL that can't be read.
fn without_secrets(text: &str) -> String {
    let (before, _) = text.split_once(['?', '#']).unwrap_or((text, ""));
    let shown = match before.rsplit_once('@') {
        Some((_, host)) => format!("…@{host}"),
        None => before.to_owned(),
    };
    shown.escape_debug().to_string()
}

impl Scraper {
    /// One that trusts the authorities that this machine trusts, and asks exporters themselves: a proxy that the environment names
    /// is for the world outside.
    ///
    /// # Errors
    /// What keeps TLS from being spoken here.
    pub fn new() -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .user_agent(concat!("tideboard/", env!("CARGO_PKG_VERSION")))
            .timeout(Duration::from_millis(SCRAPE_MS_MAX))
            .redirect(Policy::limited(SCRAPE_REDIRECTS_MAX))
            // It would tell the next one what was behind the first one's `?`.
            .referer(false)
            .no_proxy()
            .build()?;
        Ok(Self(client))
    }

    /// Asks one for its numbers.
    ///
    /// # Errors
    /// [`ScrapeError`].
    pub async fn ask(&self, exporter: &Exporter) -> Result<Scrape, ScrapeError> {
        // The other format that there is has its times in seconds.
        let request = self
            .0
            .get(exporter.url.clone())
            .header(header::ACCEPT, "text/plain;version=0.0.4");
        let response = request.send().await?;
        match response.status() {
            status if status.is_success() => Ok(Scrape { response, bytes: 0 }),
            status => Err(ScrapeError::Status(status.as_u16())),
        }
    }
}

impl Scrape {
    /// The next piece; `None` at its end.
    ///
    /// # Errors
    /// [`ScrapeError`].
    pub async fn piece(&mut self) -> Result<Option<Bytes>, ScrapeError> {
        let piece = self.response.chunk().await?;
        self.bytes += piece.as_ref().map_or(0, Bytes::len);
        if self.bytes > SCRAPE_BYTES_MAX {
            return Err(ScrapeError::TooLarge);
        }
        Ok(piece)
    }
}

impl From<reqwest::Error> for ScrapeError {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            Self::TooSlow
        } else {
            Self::Unreachable(reason(error))
        }
    }
}

/// What a request failed of, in the words of what is at the bottom of it; without its URL.
#[must_use]
pub fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut cause: &dyn error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

impl FromStr for Typed {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(…)")
    }
}

impl fmt::Display for Exporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, host) = (self.url.scheme(), self.url.host_str().unwrap_or_default());
        if let Some(name) = &self.name {
            write!(f, "{name}, ")?;
        }
        write!(f, "{scheme}://{host}")?;
        if let Some(port) = self.url.port() {
            write!(f, ":{port}")?;
        }
        f.write_str(self.url.path())
    }
}

impl fmt::Debug for Exporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Exporter({self})")
    }
}

impl fmt::Display for ExporterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(what) => write!(
                f,
                "--scrape: {what}. Write it as http://127.0.0.1:9100/metrics, or with a name as \
                 web1=http://127.0.0.1:9100/metrics; a comma in a URL is %2C."
            ),
            Self::Name(name) => write!(
                f,
                "--scrape: series can't be called `{}.…`: a name has at most {EXPORTER_NAME_BYTES_MAX} letters, digits, `_`, `-` and \
                 `.`, and begins with a letter; `host` and `tideboard` are the server's own.",
                name.escape_debug()
            ),
            Self::SameNames(None) => f.write_str(
                "--scrape: two exporters have no name, so their series could not be told apart. Give each one as NAME=URL.",
            ),
            Self::SameNames(Some(name)) => write!(
                f,
                "--scrape: two exporters are called {name}, so their series could not be told apart. Give them two names."
            ),
        }
    }
}

impl error::Error for ExporterError {}

impl fmt::Display for ScrapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(reason) => f.write_str(reason),
            Self::TooSlow => write!(f, "it took longer than {} s", SCRAPE_MS_MAX / 1_000),
            Self::Status(status) => write!(f, "it answered with status {status}"),
            Self::TooLarge => write!(f, "its answer is larger than {} MiB", SCRAPE_BYTES_MAX / 1_048_576),
            Self::NoMetrics(reason) => write!(f, "its answer has no metrics: {reason}"),
        }
    }
}

impl error::Error for ScrapeError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(texts: &[&str]) -> Result<Vec<Exporter>, ExporterError> {
        let typed: Vec<Typed> = texts.iter().map(|text| Typed((*text).to_owned())).collect();
        Exporter::all(&typed)
    }

    #[test]
    fn an_exporter_has_a_url_and_perhaps_a_name() {
        let found = all(&["http://one:9100/metrics?a=b", "", "db=https://two/metrics"]).expect("two");
        let prefixes: Vec<String> = found.iter().map(Exporter::prefix).collect();
        assert_eq!(prefixes, ["", "db."]);
        assert_eq!(found[0].url.query(), Some("a=b"));
        assert_eq!(found[1].to_string(), "db, https://two/metrics");
    }

    #[test]
    fn what_can_not_be_told_apart_or_reached_is_refused() {
        for (texts, word) in [
            (&["http://one", "http://two"][..], "NAME=URL"),
            (&["a=http://one", "a=http://two"], "called a"),
            (&["9100"], "no URL"),
            (&["127.0.0.1:9100/metrics"], "no URL"),
            (&["localhost:9100/metrics"], "http://"),
            (&["ftp://one/metrics"], "http://"),
            (&["http://"], "no URL"),
            (&["host=http://one"], "own"),
            (&["tideboard.x=http://one"], "own"),
            (&["a b=http://one"], "letters"),
            (&["=http://one"], "letters"),
            (&["a*=http://one"], "letters"),
        ] {
            let error = all(texts).expect_err("no exporters").to_string();
            assert!(error.contains(word), "{texts:?}: {error}");
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        for text in [
            "db=http://me:secret@one:99/metrics?key=secret#secret",
            "http://me:secret@one:port/?key=secret",
            "me:secret@one?secret",
        ] {
            let shown = match text.parse::<Exporter>() {
                Ok(exporter) => format!("{exporter} {exporter:?}"),
                Err(error) => format!("{error} {error:?}"),
            };
            assert!(!shown.contains("secret") && shown.contains("one"), "{shown}");
        }
        assert!(!format!("{:?}", Typed("http://me:secret@one".to_owned())).contains("secret"));
    }
}
