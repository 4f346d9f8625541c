//! What browsers list in the headers of their requests: cookies, among others.

use http::{HeaderMap, HeaderName, header};

/// What a browser has kept by a name.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut kept = parts(headers, header::COOKIE, ';').filter_map(|cookie| cookie.trim().split_once('='));
    kept.find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// What is listed in all headers of a name.
pub(super) fn parts(headers: &HeaderMap, name: HeaderName, between: char) -> impl Iterator<Item = &str> {
    let texts = headers.get_all(name).into_iter();
    texts
        .filter_map(|text| text.to_str().ok())
        .flat_map(move |text| text.split(between))
}
