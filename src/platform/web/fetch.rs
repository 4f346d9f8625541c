//! Plain requests to the page's own server.

use futures_util::{FutureExt, future::LocalBoxFuture};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestInit, Response};

use crate::platform::{Fetch, FetchError};

pub const FETCH: Option<Fetch> = Some(fetch);

fn fetch(path: String, body: Option<String>) -> LocalBoxFuture<'static, Result<String, FetchError>> {
    async move {
        let response = send(&path, body.as_deref()).await.ok_or(FetchError::Unreachable)?;
        if !response.ok() {
            return Err(FetchError::Refused {
                status: response.status(),
            });
        }
        text(&response).await.ok_or(FetchError::Unreachable)
    }
    .boxed_local()
}

async fn send(path: &str, body: Option<&str>) -> Option<Response> {
    let request = RequestInit::new();
    if let Some(body) = body {
        let headers = Headers::new().ok()?;
        headers.set("content-type", "application/json").ok()?;
        request.set_method("POST");
        request.set_headers(&headers);
        request.set_body(&JsValue::from_str(body));
    }
    let sent = web_sys::window()?.fetch_with_str_and_init(path, &request);
    JsFuture::from(sent).await.ok()?.dyn_into().ok()
}

async fn text(response: &Response) -> Option<String> {
    JsFuture::from(response.text().ok()?).await.ok()?.as_string()
}
