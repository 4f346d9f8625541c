//! The instant that somebody points at in one chart, shown in every chart of the board: by a pointer, by a touch that is
//! held, or by keys.

use std::rc::Rc;

use dioxus::{html::point_interaction::InteractionElementOffset, prelude::*};

use super::{
    chart::{Window, nearest},
    plot::Line,
};
use crate::hooks::{Now, key_name, use_now};

/// An instant in server time, in whole milliseconds; `None` while nobody points. A float, since signals of those are there
/// anyway, and each type of signal is a program of its own.
type Instant = Signal<Option<f64>>;

/// One for a board's page.
#[derive(Clone, Copy)]
struct Pointed(Instant);

/// Gives all charts below this the same instant.
pub fn use_pointed_provider() {
    use_hook(|| provide_pointed(None));
}

pub(super) fn provide_pointed(at: Option<f64>) {
    provide_context(Pointed(Signal::new(at)));
}

/// What a chart needs to show what is pointed at, and to be pointed at.
#[derive(Clone, Copy)]
pub struct Pointing {
    pointed: Instant,
    /// The chart's, in pixels.
    width: Signal<Option<f64>>,
    now: ReadSignal<Option<Now>>,
}

/// For a chart: it is rendered again when another instant is pointed at, in whichever chart of the board.
pub fn use_pointing() -> Pointing {
    let Pointed(pointed) = use_context();
    // What is removed while it is pointed at hears of no pointer that leaves.
    use_drop(move || point(pointed, None));
    Pointing {
        pointed,
        width: use_signal(|| None),
        now: use_now(),
    }
}

/// Charts are drawn again for another instant only.
fn point(mut pointed: Instant, at: Option<u64>) {
    let at = at.map(|at| at as f64);
    if *pointed.peek() != at {
        pointed.set(at);
    }
}

impl Pointing {
    /// The instant that all charts of this board show.
    pub fn at(self) -> Option<u64> {
        (self.pointed)().map(|at| at as u64)
    }

    /// The device's clocks, which nothing is rendered again for.
    pub fn now(self) -> Option<Now> {
        *self.now.peek()
    }

    /// What lies over a chart and hears pointers and keys: a slider along its time. `said` is what stands at the instant
    /// shown, `place` where that is, in units of the drawing. Only what somebody has done changes it: no new value is read out.
    pub fn pad(self, name: &str, lines: Rc<Vec<Line>>, window: Window, place: Option<i32>, said: &str) -> Element {
        let (pointed, mut width, stepped) = (self.pointed, self.width, lines.clone());
        let hear = move |event: PointerEvent| {
            let share = event.element_coordinates().x / (*width.peek()).unwrap_or(1.0);
            point(pointed, Some(heard(&lines, window, share)));
        };
        rsx! {
            div {
                class: "pad",
                role: "slider",
                tabindex: "0",
                "aria-label": "Time in {name}",
                "aria-valuenow": place.unwrap_or(1_000) / 10,
                "aria-valuetext": if place.is_some() { said } else { "Newest" },
                onresize: move |event| width.set(event.get_border_box_size().ok().map(|size| size.width)),
                onpointerdown: hear.clone(),
                onpointermove: hear,
                onpointerleave: move |_| point(pointed, None),
                onblur: move |_| point(pointed, None),
                onkeydown: move |event| {
                    let from = (*pointed.peek()).map(|at| at as u64);
                    if let Some(next) = step(&stepped, window, from, &key_name(&event)) {
                        event.prevent_default();
                        point(pointed, next);
                    }
                },
            }
        }
    }
}

/// The instant at a share of the width: that of a value, where one is near. Then it is the same for all that came with it.
fn heard(lines: &[Line], window: Window, share: f64) -> u64 {
    let at = window.at(share);
    let near = lines.iter().find_map(|line| nearest(&line.points, at, window));
    near.map_or(at, |(at, _)| at)
}

/// Where a key leads from an instant: to the value before or after it, however long the gap between them; past the newest
/// one nobody points any more. `None` if the key leads nowhere.
fn step(lines: &[Line], window: Window, from: Option<u64>, key: &str) -> Option<Option<u64>> {
    let (mut oldest, mut before, mut after) = (None, None, None);
    for (at, _) in lines.iter().flat_map(|line| &line.points) {
        if !window.shows(*at) {
            continue;
        }
        if oldest.is_none_or(|oldest| *at < oldest) {
            oldest = Some(*at);
        }
        if from.is_none_or(|from| *at < from) {
            before = before.max(Some(*at));
        }
        if from.is_some_and(|from| *at > from) && after.is_none_or(|after| *at < after) {
            after = Some(*at);
        }
    }
    match key {
        "ArrowLeft" => Some(before.or(oldest)),
        "ArrowRight" => Some(after),
        "Home" => Some(oldest),
        "End" | "Escape" => Some(None),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_go_from_value_to_value_and_over_gaps() {
        let line = |instants: &[u64]| Line {
            interval_ms: 1_000,
            name: String::new(),
            points: instants.iter().map(|at| (*at, 0.0)).collect(),
        };
        // The first is older than what is shown.
        let lines = [line(&[900, 11_000, 12_000, 19_000]), line(&[12_500])];
        let window = Window {
            end: 20_000,
            length: 10_000,
            gap: 4_000,
        };
        let go = |from, key| step(&lines, window, from, key).expect("it leads somewhere");
        assert_eq!(go(None, "ArrowLeft"), Some(19_000));
        assert_eq!(go(Some(19_000), "ArrowLeft"), Some(12_500));
        assert_eq!(go(Some(12_500), "ArrowLeft"), Some(12_000));
        assert_eq!(go(Some(11_000), "ArrowLeft"), Some(11_000), "there it ends");
        assert_eq!(go(Some(12_000), "ArrowRight"), Some(12_500));
        assert_eq!(go(Some(19_000), "ArrowRight"), None, "the newest are shown again");
        assert_eq!(go(None, "ArrowRight"), None);
        assert_eq!([go(None, "Home"), go(Some(12_000), "End")], [Some(11_000), None]);
        assert_eq!(go(Some(12_000), "Escape"), None);
        assert_eq!(step(&lines, window, None, "Tab"), None);
    }
}
