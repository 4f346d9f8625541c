//! The instant that somebody points at in one chart, shown in every chart of the board: by a pointer, by a touch that is
//! held, or by keys.

use std::rc::Rc;

use dioxus::{html::point_interaction::InteractionElementOffset, prelude::*};

use super::{
    chart::{Window, nearest},
    plot::Line,
};

/// An instant in server time, in milliseconds; `None` while nobody points.
pub type Instant = Signal<Option<u64>>;

/// One for a board's page.
#[derive(Clone, Copy)]
struct Pointed(Instant);

/// Gives all charts below this the same instant.
pub fn use_pointed_provider() {
    use_hook(|| provide_pointed(None));
}

pub(super) fn provide_pointed(at: Option<u64>) {
    provide_context(Pointed(Signal::new(at)));
}

/// The instant that all charts of this board show.
pub fn use_pointed() -> Instant {
    let Pointed(pointed) = use_context();
    // What is removed while it is pointed at hears of no pointer that leaves.
    use_drop(move || point(pointed, None));
    pointed
}

/// Charts are drawn again for another instant only.
fn point(mut pointed: Instant, at: Option<u64>) {
    if *pointed.peek() != at {
        pointed.set(at);
    }
}

/// What lies over a chart and hears pointers and keys: a slider along its time. `said` is what stands at the instant shown,
/// and where that is, in units of the drawing. Only what somebody has done changes it: no new value is read out.
pub fn pad(
    name: &str,
    lines: Rc<Vec<Line>>,
    window: Window,
    pointed: Instant,
    width: CopyValue<f64>,
    said: Option<(String, i32)>,
) -> Element {
    let (mut width, stepped) = (width, lines.clone());
    let hear = move |event: PointerEvent| {
        let at = window.at(event.element_coordinates().x / width().max(1.0));
        // On a value, where one is near: then it is the same instant for all that came with it.
        let near = lines.iter().find_map(|line| nearest(&line.points, at, window));
        point(pointed, Some(near.map_or(at, |(at, _)| at)));
    };
    let (said, place) = said.unwrap_or_else(|| ("Newest".to_owned(), 1_000));
    rsx! {
        div {
            class: "pad",
            role: "slider",
            tabindex: "0",
            "aria-label": "Time in {name}",
            "aria-valuenow": place / 10,
            "aria-valuetext": said,
            onresize: move |event| {
                if let Ok(size) = event.get_border_box_size() {
                    width.set(size.width);
                }
            },
            onpointerdown: hear.clone(),
            onpointermove: hear,
            onpointerleave: move |_| point(pointed, None),
            onblur: move |_| point(pointed, None),
            onkeydown: move |event| {
                let at = *pointed.peek();
                if let Some(next) = step(&stepped, window, at, &event.key()) {
                    event.prevent_default();
                    point(pointed, next);
                }
            },
        }
    }
}

/// Where a key leads from an instant: to the value before or after it, however long the gap between them; past the newest
/// one nobody points any more. `None` if the key leads nowhere.
fn step(lines: &[Line], window: Window, from: Option<u64>, key: &Key) -> Option<Option<u64>> {
    let instants = || {
        let all = lines.iter().flat_map(|line| &line.points).map(|(at, _)| *at);
        all.filter(|at| window.shows(*at))
    };
    let oldest = instants().min();
    Some(match key {
        Key::ArrowLeft => instants()
            .filter(|at| from.is_none_or(|from| *at < from))
            .max()
            .or(oldest),
        Key::ArrowRight => instants().filter(|at| from.is_some_and(|from| *at > from)).min(),
        Key::Home => oldest,
        Key::End | Key::Escape => None,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_go_from_value_to_value_and_over_gaps() {
        let line = |instants: &[u64]| Line {
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
        let go = |from, key| step(&lines, window, from, &key).expect("it leads somewhere");
        assert_eq!(go(None, Key::ArrowLeft), Some(19_000));
        assert_eq!(go(Some(19_000), Key::ArrowLeft), Some(12_500));
        assert_eq!(go(Some(12_500), Key::ArrowLeft), Some(12_000));
        assert_eq!(go(Some(11_000), Key::ArrowLeft), Some(11_000), "there it ends");
        assert_eq!(go(Some(12_000), Key::ArrowRight), Some(12_500));
        assert_eq!(go(Some(19_000), Key::ArrowRight), None, "the newest are shown again");
        assert_eq!(go(None, Key::ArrowRight), None);
        assert_eq!([go(None, Key::Home), go(Some(12_000), Key::End)], [Some(11_000), None]);
        assert_eq!(go(Some(12_000), Key::Escape), None);
        assert_eq!(step(&lines, window, None, &Key::Tab), None);
    }
}
