//! The app of a phone: the same boards, in a webview, around a store of this device and whichever server a person names.
//!
//! Here is what the window of a desktop has not: a finger, the system's way back, edges of the screen that are not the app's, and that the system
//! stops it. Built for Linux it opens in a window of a phone's size: so it is tested.

use std::{process::ExitCode, rc::Rc};

use dioxus::{
    mobile::{Config, LogicalSize, WindowBuilder, tao::event::Event, use_wry_event_handler},
    prelude::*,
};

use crate::{
    config::{PING_AFTER_MS, PING_AFTER_ON_BATTERY_MS, PING_AFTER_UNSEEN_MS_MAX, POWER_LOOK_MS},
    hooks::{Heartbeat, use_background_sync, use_realtime_managers},
    platform::{self, Gesture, NetworkEvent, ServerAddress, hear_gestures},
    webview::{Boards, Choosing, First, Kept, Leave, NAME, WaitingForKeyring, Ways, begun, page, use_showing},
    words::{tn, with},
};

/// What the program does: reads its arguments, where it has some, and opens. The system ends it.
#[must_use]
pub fn main() -> ExitCode {
    let Some((kept, first)) = begun() else {
        return ExitCode::FAILURE;
    };
    let page = VirtualDom::new(Phone).with_root_context(kept).with_root_context(first);
    // It ends the process by itself.
    dioxus::mobile::launch::launch_virtual_dom(page, config())
}

fn config() -> Config {
    // Where the system does not say how large it is.
    let window = WindowBuilder::new()
        .with_title(NAME)
        .with_inner_size(LogicalSize::new(WIDTH, HEIGHT));
    Config::new()
        .with_window(window)
        .with_menu(None)
        .with_custom_index(page_for_a_finger())
}

/// A phone of a common size, in points.
const WIDTH: f64 = 390.0;
const HEIGHT: f64 = 844.0;

/// The page of a window, for a finger, whatever the webview says it is touched by, and with the edges of the screen as properties.
fn page_for_a_finger() -> String {
    page()
        .replace("(pointer: coarse)", "(min-width: 0)")
        .replace("(hover: none)", "(min-width: 0)")
        .replace("env(safe-area-inset-", "var(--safe-")
        .replace("</style>", &[STYLES, "</style>"].concat())
}

/// What is the phone's alone.
const STYLES: &str = include_str!("phone/phone.css");

/// The boards of a server, or the question for one.
#[component]
fn Phone() -> Element {
    let kept: Kept = use_context();
    let first: Option<First> = use_context();
    let mut showing = use_showing(&kept, first);
    let mut leaving = showing.leaving;
    use_wry_event_handler(|event, _| match event {
        Event::Suspended => platform::tell(NetworkEvent::Suspended),
        Event::Resumed => platform::tell(NetworkEvent::Woke),
        _ => {}
    });
    let left = use_callback(move |_| {
        leaving.set(None);
        showing.ask();
    });
    let not_let_in = use_callback(move |message| {
        showing.trouble.set(Some(message));
        leaving.set(Some(Leave::Choose));
    });
    let chosen = use_callback(move |reached| showing.open(reached));
    let refusal = use_callback(|server: String| refused_for(&server));
    let ways = Ways {
        leaving,
        on_left: left,
        on_stays: use_callback(|_| {}),
        on_not_let_in: not_let_in,
    };
    if (showing.is_opening)() {
        return rsx! {
            main { class: "choosing", "data-state": "opening",
                WaitingForKeyring {}
            }
        };
    }
    let at = (showing.at)();
    // One of before, or of the arguments.
    let refused = at.as_ref().and_then(|reached| refusal(reached.server.clone()));
    if (showing.is_choosing)() || refused.is_some() {
        return rsx! {
            Choosing {
                before: at.filter(|_| refused.is_none()),
                trouble: refused.or((showing.trouble)()),
                on_chosen: chosen,
                refusal,
            }
        };
    }
    rsx! {
        for reached in at {
            Boards {
                key: "{showing.number}",
                address: reached.server.clone(),
                server: reached.server.clone(),
                token: reached.token,
                ways,
                foot: rsx! {
                    footer { class: "where",
                        span { {reached.server} }
                        button { class: "button", "data-weight": "quiet", r#type: "button", onclick: move |_| leaving.set(Some(Leave::Choose)), {tn("Another server")} }
                    }
                },
                Gestures {}
                Beating {}
            }
        }
    }
}

/// Why a server is not spoken with; `None` where it is.
fn refused_for(server: &str) -> Option<String> {
    let address = ServerAddress::parse(server).ok()?;
    address.is_overheard().then(|| {
        let host = address.origin().trim_start_matches("http://");
        with(
            "A phone does not speak with {} without encryption: whoever is on the way could read your boards and your token. Ask whoever runs it for its https:// address.",
            &[host],
        )
    })
}

/// Asks the server less often for a sign of life while the device runs on its battery, and while nobody sees the app.
#[component]
fn Beating() -> Element {
    let managers = use_realtime_managers();
    use_future(move || async move {
        let clock = platform::here().clock();
        loop {
            let seen_ms = if platform::is_charged() {
                PING_AFTER_MS
            } else {
                PING_AFTER_ON_BATTERY_MS
            };
            let heartbeat = Heartbeat::after_ms(seen_ms, PING_AFTER_UNSEEN_MS_MAX);
            managers.websocket.beat(heartbeat);
            clock.sleep_until(clock.now().plus(POWER_LOOK_MS)).await;
        }
    });
    VNode::empty()
}

/// Hears what a finger wants of the app as a whole.
#[component]
fn Gestures() -> Element {
    let sync = use_background_sync();
    let visited: Rc<dyn History> = use_context();
    use_hook(move || {
        hear_gestures(move |gesture| match gesture {
            Gesture::Back => {
                let goes = visited.can_go_back();
                if goes {
                    visited.go_back();
                }
                goes
            }
            Gesture::Pulled => {
                sync.sync_now();
                true
            }
        });
    });
    VNode::empty()
}
