//! The browser: its WebSocket, IndexedDB, locks and channels between tabs, and what it says of network and visibility.

mod caret;
mod carrying;
mod clock;
mod fetch;
mod files;
mod indexed_db;
mod jotting;
mod keys;
mod leadership;
mod network;
mod socket;
mod tab;

use std::{path::Path, rc::Rc};

pub use super::ShownIn::Tab as SHOWN_IN;
pub use caret::{select, selection};
pub use carrying::{carry, grasp, hold_pointer, let_go, put_back};
pub use fetch::FETCH;
pub use files::{copy, save, take_chosen_file};
pub use jotting::{jot, jotted};
pub use keys::{KeyPressed, hear_keys, key_name};
pub use tab::{is_kept_offline, keep_offline, remember, remembered};

use wasm_bindgen::JsCast;

use super::{Clock, Network, OpenError, ServerAddress, Socket, Storage};

pub fn clock() -> Rc<dyn Clock> {
    Rc::new(clock::PageClock::default())
}

pub fn network() -> Box<dyn Network> {
    // It stands in for the standard library's, after the compiler has seen that nobody calls it.
    std::hint::black_box(super::decimal::write as fn(&f64, &mut std::fmt::Formatter<'_>) -> std::fmt::Result);
    Box::new(network::Page::listen())
}

pub fn dial(server: &ServerAddress) -> Box<dyn Socket> {
    Box::new(socket::BrowserSocket::dial(server))
}

pub async fn open_storage(_: Option<&Path>) -> Result<Box<dyn Storage>, OpenError> {
    indexed_db::IndexedDb::open()
        .await
        .map(|storage| Box::new(storage) as Box<dyn Storage>)
}

pub fn page_cookies() -> Option<String> {
    let document = web_sys::window()?.document()?;
    js_sys::Reflect::get(&document, &"cookie".into()).ok()?.as_string()
}

pub fn device_name() -> String {
    let agent = web_sys::window().and_then(|window| window.navigator().user_agent().ok());
    super::user_agent::name_of(&agent.unwrap_or_default())
}

pub fn entitle(title: &str) {
    if let Some(document) = web_sys::window().and_then(|window| window.document()) {
        document.set_title(title);
    }
}

pub fn page_words() -> Option<String> {
    find("#words")?.text_content()
}

pub fn set_cookie(cookie: &str) {
    let document = web_sys::window().and_then(|window| window.document());
    if let Some(document) = document {
        let _ = js_sys::Reflect::set(&document, &"cookie".into(), &cookie.into());
    }
}

pub fn load_again() {
    if let Some(window) = web_sys::window() {
        let _ = window.location().reload();
    }
}

pub fn is_on_page(selector: &str) -> bool {
    find(selector).is_some()
}

pub fn go_to(selector: &str) {
    if let Some(element) = find(selector) {
        if let Ok(Some(card)) = element.closest("article") {
            card.scroll_into_view(); // also where it is of no use to who may only look, and can't have the focus
        }
        let _ = element.focus();
    }
}

/// What a selector names first.
fn find(selector: &str) -> Option<web_sys::HtmlElement> {
    let document = web_sys::window()?.document()?;
    document.query_selector(selector).ok()??.dyn_into().ok()
}

pub fn kept_picture() -> String {
    let document = web_sys::window().and_then(|window| window.document());
    let picture = document.and_then(|document| document.query_selector("[data-kept]").ok()?);
    picture.map_or_else(String::new, |picture| picture.inner_html())
}

pub fn stand_at(address: &str) {
    let Some(history) = web_sys::window().and_then(|window| window.history().ok()) else {
        return;
    };
    let state = history.state().unwrap_or_default();
    if let Err(error) = history.replace_state_with_url(&state, "", Some(address)) {
        tracing::debug!("the page's address stays: {error:?}");
    }
}

pub fn page_origin() -> Option<String> {
    web_sys::window()?.location().origin().ok()
}
