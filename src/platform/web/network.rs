//! What the browser says of the network and of who looks at the page.

use std::task::{Context, Poll};

use futures_channel::mpsc;
use futures_util::StreamExt;
use gloo_events::{EventListener, EventListenerOptions};
use web_sys::{EventTarget, VisibilityState};

use super::{keys::pressed, tab::chose};
use crate::platform::{Network, NetworkEvent};

/// Events that may wait; a page that has not run for so long needs the last one only.
const QUEUE_LEN: usize = 32;

/// The page's listeners, removed when this is dropped.
pub struct Page {
    events: mpsc::Receiver<NetworkEvent>,
    _listeners: Vec<EventListener>,
}

impl Page {
    pub fn listen() -> Self {
        let (mut sender, events) = mpsc::channel(QUEUE_LEN);
        if visibility() == NetworkEvent::Hidden {
            let _ = sender.try_send(NetworkEvent::Hidden); // opened behind another page
        }
        let mut listeners = Vec::new();
        if let Some(window) = web_sys::window() {
            let mut on =
                |target: &EventTarget, name: &'static str, what: fn(&web_sys::Event) -> Option<NetworkEvent>| {
                    let mut sender = sender.clone();
                    // A key that is heard here is not the browser's as well.
                    let options = EventListenerOptions::enable_prevent_default();
                    listeners.push(EventListener::new_with_options(target, name, options, move |event| {
                        if let Some(event) = what(event) {
                            let _ = sender.try_send(event);
                        }
                    }));
                };
            on(&window, "online", |_| Some(NetworkEvent::Online));
            on(&window, "offline", |_| Some(NetworkEvent::Offline));
            on(&window, "focus", |_| Some(visibility()));
            on(&window, "pagehide", |_| Some(NetworkEvent::Suspended));
            on(&window, "pageshow", came_back);
            on(&window, "storage", chose);
            on(&window, "keydown", pressed);
            if let Some(document) = window.document() {
                on(&document, "visibilitychange", |_| Some(visibility()));
                on(&document, "freeze", |_| Some(NetworkEvent::Frozen));
                on(&document, "resume", |_| Some(NetworkEvent::Woke));
            }
        }
        Self {
            events,
            _listeners: listeners,
        }
    }
}

impl Network for Page {
    fn is_online(&self) -> bool {
        web_sys::window().is_none_or(|window| window.navigator().on_line())
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<NetworkEvent> {
        match self.events.poll_next_unpin(cx) {
            Poll::Ready(Some(event)) => Poll::Ready(event),
            _ => Poll::Pending,
        }
    }
}

fn visibility() -> NetworkEvent {
    let document = web_sys::window().and_then(|window| window.document());
    match document.map(|document| document.visibility_state()) {
        Some(VisibilityState::Hidden) => NetworkEvent::Hidden,
        _ => NetworkEvent::Shown,
    }
}

/// A page taken out of the browser's cache goes on where it was; a new page has this event too, and has just begun.
fn came_back(event: &web_sys::Event) -> Option<NetworkEvent> {
    let persisted = js_sys::Reflect::get(event, &"persisted".into()).is_ok_and(|persisted| persisted.is_truthy());
    persisted.then_some(NetworkEvent::Woke)
}
