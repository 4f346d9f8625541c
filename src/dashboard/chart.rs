//! What a chart is made of: a scale with round ticks, and lines with their gaps. Drawn in a square of [`SIDE`] units
//! that the page stretches to the card, so every coordinate is a small whole number.

/// Units of the drawing's side.
pub const SIDE: f64 = 1_000.0;

/// A vertical scale that begins and ends at a round number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Its lower end.
    pub min: f64,
    /// Its upper end; greater than `min`.
    pub max: f64,
    /// From one tick to the next.
    pub step: f64,
}

impl Scale {
    /// The least round scale that holds `low..=high` with three to five ticks; `binary` where it counts bytes.
    #[must_use]
    pub fn around(low: f64, high: f64, binary: bool) -> Self {
        // A flat line gets room above it instead of a scale of no height.
        let high = if high - low > f64::EPSILON * high.abs().max(1.0) {
            high
        } else {
            low + low.abs().max(1.0)
        };
        let step = round_step((high - low) / 3.0, binary);
        Self {
            min: (low / step).floor() * step,
            max: (high / step).ceil() * step,
            step,
        }
    }

    /// The ticks, ascending, both ends included.
    pub fn ticks(self) -> impl Iterator<Item = f64> {
        let count = ((self.max - self.min) / self.step).round().clamp(1.0, TICKS_MAX) as u32;
        (0..=count).map(move |at| self.min + f64::from(at) * self.step)
    }

    /// How far from the top a value lies, in units of the drawing; what is off the scale lies at its edge.
    #[must_use]
    pub fn place(self, value: f64) -> i32 {
        let share = ((self.max - value) / (self.max - self.min)).clamp(0.0, 1.0);
        (share * SIDE).round() as i32
    }
}

/// Moves what stands at `places` (each with its owner) so far apart that none covers another, and none leaves the drawing. Those
/// that are about as high keep their order, whatever the lines do: a name is looked for where it was. Of others the higher
/// one is above, so that each is near its line.
pub fn move_apart(places: &mut [(usize, i32)]) {
    // A handful: the library's sort would be a kilobyte of the page.
    for end in (1..places.len()).rev() {
        for at in 0..end {
            if places[at].1 / APART > places[at + 1].1 / APART {
                places.swap(at, at + 1);
            }
        }
    }
    let mut least = APART / 3;
    for (_, place) in places.iter_mut() {
        *place = (*place).max(least);
        least = *place + APART;
    }
    let mut most = SIDE as i32 - APART / 3;
    for (_, place) in places.iter_mut().rev() {
        *place = (*place).min(most);
        most = *place - APART;
    }
}

/// Two lines of text, in units of the lowest chart's drawing.
const APART: i32 = 180;

/// The least round step that is not below `least`: 1, 2 or 5 times a power of ten; a power of two where bytes count.
fn round_step(least: f64, binary: bool) -> f64 {
    let mut unit = 1.0;
    if binary {
        while unit < least {
            unit *= 2.0;
        }
        return unit;
    }
    while unit > least {
        unit /= 10.0;
    }
    loop {
        for factor in [1.0, 2.0, 5.0] {
            if unit * factor >= least * (1.0 - 1e-9) {
                return unit * factor;
            }
        }
        unit *= 10.0;
    }
}

/// More ticks than these are never drawn, whatever rounding did.
const TICKS_MAX: f64 = 8.0;

/// The part of time that a chart shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its newest instant, in milliseconds.
    pub end: u64,
    /// How far back it goes, in milliseconds; not 0.
    pub length: u64,
    /// A pause longer than this is a gap.
    pub gap: u64,
}

impl Window {
    /// How far from the left an instant lies, in units of the drawing; one outside lies at the edge.
    #[must_use]
    pub fn place(self, at: u64) -> i32 {
        let back = self.end.saturating_sub(at).min(self.length);
        (SIDE - back as f64 * SIDE / self.length as f64).round() as i32
    }

    /// The instant at a share of the width: 0 is the left edge, 1 the right one.
    #[must_use]
    pub fn at(self, share: f64) -> u64 {
        let back = (1.0 - share.clamp(0.0, 1.0)) * self.length as f64;
        self.end.saturating_sub(back as u64)
    }

    /// Whether an instant can be shown: those a moment after the newest value are, at the right edge.
    #[must_use]
    pub const fn shows(self, at: u64) -> bool {
        at + self.length >= self.end && at <= self.end + self.gap
    }
}

