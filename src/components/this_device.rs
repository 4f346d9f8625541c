//! What this device is called, for those who see its edits.

use dioxus::prelude::*;

use super::format::{time_of_day, writer_name};
use crate::{
    config::{COLOURS_LEN, LANGUAGE_COOKIE, NAME_BYTES_MAX, THEME_COOKIE},
    hooks::{Now, keep_choice, kept_choice, use_background_sync, use_realtime_managers},
    protocol::{Device, Writer},
    words::{is_asked, t, ta, tn},
};

/// The name and the colour of this device, to be changed at once. Rendered again when it is called something else, and for no other
/// detail: what is typed would be gone.
#[component]
pub fn ThisDevice(device: Device, is_live: bool) -> Element {
    let socket = use_realtime_managers().websocket;
    let sync = use_background_sync();
    let change = move |name: Option<String>, colour: Option<u8>| {
        if let Some(known) = sync.details().device {
            socket.name_device(Device {
                name: name.filter(|name| !name.is_empty()).unwrap_or(known.name),
                colour: colour.unwrap_or(known.colour),
            });
        }
    };
    rsx! {
        section { class: "this-device", "aria-label": ta("This device"),
            label {
                {tn("This device’s name")}
                input {
                    class: "input",
                    name: "device",
                    maxlength: NAME_BYTES_MAX,
                    autocomplete: "off",
                    value: "{device.name}",
                    onchange: move |event| change(Some(event.value().trim().to_owned()), None),
                }
            }
            label {
                span { class: "who", "data-colour": device.colour, "aria-hidden": "true" }
                {tn("Its colour")}
                select { class: "input", name: "colour", onchange: move |event| change(None, event.value().parse().ok()),
                    for (colour , word) in (0..).zip(COLOURS) {
                        option { key: "{colour}", value: "{colour}", selected: colour == device.colour, {tn(word)} }
                    }
                }
            }
            if is_asked() {
                {choice(t("Language"), LANGUAGE_COOKIE, is_live, [("", t("As the browser asks")), ("en", "English"), ("de", "Deutsch")])}
                // A script beside this program looks into the cookie whenever something was chosen.
                {choice(t("Light or dark"), THEME_COOKIE, false, [("", t("As the device")), ("light", t("Light")), ("dark", t("Dark"))])}
                // What is chosen without the server holds from the next time that the page is loaded with it.
                if !is_live {
                    p { class: "note-line", {tn("Another language comes when this page is loaded with its server.")} }
                }
            }
        }
    }
}

/// How the page is on this browser, to be chosen.
fn choice(word: &str, cookie: &'static str, reload: bool, options: [(&'static str, &'static str); 3]) -> Element {
    let chosen = kept_choice(cookie);
    rsx! {
        label {
            {word}
            select { class: "input", name: cookie, onchange: move |event| keep_choice(cookie, &event.value(), reload),
                for (value , name) in options {
                    option { key: "{value}", value, selected: value == chosen, lang: (value.len() == 2).then_some(value), {name} }
                }
            }
        }
    }
}

/// The colours in words, in the order of their numbers.
const COLOURS: [&str; COLOURS_LEN as usize] = ["Teal", "Orange", "Blue", "Plum", "Green", "Rose", "Sky", "Sand"];

/// Who wrote something, and when: their device's colour and name, else what the server calls them.
pub fn by_line(writer: Option<&Writer>, now: Option<Now>) -> Element {
    let Some(writer) = writer else {
        return rsx! { {tn("somebody")} };
    };
    let mut text = writer_name(writer);
    if let Some(now) = now {
        text += ", ";
        text += &time_of_day(now, writer.at.0);
    }
    rsx! {
        if let Some(colour) = writer.colour {
            span { class: "who", "data-colour": colour, "aria-hidden": "true" }
        }
        {text}
    }
}
