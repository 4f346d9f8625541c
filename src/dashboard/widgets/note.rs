//! A note: it looks like what it says until somebody writes in it. The box that is written in lies under it, as large as it is, and is
//! seen while it has the focus.

use dioxus::prelude::*;

use super::text::TextEditor;
use crate::{
    dashboard::markdown::{Block, Kind, Span, read},
    hooks::RealtimeUpdates,
};

pub fn note(live: RealtimeUpdates) -> Element {
    let text = live.text("text");
    rsx! {
        div { class: "note-frame",
            div { class: "note-view value", {blocks(&read(&text))} }
            TextEditor { live, field: "text", label: "Text", class: "input note", is_long: true, placeholder: "Write something" }
        }
    }
}

fn blocks(blocks: &[Block<'_>]) -> Element {
    rsx! { {blocks.iter().map(block)} }
}

fn block(block: &Block<'_>) -> Element {
    let lines = || {
        rsx! {
            {block.lines.iter().enumerate().map(|(at, line)| rsx! {
                if at > 0 {
                    br {}
                }
                {line.iter().map(span)}
            })}
        }
    };
    match block.kind {
        Kind::Text => rsx! { p { {lines()} } },
        Kind::Quote => rsx! { blockquote { {lines()} } },
        Kind::Heading(1) => rsx! { h3 { {lines()} } },
        Kind::Heading(2) => rsx! { h4 { {lines()} } },
        Kind::Heading(_) => rsx! { h5 { {lines()} } },
        Kind::Code(language) => rsx! { pre { title: language, code { {lines()} } } },
        Kind::List(false) => rsx! { ul { {blocks(&block.inner)} } },
        Kind::List(true) => rsx! { ol { {blocks(&block.inner)} } },
        Kind::Item { number, is_done } => rsx! {
            li { value: (!number.is_empty()).then_some(number),
                if let Some(is_done) = is_done {
                    span { class: "note-box", role: "img", "aria-label": if is_done { "Done" } else { "To do" }, "data-done": is_done }
                }
                {lines()}
                {blocks(&block.inner)}
            }
        },
    }
}

fn span(span: &Span<'_>) -> Element {
    let [is_italic, is_bold] = span.style;
    let mut drawn = rsx! { "{span.text}" };
    if span.is_code {
        drawn = rsx! { code { {drawn} } };
    }
    if is_italic {
        drawn = rsx! { em { {drawn} } };
    }
    if is_bold {
        drawn = rsx! { strong { {drawn} } };
    }
    if !span.link.is_empty() {
        drawn = rsx! { a { href: span.link, target: "_blank", rel: "noopener noreferrer", {drawn} } };
    }
    drawn
}