/// The value that stood at an instant, with its own; `None` in a gap.
#[must_use]
pub fn nearest(points: &[(u64, f64)], at: u64, window: Window) -> Option<(u64, f64)> {
    let (mut found, mut reach) = (None, window.gap / 2 + 1);
    for point in points {
        let far = point.0.abs_diff(at);
        if far < reach {
            (found, reach) = (Some(*point), far);
        }
    }
    found
}

/// The lines of a series as the `d` of a path: a new one after each gap, a dash where a value stands alone.
#[must_use]
pub fn lines(points: &[(u64, f64)], window: Window, scale: Scale) -> String {
    use std::fmt::Write as _;
    let mut path = String::new();
    let joins = |one: u64, next: u64| next.saturating_sub(one) <= window.gap;
    let mut before: Option<u64> = None;
    let mut points = visible(points, window).peekable();
    while let Some((at, value)) = points.next() {
        let (x, y) = (window.place(at), scale.place(value));
        let is_joined = before.is_some_and(|before| joins(before, at));
        let goes_on = points.peek().is_some_and(|(next, _)| joins(at, *next));
        let written = match (is_joined, goes_on) {
            (true, _) => write!(path, "L{x} {y}"),
            (false, true) => write!(path, "M{x} {y}"),
            (false, false) => write!(path, "M{} {y}h{DASH}", (x - DASH / 2).clamp(0, SIDE as i32 - DASH)),
        };
        written.expect("a string takes what is written");
        before = Some(at);
    }
    path
}

/// How long a value that stands alone is drawn, in units of the drawing: a line of no length is a speck.
const DASH: i32 = 10;

/// The areas under the lines of [`lines`], as the `d` of a path; or from the least to the greatest, where `least` has as many values.
#[must_use]
pub fn area(least: &[(u64, f64)], greatest: &[(u64, f64)], window: Window, scale: Scale) -> String {
    use std::fmt::Write as _;
    let mut path = String::new();
    // Where it goes back to: beneath the first point and the last one, or each.
    let mut back: Vec<(u64, i32)> = Vec::new();
    let mut points = visible(greatest, window);
    let mut beneath = visible(least, window);
    loop {
        let next = points.next();
        let is_joined = back
            .last()
            .zip(next)
            .is_some_and(|((last, _), (at, _))| at.saturating_sub(*last) <= window.gap);
        let low = beneath.next().map_or(SIDE as i32, |(_, value)| scale.place(value));
        while !is_joined && let Some((at, y)) = back.pop() {
            let end = if back.is_empty() { "Z" } else { "" };
            write!(path, "L{} {y}{end}", window.place(at)).expect("a string takes what is written");
        }
        let Some((at, value)) = next else { return path };
        let letter = if is_joined { 'L' } else { 'M' };
        write!(path, "{letter}{} {}", window.place(at), scale.place(value)).expect("a string takes what is written");
        if least.is_empty() && back.len() > 1 {
            back.pop();
        }
        back.push((at, low));
    }
}

