//! Which tab sends for all: the one that holds a Web Lock. Browsers that have none let every tab send.

use std::any::Any;

use futures_channel::oneshot;
use futures_util::future::{Either, select};
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::AbortController;

/// The lock is held until this is dropped, or the tab is gone.
struct Held {
    _release: oneshot::Sender<()>,
}

/// Who waits no longer is not given it: a page that stands still could not hand it on to the next.
struct Waits(AbortController);

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Ends when this tab holds the lock of that name.
pub async fn lead(name: String) -> Box<dyn Any> {
    let (held, holding) = oneshot::channel();
    let granted = Closure::once_into_js(move |_: JsValue| {
        let (release, released) = oneshot::channel::<()>();
        if held.send(Held { _release: release }).is_err() {
            return JsValue::UNDEFINED; // nobody waits any more: the lock goes to the next
        }
        let until = async {
            let _ = released.await;
            Ok(JsValue::UNDEFINED)
        };
        future_to_promise(until).into()
    });
    let waits = AbortController::new().ok().map(Waits);
    let Some(request) = request(&name, waits.as_ref(), &granted) else {
        return Box::new(());
    };
    match select(holding, JsFuture::from(request)).await {
        Either::Left((Ok(held), _)) => Box::new(held),
        // Refused: then all send, as where there are no locks. Safety never rests on it.
        _ => Box::new(()),
    }
}

/// `navigator.locks`; `None` in a browser, or a context, without locks.
pub fn locks() -> Option<JsValue> {
    let navigator = web_sys::window()?.navigator();
    let locks = Reflect::get(&navigator, &"locks".into()).ok();
    locks.filter(JsValue::is_object)
}

fn request(name: &str, waits: Option<&Waits>, granted: &JsValue) -> Option<Promise> {
    let locks = locks()?;
    let request: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    let options = Object::new();
    let signal = waits.map_or(JsValue::UNDEFINED, |Waits(controller)| controller.signal().into());
    Reflect::set(&options, &"signal".into(), &signal).ok()?;
    let asked = request.call3(&locks, &name.into(), &options, granted);
    asked.ok()?.dyn_into().ok()
}
