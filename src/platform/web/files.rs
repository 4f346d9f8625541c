//! What a person takes along, and brings: files, and what is copied.

use js_sys::{Function, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{HtmlElement, HtmlInputElement, HtmlTextAreaElement};

use crate::config::BOARD_FILE_BYTES_MAX;

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
        link.unchecked_into::<HtmlElement>().click();
    }
}

/// By the command of old: it is answered at once, and a page by plain http may give it, too, which has no clipboard.
pub fn copy(text: &str) -> bool {
    copied(text).unwrap_or_default()
}

/// What is selected is copied: a box beside what was pressed, so that the page does not scroll to it.
fn copied(text: &str) -> Option<bool> {
    let document = web_sys::window()?.document()?;
    let command: Function = Reflect::get(&document, &"execCommand".into()).ok()?.dyn_into().ok()?;
    let held: HtmlTextAreaElement = document.create_element("textarea").ok()?.unchecked_into();
    held.set_class_name("unseen");
    held.set_value(text);
    document.active_element()?.parent_element()?.append_child(&held).ok()?;
    held.select();
    let done = command.call1(&document, &"copy".into());
    held.remove();
    Some(done.ok()?.is_truthy())
}

pub fn take_chosen_file() {
    spawn_local(async {
        if taken().await.is_none() {
            tracing::debug!("no file was chosen, or it can't be read");
        }
    });
}

async fn taken() -> Option<()> {
    let document = web_sys::window()?.document()?;
    let input = document.query_selector("input[type=file]").ok()??;
    let file = input.unchecked_into::<HtmlInputElement>().files()?.get(0)?;
    // Of one that is too large no more than it takes to know that.
    let start = file
        .slice_with_f64_and_f64(0.0, (BOARD_FILE_BYTES_MAX + 1) as f64)
        .ok()?;
    let text = JsFuture::from(start.text()).await.ok()?.as_string()?;
    let held = document.query_selector("textarea[name=file]").ok()??;
    held.unchecked_into::<HtmlTextAreaElement>().set_value(&text);
    Some(())
}