fn visible(points: &[(u64, f64)], window: Window) -> impl Iterator<Item = (u64, f64)> {
    let start = window.end.saturating_sub(window.length);
    points
        .iter()
        .copied()
        .filter(move |(at, _)| (start..=window.end).contains(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TO_TEN: Scale = Scale {
        min: 0.0,
        max: 10.0,
        step: 5.0,
    };

    const fn window(end: u64) -> Window {
        Window {
            end,
            length: 10_000,
            gap: 3_000,
        }
    }

    #[test]
    fn a_scale_has_three_to_five_ticks() {
        for binary in [false, true] {
            for (low, high) in [
                (0.0, 100.0),
                (0.13, 1.9),
                (-3.0, 4.0),
                (0.0, 7.3e6),
                (19.0, 23.0),
                // Nothing is half a byte.
                (0.0, if binary { 2.0 } else { 1.0 }),
                (999.0, 1001.0),
            ] {
                let ticks = Scale::around(low, high, binary).ticks().count();
                assert!((3..=5).contains(&ticks), "{ticks} for {low} to {high}");
            }
        }
    }

    #[test]
    fn names_that_would_cover_each_other_stand_apart() {
        let moved = |places: &[i32]| {
            let mut places: Vec<_> = places.iter().copied().enumerate().collect();
            move_apart(&mut places);
            places
        };
        assert_eq!(moved(&[500]), [(0, 500)]);
        assert_eq!(moved(&[100, 500]), [(0, 100), (1, 500)]);
        assert_eq!(moved(&[500, 480]), [(0, 500), (1, 680)], "each keeps its place");
        assert_eq!(moved(&[500, 100, 505]), [(1, 100), (0, 500), (2, 680)], "near its line");
        assert_eq!(moved(&[500, 500, 490]), [(0, 500), (1, 680), (2, 860)]);
        assert_eq!(moved(&[1000, 1000]), [(0, 760), (1, 940)]);
        assert_eq!(moved(&[0]), [(0, 60)]);
    }

    #[test]
    fn a_scale_is_round_and_holds_its_values() {
        assert_eq!(
            Scale::around(0.0, 100.0, false),
            Scale {
                min: 0.0,
                max: 100.0,
                step: 50.0
            }
        );
        let load = Scale::around(0.13, 1.9, false);
        assert!(
            load.min <= 0.13 && load.max >= 1.9 && load.ticks().count() >= 3,
            "{load:?}"
        );
        let bytes = Scale::around(0.0, 3.0 * 1024.0 * 1024.0, true);
        assert_eq!(bytes.step % (1024.0 * 1024.0), 0.0, "{bytes:?}");
    }

    #[test]
    fn a_flat_line_gets_a_scale_with_a_height() {
        for value in [0.0, 7.0, -3.0, 1e12] {
            let scale = Scale::around(value, value, false);
            assert!(scale.max > scale.min, "{scale:?}");
            assert!((3..=9).contains(&scale.ticks().count()), "{scale:?}");
        }
    }

    #[test]
    fn a_gap_stays_a_gap() {
        let window = window(10_000);
        let points = [(1_000, 0.0), (2_000, 5.0), (8_000, 10.0)];
        assert_eq!(lines(&points, window, TO_TEN), "M100 1000L200 500M795 0h10");
        assert_eq!(
            area(&[], &points, window, TO_TEN),
            "M100 1000L200 500L200 1000L100 1000ZM800 0L800 1000Z"
        );
    }

    #[test]
    fn what_means_were_made_of_lies_around_them_but_in_gaps() {
        let (least, greatest) = (
            [(1_000, 0.0), (2_000, 2.0), (8_000, 1.0), (9_000, 1.0)],
            [(1_000, 5.0), (2_000, 6.0), (8_000, 10.0), (9_000, 9.0)],
        );
        assert_eq!(
            area(&least, &greatest, window(10_000), TO_TEN),
            "M100 500L200 400L200 800L100 1000ZM800 0L900 100L900 900L800 900Z"
        );
        assert_eq!(area(&[], &[], window(10_000), TO_TEN), "");
        // Of many points it goes back along the floor at once.
        let points = [(1_000, 5.0), (2_000, 6.0), (3_000, 7.0)];
        assert_eq!(
            area(&[], &points, window(10_000), TO_TEN),
            "M100 500L200 400L300 300L300 1000L100 1000Z"
        );
    }

    #[test]
    fn a_place_and_its_instant_are_each_others() {
        let window = window(50_000);
        for (share, at, place) in [(0.0, 40_000, 0), (0.25, 42_500, 250), (1.0, 50_000, 1_000)] {
            assert_eq!((window.at(share), window.place(at)), (at, place));
        }
        // Off the edges lies nothing else.
        assert_eq!([window.at(-0.3), window.at(1.7)], [40_000, 50_000]);
        assert_eq!([window.place(1), window.place(99_000)], [0, 1_000]);
        assert_eq!(
            [39_999, 40_000, 53_000, 53_001].map(|at| window.shows(at)),
            [false, true, true, false]
        );
    }

    #[test]
    fn at_an_instant_stands_the_nearest_value_and_none_in_a_gap() {
        let points = [(1_000, 1.0), (2_000, 2.0), (8_000, 8.0)];
        let value = |at| nearest(&points, at, window(10_000)).map(|(_, value)| value);
        assert_eq!(
            [value(0), value(1_400), value(1_600)],
            [Some(1.0), Some(1.0), Some(2.0)]
        );
        assert_eq!([value(3_500), value(3_501), value(6_500)], [Some(2.0), None, Some(8.0)]);
    }

    #[test]
    fn what_is_older_than_the_window_is_not_drawn() {
        let points = [(9_999, 1.0), (10_000, 0.0)];
        assert_eq!(lines(&points, window(20_000), TO_TEN), "M0 1000h10");
    }
}
