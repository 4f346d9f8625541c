//! How a timer runs: one field, so that a press of its buttons is one operation, and none can come apart.

use serde_json::json;

use crate::protocol::Value;

/// What a timer's field `run` says. Instants are in milliseconds since the Unix epoch, on the server's clock; spans in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    /// It stands at its beginning. `null`.
    Reset,
    /// It runs down, and will be at its end then. `{"ends": 1760000000000}`
    Ends(u64),
    /// It stands, and so much is left. `{"left": 90}`
    Left(u64),
    /// It runs up, and was at zero then. `{"since": 1760000000000}`
    Since(u64),
    /// It stands, and so much has passed. `{"spent": 90}`
    Spent(u64),
}

impl Run {
    /// Reads the field; `None` where it says nothing of the kind.
    #[must_use]
    pub fn read(value: &Value) -> Option<Self> {
        if value.is_null() {
            return Some(Self::Reset);
        }
        let object = value.as_object().filter(|object| object.len() == 1)?;
        let (word, number) = object.iter().next()?;
        let number = number.as_u64().filter(|number| *number <= NUMBER_MAX)?;
        Some(match word.as_str() {
            "ends" => Self::Ends(number),
            "left" => Self::Left(number),
            "since" => Self::Since(number),
            "spent" => Self::Spent(number),
            _ => return None,
        })
    }

    /// As it is written.
    #[must_use]
    pub fn value(self) -> Value {
        match self {
            Self::Reset => Value::Null,
            Self::Ends(at) => json!({ "ends": at }),
            Self::Left(seconds) => json!({ "left": seconds }),
            Self::Since(at) => json!({ "since": at }),
            Self::Spent(seconds) => json!({ "spent": seconds }),
        }
    }

    /// The seconds it shows, of `length` from its beginning to its end: those left where it runs down, those passed where it runs up,
    /// as it does without a length. All who look count whole seconds of one clock, so that all see the same.
    #[must_use]
    pub const fn seconds(self, length: Option<u64>, now_ms: u64) -> u64 {
        match self {
            Self::Reset => match length {
                Some(length) => length,
                None => 0,
            },
            Self::Ends(at) => at.div_ceil(1_000).saturating_sub(now_ms / 1_000),
            Self::Since(at) => (now_ms / 1_000).saturating_sub(at.div_ceil(1_000)),
            Self::Left(seconds) | Self::Spent(seconds) => seconds,
        }
    }

    /// Whether it is at its end.
    #[must_use]
    pub const fn is_over(self, now_ms: u64) -> bool {
        matches!(self, Self::Ends(_) | Self::Left(_)) && self.seconds(None, now_ms) == 0
    }

    /// What pressing *Start* or *Pause* makes of it; `None` at its end, where only *Reset* does something.
    #[must_use]
    pub const fn pressed(self, length: Option<u64>, now_ms: u64) -> Option<Self> {
        let now_ms = now_ms / 1_000 * 1_000;
        Some(match (self, length) {
            _ if self.is_over(now_ms) => return None,
            (Self::Reset, Some(seconds)) | (Self::Left(seconds), _) => Self::Ends(now_ms + seconds * 1_000),
            (Self::Reset, None) => Self::Since(now_ms),
            (Self::Spent(seconds), _) => Self::Since(now_ms.saturating_sub(seconds * 1_000)),
            (Self::Ends(_), _) => Self::Left(self.seconds(None, now_ms)),
            (Self::Since(_), _) => Self::Spent(self.seconds(None, now_ms)),
        })
    }
}

/// Neither an instant nor a span is larger: some three centuries, so that what is reckoned with them stays a number.
const NUMBER_MAX: u64 = 10_000_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Run; 5] = [
        Run::Reset,
        Run::Ends(5_000),
        Run::Left(90),
        Run::Since(5_000),
        Run::Spent(NUMBER_MAX),
    ];

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(ALL.map(|run| Run::read(&run.value())), ALL.map(Some));
    }

    #[test]
    fn what_is_no_run_is_not_taken_for_one() {
        for hostile in [
            json!({}),
            json!({"ends": 1, "left": 1}),
            json!({"ends": -1}),
            json!({"ends": 1.5}),
            json!({"ends": u64::MAX}),
            json!({"left": "90"}),
            json!({"left": null}),
            json!({"Ends": 1}),
            json!([{"ends": 1}]),
            json!("ends"),
            json!(90),
            json!(false),
        ] {
            assert_eq!(Run::read(&hostile), None, "{hostile}");
        }
    }

    #[test]
    fn it_runs_down_stands_goes_on_and_stays_at_its_end() {
        let started = Run::Reset.pressed(Some(120), 1_000_400).expect("it starts");
        assert_eq!(started, Run::Ends(1_120_000));
        assert_eq!(started.seconds(Some(120), 1_000_400), 120);
        assert_eq!(started.seconds(Some(120), 1_001_000), 119);
        let paused = started.pressed(Some(120), 1_050_999).expect("it stands");
        assert_eq!(paused, Run::Left(70));
        assert_eq!(paused.pressed(Some(120), 2_000_000), Some(Run::Ends(2_070_000)));
        assert!(!started.is_over(1_119_999) && started.is_over(1_120_000) && started.is_over(NUMBER_MAX));
        assert_eq!(started.pressed(Some(120), 1_120_000), None);
    }

    #[test]
    fn without_a_length_it_runs_up() {
        let started = Run::Reset.pressed(None, 1_000_400).expect("it starts");
        assert_eq!(started.seconds(None, 1_065_000), 65);
        assert_eq!(started.pressed(None, 1_065_000), Some(Run::Spent(65)));
        assert_eq!(Run::Spent(65).pressed(None, 2_000_000), Some(Run::Since(1_935_000)));
        assert!(!started.is_over(NUMBER_MAX));
        assert_eq!(started.seconds(None, 0), 0, "a clock that is behind");
    }

    #[test]
    fn no_number_that_is_taken_is_too_large_to_reckon_with() {
        for now_ms in [0, NUMBER_MAX, u64::MAX] {
            for run in [
                Run::Ends(NUMBER_MAX),
                Run::Left(NUMBER_MAX),
                Run::Since(NUMBER_MAX),
                Run::Spent(NUMBER_MAX),
            ] {
                _ = (run.seconds(Some(NUMBER_MAX), now_ms), run.is_over(now_ms));
            }
        }
        assert!(Run::Left(NUMBER_MAX).pressed(None, NUMBER_MAX).is_some());
        assert!(Run::Spent(NUMBER_MAX).pressed(None, 0).is_some());
    }
}
