//! The browser: its WebSocket, IndexedDB, locks and channels between tabs, and what it says of network and visibility.

mod caret;
mod clock;
mod fetch;
mod indexed_db;
mod keys;
mod leadership;
mod network;
mod socket;
mod tab;

use std::{path::Path, rc::Rc};

pub use caret::{select, selection};
pub use fetch::FETCH;
pub use keys::hear_keys;
pub use tab::{is_kept_offline, keep_offline};

use wasm_bindgen::JsCast;

use super::{Clock, Network, OpenError, ServerAddress, Socket, Storage};

pub fn clock() -> Rc<dyn Clock> {
    Rc::new(clock::PageClock::default())
}

pub fn network() -> Box<dyn Network> {
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

pub fn is_on_page(selector: &str) -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    document.is_some_and(|document| document.query_selector(selector).is_ok_and(|found| found.is_some()))
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

/// By a link that nobody sees: the text is in its address, so that nothing has to be given back. A document's line ends and the
/// two characters that mean something else there are written as numbers.
pub fn save(name: &str, text: &str) {
    let text = text.replace("%", "%25").replace("#", "%23").replace("\n", "%0A");
    let address = ["data:application/json;charset=utf-8,", &text].concat();
    let link = web_sys::window().and_then(|window| window.document()?.create_element("a").ok());
    if let Some(link) = link
        && link.set_attribute("download", name).is_ok()
        && link.set_attribute("href", &address).is_ok()
    {
        link.unchecked_into::<web_sys::HtmlElement>().click();
    }
}

pub fn page_origin() -> Option<String> {
    web_sys::window()?.location().origin().ok()
}
