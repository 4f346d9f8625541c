//! Of scraping, and of the agent on another machine.

use super::{CLOCK_AHEAD_MS_MAX, SAMPLES_POST_MS_MAX};

/// Where samples are posted.
pub const SAMPLES_PATH: &str = "/api/v1/samples";
/// Where who may edit is told the token that is good for posting samples alone.
pub const SAMPLES_TOKEN_PATH: &str = "/api/v1/samples/token";
/// Where it is asked what is wrong with series that somebody has typed.
pub const SERIES_CHECK_PATH: &str = "/api/v1/series/check";
/// Rounds of the hash that makes that token of the one that may edit: a hundredth of a second or some, once. Machines that are trusted less
/// hold it; who takes it from one, and tries which token a person may have thought of, pays as much for each.
pub const SAMPLES_TOKEN_ROUNDS: u32 = 100_000;
/// An exporter is scraped this often, in seconds, where nobody says otherwise: as Prometheus is mostly told to.
pub const SCRAPE_EVERY_S: u64 = 15;
/// The rarest that may be said: a chart of minutes has nothing of what comes more rarely.
pub const SCRAPE_EVERY_S_MAX: u64 = 3_600;
/// An exporter's whole answer may take this long.
pub const SCRAPE_MS_MAX: u64 = 10_000;
/// An exporter's answer: a hundred thousand series, which is more than a server keeps.
pub const SCRAPE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Other addresses that an exporter's may lead to, one after the other.
pub const SCRAPE_REDIRECTS_MAX: usize = 5;
/// An exporter that fails is asked again after this long at most, or as often as it would be anyway: who brings it back waits for that.
pub const SCRAPE_PAUSE_MS_MAX: u64 = 60_000;
/// An exporter's name, which leaves room for those of its series.
pub const EXPORTER_NAME_BYTES_MAX: usize = 40;
/// An agent measures this often, in seconds, where nobody says otherwise.
pub const AGENT_EVERY_S: u64 = 10;
/// What an agent keeps of what it could not send, as it is written: two months of a small machine, most of a day with an exporter of five
/// hundred series.
pub const AGENT_KEPT_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Samples that an agent keeps in one row: what is left of one that was sent in part is written anew.
pub const AGENT_ROW_LEN_MAX: usize = 2_000;
/// What an agent sends at once, in bytes: on a slow link that goes within [`SAMPLES_POST_MS_MAX`], and no proxy refuses it.
pub const AGENT_POST_BYTES_MAX: usize = 512 * 1024;
/// The least that it goes back to where more does not get through: one sample at least is sent.
pub const AGENT_POST_BYTES_MIN: usize = 4 * 1024;
/// A whole request of an agent may take this long: longer than a server reads a post.
pub const AGENT_REQUEST_MS_MAX: u64 = 30_000;
/// An agent reads so much of an answer.
pub const AGENT_ANSWER_BYTES_MAX: usize = 64 * 1024;
/// An agent tries again after this long at first, and then twice as long each time up to the second.
pub const AGENT_PAUSE_MS: u64 = 1_000;
/// The longest that it waits, where the server does not ask for more.
pub const AGENT_PAUSE_MS_MAX: u64 = 60_000;
/// An agent that is told to stop waits this long for the answer to what it has just sent: who stopped it waits, too.
pub const AGENT_LAST_MS_MAX: u64 = 2_000;
/// The longest that a server's `Retry-After` is heeded.
pub const AGENT_TOLD_TO_WAIT_MS_MAX: u64 = 3_600_000;
/// A clock that differs from the server's by more is corrected: less is what the server's answer took, and what it rounds.
pub const AGENT_CLOCK_OFF_MS: u64 = 5_000;
/// How often a series is taken to send that has sent once only: until then nobody knows better. One that sends every minute is not called stale
/// before its second value, and a number that was sent once, by hand, is after a minute and a half.
pub const SAMPLE_INTERVAL_UNKNOWN_MS: u64 = 30_000;

const _: () = assert!(
    AGENT_CLOCK_OFF_MS < CLOCK_AHEAD_MS_MAX,
    "a clock that is not corrected must not be refused"
);

const _: () = assert!(
    AGENT_REQUEST_MS_MAX > SAMPLES_POST_MS_MAX,
    "who is told how far a post was read must still be there"
);
