//! A wanted value: a slider that follows the finger, and the number beside it; on a phone with a button at either end.

use dioxus::prelude::*;

use crate::{
    components::{
        format::{figure_text, number, plain},
        icon::{Glyph, icon},
    },
    hooks::{RealtimeUpdates, drafted, forget_draft, keep_draft, key_name, use_effect, use_signal},
    words::with,
};

/// The number's box is as wide as its digits, up to so many.
const DIGITS_MAX: usize = 7;

#[component]
pub fn Setpoint(live: RealtimeUpdates) -> Element {
    let shown = move || live.number("value");
    // Where the finger is; then, until what is shown has come to the same place, or is to wait for the server.
    let mut held = use_signal(|| None::<f64>);
    let mut is_held = use_signal(|| false);
    // Somebody else has set another under the finger.
    let mut is_crossed = use_signal(|| false);
    let mut typed = use_signal(|| None::<String>);
    // What was shown when the typing began.
    let mut began = use_signal(|| None::<f64>);
    // Typed, or dragged to, while somebody else has set another: held until its author has seen both.
    let mut asked = use_signal(|| None::<f64>);
    // What is typed is no edit before Enter, and is here again when the page was loaded again.
    let mut is_begun = use_signal(|| false);
    // Until somebody types on, or sets it: nobody may know that it stands there.
    let mut is_restored = use_signal(|| false);
    use_effect(move || {
        let place = live.place("value");
        match typed() {
            // After the first paint, which was the server's.
            None if !*is_begun.peek() => {
                if let Some((base, text)) = drafted(&place).filter(|(_, text)| !text.is_empty()) {
                    began.set(number(&base));
                    is_restored.set(true);
                    typed.set(Some(text));
                }
            }
            // A box that was emptied says nothing of what is wanted, and hides what there is.
            Some(text) if !text.is_empty() => {
                keep_draft(&place, &began.peek().map_or_else(String::new, typeable), &text);
            }
            _ => forget_draft(&place),
        }
        is_begun.set(true);
    });
    // The revision that was shown last, as a number like the others here: a type of its own costs the page a kilobyte.
    let mut seen = use_signal(|| None::<f64>);
    use_effect(move || {
        let shown = shown();
        let revision = live.field("value").map(|field| field.revision.0 as f64);
        // Under one's own that is on its way, or is to be, another's was not seen.
        let is_under = live.is_pending("value") || live.signal().read().has_draft;
        // Somebody else's value is shown even under a finger, which goes on where it was: that is asked about.
        let is_anothers = *seen.peek() != revision && *held.peek() != shown && !is_under;
        if !is_under {
            seen.set(revision);
        }
        let is_over = *held.peek() == shown || !live.is_optimistic();
        if is_anothers && *is_held.peek() {
            is_crossed.set(true);
        }
        if held.peek().is_some() && (is_anothers || (!is_held() && is_over)) {
            held.set(None);
        }
    });
    let (min, max) = (live.number("min").unwrap_or(0.0), live.number("max").unwrap_or(100.0));
    let step = live.number("step").filter(|step| *step > 0.0).unwrap_or(1.0);
    let unit = live.text("unit");
    let value = held().or(shown()).unwrap_or(min);
    let is_off = move |text: &str| number(text).is_some_and(|number| !(min..=max.max(min)).contains(&number));
    let mut set = move |number: f64| {
        asked.set(None);
        if live.is_optimistic() {
            held.set(Some(number));
        }
        live.edit("value", plain(number));
    };
    let mut commit = move || {
        // What is off the scale stays in its box, and says why, until it is mended or taken back.
        if typed.peek().as_deref().is_none_or(is_off) {
            return;
        }
        let wanted = typed
            .peek()
            .as_deref()
            .and_then(number)
            .filter(|number| Some(*number) != shown());
        if wanted.is_some() && *began.peek() != shown() {
            asked.set(wanted);
            return;
        }
        typed.set(None);
        asked.set(None);
        if let Some(number) = wanted {
            set(number);
        }
    };
    let mut nudge = move |by: f64| set(stepped(value, by).clamp(min, max.max(min)));
    let text = typed().unwrap_or_else(|| typeable(value));
    let is_off = is_off(&text);
    let is_kept = is_restored() && typed.read().is_some();
    let said = match shown() {
        _ if is_off => with(
            "Between {} and {} only.",
            &[&figure_text(min, &unit), &figure_text(max, &unit)],
        ),
        // Whoever goes on has seen what they write over.
        Some(news) if asked().is_some() || (typed.read().is_some() && began() != Some(news)) => {
            with("Somebody has set {}.", &[&figure_text(news, &unit)])
        }
        Some(now) if is_kept && number(&text) != Some(now) => {
            with("Not set: still {}. Press Enter.", &[&figure_text(now, &unit)])
        }
        _ => String::new(),
    };
    let said_state = match () {
        () if is_off => "off",
        () if began() == shown() => "typing",
        () => "theirs",
    };
    let title = live.text("title");
    let digits = text.chars().count().clamp(1, DIGITS_MAX);
    rsx! {
        div { class: "setpoint",
            p { class: "figure",
                input {
                    class: "input value",
                    "data-weight": "quiet",
                    "data-digits": "{digits}",
                    "data-state": match () {
                        () if typed.read().is_some() => "typing",
                        () if live.is_pending("value") => "pending",
                        () => "confirmed",
                    },
                    r#type: "number",
                    inputmode: "decimal",
                    "aria-label": with("{}, number", &[&title]),
                    "aria-invalid": is_off,
                    "min": "{min}",
                    "max": "{max}",
                    "step": "{step}",
                    value: text,
                    oninput: move |event| {
                        if typed.peek().is_none() {
                            began.set(shown());
                        }
                        asked.set(None);
                        is_restored.set(false);
                        typed.set(Some(event.value()));
                    },
                    onchange: move |_| commit(),
                    onblur: move |_| commit(),
                    onkeydown: move |event| {
                        match key_name(&event).as_str() {
                            "Escape" => {
                                typed.set(None);
                                asked.set(None);
                            }
                            // What was typed before the page was loaded again is no change to the browser.
                            "Enter" => commit(),
                            _ => {}
                        }
                    },
                }
                if !unit.is_empty() {
                    small { "{unit}" }
                }
            }
            div {
                div { class: "setpoint-reach",
                    button { class: "button step", "data-shape": "square", r#type: "button", "aria-label": with("{}, less", &[&title]), onclick: move |_| nudge(-step), {icon(Glyph::Minus)} }
                    input {
                        class: "range",
                        r#type: "range",
                        "aria-label": with("{}, slider", &[&title]),
                        "aria-valuetext": figure_text(value, &unit),
                        "min": "{min}",
                        "max": "{max}",
                        "step": "{step}",
                        value: typeable(value),
                        oninput: move |event| {
                            let Some(number) = number(&event.value()) else { return };
                            // A finger that comes anew has seen what is there.
                            if !is_held.replace(true) {
                                is_crossed.set(false);
                                asked.set(None);
                            }
                            held.set(Some(number));
                            if is_crossed() {
                                asked.set(Some(number));
                            } else {
                                live.edit("value", plain(number));
                            }
                        },
                        onchange: move |_| is_held.set(false),
                        onblur: move |_| is_held.set(false),
                    }
                    button { class: "button step", "data-shape": "square", r#type: "button", "aria-label": with("{}, more", &[&title]), onclick: move |_| nudge(step), {icon(Glyph::Plus)} }
                }
                if let Some((mine, theirs)) = asked().zip(shown()) {
                    // Before · mine · theirs would be a conflict's card; nothing was sent yet, so that two buttons do.
                    div { class: "setpoint-asks", role: "alert",
                        p { class: "setpoint-off", "data-state": "theirs", "{said}" }
                        button {
                            class: "button", "data-shape": "small", "data-weight": "strong", r#type: "button",
                            onclick: move |_| {
                                typed.set(None);
                                set(mine);
                            },
                            {with("Set {}", &[&figure_text(mine, &unit)])}
                        }
                        button {
                            class: "button", "data-shape": "small", r#type: "button",
                            onclick: move |_| {
                                typed.set(None);
                                asked.set(None);
                                held.set(None);
                            },
                            {with("Keep {}", &[&figure_text(theirs, &unit)])}
                        }
                    }
                } else if !said.is_empty() {
                    p { class: "setpoint-off", role: "alert", "data-state": said_state, "{said}" }
                } else {
                    div { class: "setpoint-ends", "aria-hidden": "true",
                        span { {figure_text(min, &unit)} }
                        span { {figure_text(max, &unit)} }
                    }
                }
            }
        }
    }
}

/// A step further, without the dust of adding tenths: 0.1 and 0.2 are 0.3.
fn stepped(value: f64, by: f64) -> f64 {
    ((value + by) * 1e6).round() / 1e6
}

/// As a number box takes it.
fn typeable(value: f64) -> String {
    format!("{value}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_of_tenths_leave_no_dust() {
        assert_eq!([stepped(0.2, 0.1), stepped(21.5, -0.5)], [0.3, 21.0]);
    }

    #[test]
    fn a_number_is_typed_as_it_is() {
        assert_eq!([typeable(21.0), typeable(0.1)], ["21", "0.1"]);
    }
}
