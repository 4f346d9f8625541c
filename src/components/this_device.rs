//! What this device is called, for those who see its edits.

use dioxus::prelude::*;

use super::format::{time_of_day, writer_name};
use crate::{
    config::{COLOURS_LEN, NAME_BYTES_MAX},
    hooks::{Now, use_background_sync, use_realtime_managers},
    protocol::{Device, Writer},
};

/// The name and the colour of this device, to be changed at once.
#[component]
pub fn ThisDevice() -> Element {
    let socket = use_realtime_managers().websocket;
    let Some(device) = use_background_sync().details().device else {
        return rsx! {};
    };
    let named = device.clone();
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
                    onchange: move |event| {
                        let name = event.value().trim().to_owned();
                        if !name.is_empty() {
                            socket.name_device(Device { name, ..named.clone() });
                        }
                    },
                }
            }
            div { class: "row", role: "radiogroup", "aria-label": "Its colour",
                for colour in 0..COLOURS_LEN {
                    button {
                        key: "{colour}",
                        class: "colour",
                        r#type: "button",
                        role: "radio",
                        "aria-checked": colour == device.colour,
                        "aria-label": COLOURS[colour as usize],
                        title: COLOURS[colour as usize],
                        "data-colour": colour,
                        onclick: {
                            let name = device.name.clone();
                            move |_| socket.name_device(Device { name: name.clone(), colour })
                        },
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
