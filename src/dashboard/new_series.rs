//! A series that somebody has begun to post and no board shows: a line offers to add it.

use dioxus::prelude::*;
use serde_json::json;

use super::add_widget::{known_series, put};
use crate::{
    board::kinds,
    components::{
        icon::{Glyph, icon},
        said::{say, say_added},
    },
    config::NEW_SERIES,
    hooks::{BoardHandle, copy, fresh_name, remember, remembered, use_line_to_post, use_memo, use_samples, use_signal},
    words::{sentence, t, tn, with},
};

/// Where this browser's tabs remember which series were declined: a name in each line, for none has a line's end in it.
const DECLINED: &str = "tideboard declined";
/// So many of them: those before are offered again.
const DECLINED_LEN_MAX: usize = 100;

/// Offers the first series that nobody shows yet; on whose board it is put is not asked: on this one. Wherever one is typed, those that
/// were declined are suggested as well.
#[component]
pub fn NewSeries(board: BoardHandle) -> Element {
    let watched = use_signal(|| vec![NEW_SERIES.to_owned()]);
    let samples = use_samples(watched.into());
    let mut declined = use_signal(declined_before);
    let posted = use_memo(move || {
        let samples = samples.read();
        let list = samples
            .0
            .first()
            .and_then(|(_, list)| list.latest()?.as_array().cloned());
        let names = list.into_iter().flatten();
        let names: Vec<String> = names.filter_map(|name| Some(name.as_str()?.to_owned())).collect();
        names
    });
    let posted = posted.read();
    let known = known_series(&posted);
    let mut new = posted.iter().filter(|name| !declined.read().contains(name));
    let Some(name) = new.next().cloned() else {
        return known;
    };
    let others = match new.count() {
        0 => String::new(),
        others => [" ", &with("and {} more", &[&others.to_string()])].concat(),
    };
    let (added, refused) = (name.clone(), name.clone());
    let decline = move |_| {
        // Not what this page has added, and what other tabs have declined as well.
        let mut kept = declined_before();
        kept.push(refused.clone());
        remember(DECLINED, &kept.join("\n"));
        declined.write().push(refused.clone());
    };
    rsx! {
        {known}
        div { class: "lines",
            div { class: "banner", role: "status", "data-state": "new-series",
                {icon(Glyph::Plus)}
                p { class: "banner-text", {tn("New:")} " " strong { "{name}" } "{others}" }
                button {
                    class: "button",
                    "data-shape": "small",
                    r#type: "button",
                    onclick: move |_| {
                        if add(board, &added) {
                            // Its card watches it, which takes it off the list: once the server has heard of that.
                            declined.write().push(added.clone());
                        }
                    },
                    {tn("Add to board")}
                }
                button { class: "button", "data-shape": "small", "data-weight": "quiet", r#type: "button", onclick: decline, {tn("Not now")} }
            }
        }
    }
}

fn declined_before() -> Vec<String> {
    let kept = remembered(DECLINED).unwrap_or_default();
    let mut names: Vec<String> = kept.lines().map(str::to_owned).collect();
    // Room for one more.
    let surplus = (names.len() + 1).saturating_sub(DECLINED_LEN_MAX);
    names.drain(..surplus);
    names
}

/// Puts a series on a board as a number; whether that could be done.
fn add(board: BoardHandle, series: &str) -> bool {
    let fields = vec![
        ("title", json!(series)),
        ("series", json!([series])),
        ("unit", json!(unit_of(series))),
    ];
    match fresh_name(kinds::STAT) {
        Ok(id) => {
            say_added(&board.id(), &id, with("{} added", &[series]));
            put(board, id, kinds::STAT, fields);
            true
        }
        Err(error) => {
            say(sentence(&error.to_string()), "refused", String::new(), None);
            false
        }
    }
}

/// The unit that a series' name ends in, as is the custom of <https://prometheus.io/docs/practices/naming/>; its labels are behind that.
fn unit_of(series: &str) -> &'static str {
    let name = series.split('{').next().unwrap_or_default();
    match name.rsplit(['_', '.']).next() {
        Some("bytes") => "B",
        Some("seconds") => "s",
        Some("percent") => "%",
        Some("celsius") => "°C",
        Some("volts") => "V",
        Some("amperes") => "A",
        Some("watts") => "W",
        Some("meters") => "m",
        _ => "",
    }
}

/// How a program of one's own sends a number to this server, ready to be put into a terminal; nothing where that is not known, and for who may
/// only watch.
pub fn how_to_post() -> Element {
    rsx! { HowToPost {} }
}

#[component]
fn HowToPost() -> Element {
    let line = use_line_to_post();
    if line.read().is_empty() {
        return VNode::empty();
    }
    let copied = move |_| {
        let text = line.cloned(); // what takes the selection is an event of its own
        let (said, state) = if copy(&text) {
            (t("Copied. Paste it into a terminal."), "copied")
        } else {
            // As the stylesheet has it.
            (
                t("It can’t be copied from here. A click on the line selects all of it."),
                "refused",
            )
        };
        say(said.to_owned(), state, String::new(), None);
    };
    rsx! {
        p { {t(from_where(&line.read()))} }
        pre { class: "json", tabindex: "0", "{line}" }
        button { class: "button", r#type: "button", onclick: copied, {tn("Copy")} }
    }
}

/// From which machines a line can be sent: nobody else reaches the address that a machine has for itself.
fn from_where(line: &str) -> &'static str {
    if ["//127.", "//localhost", "//[::1]"]
        .iter()
        .any(|own| line.contains(own))
    {
        "Or send a number of your own, from this machine:"
    } else {
        "Or send a number of your own, from any machine that reaches this address:"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_told_to_send_to_the_address_of_another_machines_own() {
        let said = |origin: &str| from_where(&["curl ", origin, "/api/v1/samples -d 'fuel 12.5'"].concat());
        for own in ["http://127.0.0.1:8080", "https://localhost", "http://[::1]:8080"] {
            assert!(said(own).ends_with("this machine:"), "{own}");
        }
        assert!(said("http://192.168.7.5:8080").ends_with("this address:"));
    }

    #[test]
    fn a_unit_is_told_by_the_end_of_the_name() {
        assert_eq!(unit_of("node_memory_MemFree_bytes"), "B");
        assert_eq!(unit_of("room.celsius"), "°C");
        assert_eq!(unit_of("http_seconds{path=\"/a_bytes\"}"), "s");
        assert_eq!(unit_of("fuel"), "");
    }
}
