//! The live series of a connection: their last minutes a frame at a time, and then each tick.

use std::sync::Arc;

use super::{End, Session};
use crate::{
    board::is_like_formula,
    config::{SERIES_NAME_BYTES_MAX, WATCHED_LEN_MAX},
    protocol::{Access, Code},
    server::sources::Watch,
};

/// The series it hears of.
pub(super) struct Watched {
    names: Arc<[String]>,
    watch: Watch,
    /// Number of the last tick that it was told of.
    told: u64,
    past: Past,
}

/// How far their last minutes are told. They may be megabytes, so a frame goes out at a time and everything else between.
enum Past {
    /// Up to this series; nothing yet.
    After(Option<String>),
    /// All of them: ticks go on from there.
    Told,
}

impl Watched {
    /// Whether some of the last minutes are still to be told.
    pub fn tells_past(&self) -> bool {
        !matches!(self.past, Past::Told)
    }
}

impl Session {
    pub(super) fn watch(&mut self, series: Vec<String>) -> Result<(), End> {
        if series.len() > WATCHED_LEN_MAX || series.iter().any(|name| name.len() > SERIES_NAME_BYTES_MAX) {
            let message = format!(
                "One connection may watch {WATCHED_LEN_MAX} series with names of {SERIES_NAME_BYTES_MAX} bytes: watch fewer, or use `*`."
            );
            return Err(End::Refused(Code::TooLarge, message));
        }
        if series.is_empty() {
            self.watched = None;
            return Ok(());
        }
        let names: Arc<[String]> = without_covered(series).into();
        let may_edit = self
            .identity
            .as_ref()
            .is_some_and(|identity| identity.access == Access::Edit);
        // Subscribed before the past is read: a tick between the two is sent twice rather than never.
        let mut watch = self.server.sources().watch(&names, may_edit);
        let told = watch.ticks.borrow_and_update().number;
        let past = Past::After(None);
        self.watched = Some(Box::new(Watched {
            names,
            watch,
            told,
            past,
        }));
        Ok(())
    }

    pub(super) async fn write_past(&mut self) -> Result<(), End> {
        let Some(Watched {
            names,
            past: past @ Past::After(_),
            ..
        }) = self.watched.as_deref_mut()
        else {
            return Ok(());
        };
        let after = match past {
            Past::After(name) => name.take(),
            Past::Told => None,
        };
        let now = self.server.clock().now();
        let (packet, last) = self.server.sources().past(now, names, after.as_deref());
        *past = last.map_or(Past::Told, |name| Past::After(Some(name)));
        self.write([packet].into()).await
    }

    pub(super) async fn write_samples(&mut self) -> Result<(), End> {
        let Some(watched) = &mut self.watched else {
            return Ok(());
        };
        let newest = Arc::clone(&watched.watch.ticks.borrow_and_update());
        let packets = self.server.sources().since(&newest, watched.told, &watched.names);
        watched.told = newest.number;
        if packets.is_empty() {
            return Ok(());
        }
        self.write(packets.into()).await
    }
}

/// Ends at the next tick, where any series is watched.
pub(super) async fn tick(watched: &mut Option<Box<Watched>>) {
    if let Some(watched) = watched
        && watched.watch.ticks.changed().await.is_ok()
    {
        return;
    }
    std::future::pending().await
}

/// Each name once, and none that another one stands for: many that mean the same would be looked up again and again. A formula is no series that
/// begins with its first letter.
fn without_covered(mut series: Vec<String>) -> Vec<String> {
    series.sort_unstable();
    series.dedup();
    let beginnings: Vec<String> = series
        .iter()
        .filter_map(|name| Some(name.strip_suffix('*')?.to_owned()))
        .collect();
    series.retain(|name| {
        let covers = |beginning: &String| {
            name.starts_with(beginning.as_str())
                && name.strip_suffix('*') != Some(beginning)
                && is_like_formula(name) == is_like_formula(beginning)
        };
        !beginnings.iter().any(covers)
    });
    series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_star_stands_for_is_not_watched_once_more() {
        let watched = ["b", "a.1", "a.*", "b", "a.1.*", "a"].map(str::to_owned);
        assert_eq!(without_covered(watched.into()), ["a", "a.*", "b"]);
        assert_eq!(
            without_covered(vec!["*".to_owned(), "a".to_owned(), "*".to_owned()]),
            ["*"]
        );
        let formulas = ["rate 1m of a", "rate 1m of a*", "r*", "rest"].map(str::to_owned);
        assert_eq!(without_covered(formulas.into()), ["r*", "rate 1m of a*"]);
    }
}
