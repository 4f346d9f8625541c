//! The instant that somebody points at in one chart, shown in every chart of the board: by a pointer, by a touch that is
//! held, or by keys. And the stretch that somebody looks at closer in this one: drawn over it with a mouse, between two fingers, or by keys.

use std::rc::Rc;

use dioxus::{
    html::{input_data::MouseButton, point_interaction::InteractionElementOffset},
    prelude::*,
};

use super::{
    chart::{Window, nearest},
    plot::Line,
};
use crate::{
    components::{
        format::{other_day, span},
        said::focus_on,
    },
    config::STRETCH_CLOSER_MS_MIN,
    hooks::{Now, hold_pointer, key_name, use_drop, use_now, use_signal},
    words::{t, tn, with},
};

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
    /// Where a stretch begins that is being drawn.
    begun: Instant,
    /// How long the stretch is that is looked at closer, in milliseconds; `None` where all is shown.
    length: Signal<Option<f64>>,
    /// Its end; `None` where that is the newest value.
    end: Instant,
    /// Whether what is shown could not be had, but for what comes by itself.
    missing: Signal<bool>,
    pad: Signal<Option<Rc<MountedData>>>,
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
        begun: use_signal(|| None),
        length: use_signal(|| None),
        end: use_signal(|| None),
        missing: use_signal(|| false),
        pad: use_signal(|| None),
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

    /// How much of its time the chart shows, in milliseconds, where that is not all.
    pub fn length(self) -> Option<u64> {
        (self.length)().map(|length| length as u64)
    }

    /// Where that ends, if not at the newest value.
    pub const fn end(self) -> Instant {
        self.end
    }

    /// Whether the past of it could not be had.
    pub const fn missing(self) -> Signal<bool> {
        self.missing
    }

    /// Where a stretch begins that is being drawn.
    pub fn begun(self) -> Option<u64> {
        (self.begun)().map(|at| at as u64)
    }

    /// Shows all again.
    fn widen(mut self) {
        self.length.set(None);
        self.end.set(None);
    }

    /// What has been drawn is looked at closer, if it is more than a press.
    fn draw(mut self, window: Window) {
        let (begun, at) = (self.begun.take(), *self.pointed.peek());
        if let (Some(begun), Some(at)) = (begun, at)
            && (at - begun).abs() * DRAWN_MIN >= window.length as f64
        {
            self.show((at - begun).abs(), begun.max(at), window);
        }
    }

    /// Shows so many milliseconds before an instant; where that is the newest, it goes on with what comes.
    fn show(mut self, length: f64, end: f64, window: Window) {
        let is_newest = self.end.peek().is_none() && end + window.length as f64 / DRAWN_MIN >= window.end as f64;
        self.length.set(Some(length.max(STRETCH_CLOSER_MS_MIN as f64)));
        self.end.set((!is_newest).then_some(end));
    }

    /// Shows more or less around the instant that is pointed at, or before the end.
    fn scale(self, factor: f64, window: Window, whole_ms: u64) {
        let length = window.length as f64 * factor;
        if length >= whole_ms as f64 {
            self.widen();
        } else if self.length.peek().is_some() || factor < 1.0 {
            let end = window.end as f64;
            let around = self.pointed.peek().map_or(end, |at| at + length / 2.0);
            self.show(length, around.min(end), window);
        }
    }

    /// What lies over a chart and hears pointers and keys: a slider along its time. `said` is what stands at the instant
    /// shown, `place` where that is, in units of the drawing. Only what somebody has done changes it: no new value is read out.
    pub fn pad(
        self,
        name: &str,
        lines: Rc<Vec<Line>>,
        window: Window,
        whole_ms: u64,
        place: Option<i32>,
        said: &str,
    ) -> Element {
        let (pointed, mut begun, mut width, mut pad) = (self.pointed, self.begun, self.width, self.pad);
        let stepped = lines.clone();
        let mut hear = move |event: &PointerEvent, begins: bool| {
            let share = event.element_coordinates().x / (*width.peek()).unwrap_or(1.0);
            let at = heard(&lines, window, share);
            let is_first = event.is_primary();
            if event.pointer_type() == "touch" {
                // Between two fingers: the first one's end, and the other's.
                if begins && !is_first {
                    begun.set(*pointed.peek());
                } else if is_first && begun.peek().is_some() {
                    return begun.set(Some(at as f64));
                }
            } else if begins && event.trigger_button() == Some(MouseButton::Primary) {
                begun.set(Some(at as f64));
                let at = event.client_coordinates();
                hold_pointer(event.pointer_id(), (at.x, at.y));
            }
            point(pointed, Some(at));
        };
        let mut moved = hear.clone();
        rsx! {
            div {
                class: "pad",
                role: "slider",
                tabindex: "0",
                "aria-label": with("Time in {}", &[name]),
                "aria-valuenow": place.unwrap_or(1_000) / 10,
                "aria-valuetext": if place.is_some() { said } else { t("Newest") },
                "aria-keyshortcuts": "+ - Escape",
                onmounted: move |event| pad.set(Some(event.data())),
                onresize: move |event| width.set(event.get_border_box_size().ok().map(|size| size.width)),
                onpointerdown: move |event| hear(&event, true),
                onpointermove: move |event| moved(&event, false),
                onpointerup: move |_| self.draw(window),
                onpointercancel: move |_| begun.set(None),
                onpointerleave: move |_| point(pointed, None),
                ondoubleclick: move |_| self.widen(),
                onblur: move |_| point(pointed, None),
                onkeydown: move |event| {
                    let key = key_name(&event);
                    match key.as_str() {
                        // With another key these are the browser's own.
                        "+" | "=" if !is_with_another(&event) => self.scale(0.5, window, whole_ms),
                        "-" if !is_with_another(&event) => self.scale(2.0, window, whole_ms),
                        // What is being drawn is given up first.
                        "Escape" if begun.take().is_none() => self.widen(),
                        _ => {}
                    }
                    let from = (*pointed.peek()).map(|at| at as u64);
                    if let Some(next) = step(&stepped, window, from, &key) {
                        event.prevent_default();
                        point(pointed, next);
                    }
                },
            }
        }
    }

    /// What part of its time a chart shows, beneath it.
    pub fn times(self, window: Window) -> Element {
        let length = span(window.length / 1_000);
        let now = self.now();
        let is_closer = self.length().is_some();
        let mut part = match *self.end.peek() {
            Some(_) => [
                &time_text(now, window.end - window.length),
                " – ",
                &time_text(now, window.end),
            ]
            .concat(),
            None if is_closer => with("Last {}", &[&length]),
            None => with("{} ago", &[&length]),
        };
        if (self.missing)() {
            part += " · ";
            part += t("Not loaded");
        }
        rsx! {
            p { class: "plot-times", role: "status", "data-state": is_closer.then_some("closer"),
                span { "aria-hidden": (!is_closer).then_some("true"), {part} }
                if is_closer {
                    button { class: "button", "data-weight": "quiet", "data-shape": "small", r#type: "button",
                        onclick: move |_| {
                            self.widen();
                            focus_on(self.pad);
                        },
                        {tn("Whole span")}
                    }
                }
            }
        }
    }
}

/// The local time of day, to the second; of another day than today with its date.
pub fn time_text(now: Option<Now>, at: u64) -> String {
    let (hours, minutes) = now.map_or((0, 0), |now| now.hours_and_minutes(at));
    let time = format!("{hours:02}:{minutes:02}:{:02}", at / 1_000 % 60);
    match now.and_then(|now| other_day(now, at)) {
        Some(date) => [&date, ", ", &time].concat(),
        None => time,
    }
}

/// What is shorter than this part of the width is a press and no stretch.
const DRAWN_MIN: f64 = 40.0;

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

fn is_with_another(event: &KeyboardEvent) -> bool {
    event.modifiers().intersects(Modifiers::CONTROL | Modifiers::META)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_go_from_value_to_value_and_over_gaps() {
        let line = |instants: &[u64]| Line {
            interval_ms: 1_000,
            points: instants.iter().map(|at| (*at, 0.0)).collect(),
            ..Line::default()
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
