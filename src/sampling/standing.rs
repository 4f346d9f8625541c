//! How it is with an exporter: what is said of it, which is said once, and when it is asked again. Pure.

use std::time::Duration;

use super::exporter::{Exporter, ScrapeError};
use crate::config::SCRAPE_PAUSE_MS_MAX;

/// What became of the lines of one answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Lines that were taken.
    pub taken: u64,
    /// Lines that were refused.
    pub refused: u64,
    /// The first of those, by its number, and what is wrong with it.
    pub first: Option<(u64, String)>,
}

/// How it was with an exporter when it was last asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// All it said was taken; or it was not asked yet.
    #[default]
    Well,
    /// Some of its lines were refused.
    InPart,
    /// It gave nothing, this often in a row.
    Failing {
        /// So often.
        times: u32,
    },
}

/// A change, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// Something has begun to go wrong.
    Worse(String),
    /// It has ended.
    Better(String),
}

impl Tally {
    /// Counts a line.
    pub fn count(&mut self, number: u64, taken: Result<bool, impl ToString>) {
        match taken {
            Ok(is_sample) => self.taken += u64::from(is_sample),
            Err(error) => {
                self.refused += 1;
                self.first.get_or_insert_with(|| (number, error.to_string()));
            }
        }
    }

    /// The same, where an answer without one good line is an error.
    ///
    /// # Errors
    /// [`ScrapeError::NoMetrics`].
    pub fn checked(self) -> Result<Self, ScrapeError> {
        match self.first {
            Some((line, reason)) if self.taken == 0 => Err(ScrapeError::NoMetrics(format!("line {line}: {reason}"))),
            _ => Ok(self),
        }
    }
}

impl Standing {
    /// Takes what came of asking; tells what has changed by it.
    pub fn hear(&mut self, exporter: &Exporter, came: &Result<Tally, ScrapeError>) -> Option<News> {
        let now = match came {
            Err(_) => {
                let Self::Failing { times } = self else {
                    *self = Self::Failing { times: 1 };
                    let reason = came.as_ref().err()?;
                    return Some(News::Worse(format!("no metrics from {exporter}: {reason}")));
                };
                *times = times.saturating_add(1);
                return None;
            }
            Ok(tally) if tally.refused > 0 => Self::InPart,
            Ok(_) => Self::Well,
        };
        let before = std::mem::replace(self, now);
        let tally = came.as_ref().ok()?;
        match (before, &*self) {
            (Self::InPart, Self::InPart) | (Self::Well, Self::Well) => None,
            (Self::InPart, _) => Some(News::Better(format!("all metrics from {exporter} are taken again"))),
            (_, Self::Well) => Some(News::Better(format!("metrics come from {exporter} again"))),
            (before, _) => {
                let (line, reason) = tally.first.as_ref()?;
                let of = tally.refused + tally.taken;
                let refused = format!("{} of {of} lines are refused; line {line}: {reason}", tally.refused);
                Some(match before {
                    Self::Failing { .. } => News::Better(format!("metrics come from {exporter} again: {refused}")),
                    _ => News::Worse(format!("metrics from {exporter}: {refused}")),
                })
            }
        }
    }

    /// How long after it was asked last it is asked again.
    #[must_use]
    pub fn pause(&self, every: Duration) -> Duration {
        let Self::Failing { times } = self else { return every };
        let longest = Duration::from_millis(SCRAPE_PAUSE_MS_MAX).max(every);
        every.saturating_mul(2_u32.saturating_pow(*times)).min(longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn came(taken: u64, refused: u64) -> Result<Tally, ScrapeError> {
        let first = (refused > 0).then(|| (3, "no number".to_owned()));
        Ok(Tally { taken, refused, first })
    }

    #[test]
    fn each_change_is_said_once() {
        let exporter: Exporter = "db=http://one/metrics".parse().expect("a URL");
        let mut standing = Standing::default();
        let gone = Err(ScrapeError::Status(500));
        let mut said = |came: &Result<Tally, ScrapeError>| match standing.hear(&exporter, came) {
            Some(News::Worse(text)) => format!("- {text}"),
            Some(News::Better(text)) => format!("+ {text}"),
            None => String::new(),
        };
        assert_eq!(said(&came(5, 0)), "");
        assert_eq!(
            said(&gone),
            "- no metrics from db, http://one/metrics: it answered with status 500"
        );
        assert_eq!(said(&gone), "");
        assert_eq!(said(&came(5, 0)), "+ metrics come from db, http://one/metrics again");
        let refused = "1 of 5 lines are refused; line 3: no number";
        assert_eq!(
            said(&came(4, 1)),
            format!("- metrics from db, http://one/metrics: {refused}")
        );
        assert_eq!(said(&came(4, 2)), "");
        assert!(said(&gone).starts_with("- no metrics"));
        assert_eq!(
            said(&came(4, 1)),
            format!("+ metrics come from db, http://one/metrics again: {refused}")
        );
        assert!(said(&came(5, 0)).starts_with("+ all metrics"));
    }

    #[test]
    fn who_fails_is_asked_less_often_and_once_a_minute_at_least() {
        let seconds = |times, every| Standing::Failing { times }.pause(Duration::from_secs(every)).as_secs();
        assert_eq!([1, 2, 3, 40].map(|times| seconds(times, 15)), [30, 60, 60, 60]);
        assert_eq!(seconds(3, 300), 300);
        assert_eq!(Standing::Well.pause(Duration::from_secs(15)).as_secs(), 15);
    }

    #[test]
    fn an_answer_without_a_good_line_is_no_answer() {
        let page = came(0, 7).and_then(Tally::checked);
        assert_eq!(page, Err(ScrapeError::NoMetrics("line 3: no number".to_owned())));
        assert!(
            came(0, 0).and_then(Tally::checked).is_ok(),
            "nothing to tell is an answer"
        );
    }
}
