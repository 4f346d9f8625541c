//! A time that runs down to an end, or up from nothing. All who look see the same second, by the server's clock.

use dioxus::prelude::*;

use crate::{
    board::Run,
    components::icon::{Glyph, icon},
    hooks::{Now, RealtimeUpdates},
    words::tn,
};

pub fn timer(live: RealtimeUpdates, now: ReadSignal<Option<Now>>) -> Element {
    let run = Run::read(&live.value("run").unwrap_or_default()).unwrap_or(Run::Reset);
    let minutes = live.number("minutes").unwrap_or_default();
    let length = Some((minutes * 60.0).round() as u64).filter(|seconds| *seconds > 0);
    let is_running = matches!(run, Run::Ends(_) | Run::Since(_));
    // What stands needs no clock: it would be rendered each second.
    let now_ms = move || if is_running { now() } else { *now.peek() }.map(|now| now.server_ms);
    // Before there is a clock nobody knows how far it is.
    let shown = now_ms().or((!is_running).then_some(0));
    let is_over = shown.is_some_and(|now_ms| run.is_over(now_ms));
    let time = shown.map_or_else(|| "–".to_owned(), |now_ms| clock_text(run.seconds(length, now_ms)));
    let press = move |is_reset: bool| {
        let now_ms = (*now.peek()).map(|now| now.server_ms);
        let pressed = now_ms
            .and_then(|now_ms| run.pressed(length, now_ms))
            .filter(|_| !is_reset);
        live.edit("run", pressed.unwrap_or(Run::Reset).value());
    };
    let (state, label) = match run {
        _ if is_over => ("over", "Reset"),
        Run::Ends(_) | Run::Since(_) => ("running", "Pause"),
        Run::Left(_) | Run::Spent(_) => ("paused", "Start"),
        Run::Reset => ("reset", "Start"),
    };
    let pending = if live.is_pending("run") { "pending" } else { "confirmed" };
    rsx! {
        div { class: "timer", "data-state": state,
            p { class: "figure value", role: "timer", "data-state": pending, "{time}" }
            if is_over {
                p { class: "saying", role: "alert", "data-tone": "wait", "data-state": "over",
                    {icon(Glyph::ClockAlert)}
                    {tn("Time is up")}
                }
            }
            div { class: "row",
                button { class: "button", r#type: "button", onclick: move |_| press(is_over), {tn(label)} }
                if !is_over && run != Run::Reset {
                    button { class: "button", "data-weight": "quiet", r#type: "button", onclick: move |_| press(true), {tn("Reset")} }
                }
            }
        }
    }
}

/// Seconds as a clock has them: `4:05`, `1:02:03`.
fn clock_text(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_on_a_clock() {
        let written = [0, 5, 245, 3_723, 360_000].map(clock_text);
        assert_eq!(written, ["0:00", "0:05", "4:05", "1:02:03", "100:00:00"]);
    }
}
