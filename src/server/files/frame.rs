//! What stands around a rendered page: the built `index.html`.
//!
//! Dioxus (0.7.10) takes it from a folder beside the program and from nowhere else: the type by which it could be given another can't be
//! named. So the frame that it has put around a page is taken off, and the built one put on.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Request, State},
    middleware::Next,
    response::Response,
};

use super::{Files, PAGE};
use crate::server::pages::{change_page, is_page};

/// The frame that Dioxus has, and the one that a page shall have.
#[derive(Debug)]
pub(in crate::server) struct Frames {
    dioxus: Frame,
    built: Frame,
}

impl Frames {
    /// `None` where Dioxus's own is the right one, as it is beside a folder and where nothing was built.
    pub(in crate::server) fn of(files: &Files) -> Option<Self> {
        let built = files.page()?;
        let beside = Files::beside().and_then(|folder| std::fs::read_to_string(folder.join(PAGE)).ok());
        let dioxus = beside.as_deref().unwrap_or(DEFAULT);
        if dioxus == built {
            return None;
        }
        let frames = Frame::parse(dioxus).zip(Frame::parse(built));
        if frames.is_none() {
            tracing::error!("the built page is none that `dx` makes: pages are shown, but don't come alive");
        }
        let (dioxus, built) = frames?;
        Some(Self { dioxus, built })
    }

    fn swap(&self, page: &str) -> Option<String> {
        let [title, head, content] = self.dioxus.taken_off(page)?;
        let title = if title == self.dioxus.title {
            &self.built.title
        } else {
            title
        };
        let Frame {
            before_title,
            after_title,
            before_content,
            end,
            ..
        } = &self.built;
        Some([before_title, title, after_title, head, before_content, content, end].concat())
    }
}

/// Middleware: the built frame around each page.
pub(in crate::server) async fn frame(State(frames): State<Arc<Frames>>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if !is_page(&response) {
        return response;
    }
    change_page(response, |_, page| {
        let framed = std::str::from_utf8(&page).ok().and_then(|page| frames.swap(page));
        // A page that an app's own file or route has made has a frame of its own.
        framed.map_or(page, Bytes::from)
    })
    .await
}

/// The pieces between which Dioxus writes.
#[derive(Debug)]
struct Frame {
    before_title: String,
    title: String,
    after_title: String,
    before_content: String,
    end: String,
}

impl Frame {
    /// As Dioxus takes one apart. `None` where it has no place for a page.
    fn parse(text: &str) -> Option<Self> {
        let (head, rest) = text.split_once("</head>")?;
        let (before, rest) = rest.split_once(MAIN)?;
        let (tag, end) = rest.split_once('>')?;
        let (before_title, title, after_title) = match head.split_once("<title>") {
            Some((before, rest)) => {
                let (title, after) = rest.split_once("</title>")?;
                (before, ["<title>", title, "</title>"].concat(), after)
            }
            None => ("", String::new(), head),
        };
        Some(Self {
            before_title: before_title.to_owned(),
            title,
            after_title: after_title.to_owned(),
            before_content: ["</head>", before, MAIN, tag, ">"].concat(),
            end: end.to_owned(),
        })
    }

    /// The title of a page in this frame, what else is in its head, and its content.
    fn taken_off<'a>(&self, page: &'a str) -> Option<[&'a str; 3]> {
        let rest = page.strip_prefix(&*self.before_title)?;
        let (title, rest) = rest.split_once(&*self.after_title)?;
        let (head, rest) = rest.split_once(&*self.before_content)?;
        Some([title, head, rest.strip_suffix(&*self.end)?])
    }
}

const MAIN: &str = "id=\"main\"";

/// Dioxus's own, where it finds none: `IndexHtml::ssr_only`.
const DEFAULT: &str = r#"<!DOCTYPE html>
        <html>
            <head> </head>
            <body>
                <div id="main"></div>
            </body>
        </html>"#;

#[cfg(test)]
mod tests {
    use dioxus::{
        prelude::*,
        server::{DioxusRouterExt, FullstackState, ServeConfig},
    };
    use tower::ServiceExt;

    use super::*;

    const BUILT: &str = "<!DOCTYPE html><html lang=\"en\"><head><title>Built</title><link rel=\"icon\"></head>\
                         <body><div id=\"main\" class=\"all\"></div><footer></footer></body></html>";

    async fn page(app: fn() -> Element) -> String {
        let router: axum::Router<FullstackState> = axum::Router::new();
        let router = router.serve_api_application(ServeConfig::new(), app);
        let request = Request::get("/").body(axum::body::Body::empty()).expect("a request");
        let response = router.oneshot(request).await.expect("it never fails");
        let page = axum::body::to_bytes(response.into_body(), 100_000)
            .await
            .expect("a page");
        String::from_utf8(page.to_vec()).expect("text")
    }

    #[tokio::test]
    #[expect(clippy::disallowed_methods, reason = "other apps may take it")]
    async fn a_page_of_dioxus_gets_the_built_frame_with_its_own_title_and_head_in_it() {
        let frames = Frames {
            dioxus: Frame::parse(DEFAULT).expect("it is one"),
            built: Frame::parse(BUILT).expect("it is one"),
        };
        let plain = page(|| rsx! { p { "here" } }).await;
        let framed = frames.swap(&plain).expect("Dioxus has its default around it");
        assert!(
            framed.starts_with("<!DOCTYPE html><html lang=\"en\"><head><title>Built</title><link rel=\"icon\"></head>"),
            "{framed}"
        );
        assert!(
            framed.contains("<body><div id=\"main\" class=\"all\"><script>"),
            "{framed}"
        );
        assert!(
            framed.contains("here</p>") && framed.ends_with("</div><footer></footer></body></html>"),
            "{framed}"
        );
        let titled = page(|| {
            rsx! {
                document::Title { "Its own" }
                document::Meta { name: "robots", content: "none" }
            }
        })
        .await;
        let framed = frames.swap(&titled).expect("the same");
        let head = framed.split("</head>").next().unwrap_or_default();
        assert!(
            head.contains("<title>Its own</title><link rel=\"icon\"><meta"),
            "{head}"
        );
        assert!(!framed.contains("Built"), "{framed}");
    }

    #[test]
    fn a_page_in_another_frame_is_left_alone() {
        let frames = Frames {
            dioxus: Frame::parse(DEFAULT).expect("it is one"),
            built: Frame::parse(BUILT).expect("it is one"),
        };
        assert_eq!(frames.swap(BUILT), None);
        assert!(Frame::parse("<html><head></head><body></body></html>").is_none());
    }
}
