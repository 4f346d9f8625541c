//! What this device is called, for those who see its edits.

use dioxus::prelude::*;

use super::format::{time_of_day, writer_name};
use crate::{
    config::{COLOURS_LEN, NAME_BYTES_MAX},
    hooks::{Now, use_background_sync, use_realtime_managers},
    protocol::{Device, Writer},
};

/// The name and the colour of this device, to be changed at once. Rendered again when it is called something else, and for no other
/// detail: what is typed would be gone.
#[component]
pub fn ThisDevice(device: Device) -> Element {
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
        section { class: "this-device", "aria-label": "This device",
            label {
                "This device’s name"
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
                "Its colour"
                select { class: "input", name: "colour", onchange: move |event| change(None, event.value().parse().ok()),
                    for (colour , word) in (0..).zip(COLOURS) {
                        option { key: "{colour}", value: "{colour}", selected: colour == device.colour, {word} }
                    }
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
        return rsx! { "somebody" };
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
