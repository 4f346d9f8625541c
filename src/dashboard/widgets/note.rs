//! A note: it looks like what it says until somebody writes in it. The box that is written in lies under it, as large as it is, and is
//! seen while it has the focus.

use dioxus::{
    core::{Attribute, DynamicNode, Template, TemplateAttribute, TemplateNode, VText},
    prelude::*,
};

use super::text::TextEditor;
use crate::{
    dashboard::markdown::{Block, Kind, Span, read},
    hooks::RealtimeUpdates,
    words::t,
};

pub fn note(live: RealtimeUpdates) -> Element {
    let text = live.text("text");
    let drawn = blocks(&read(&text)).into_iter().map(Ok::<_, RenderError>);
    rsx! {
        div { class: "note-frame",
            div { class: "note-view value", {drawn} }
            TextEditor { live, field: "text", label: t("Text"), class: "input note", is_long: true, placeholder: t("Write something") }
        }
    }
}

fn blocks(blocks: &[Block<'_>]) -> Vec<VNode> {
    blocks.iter().map(block).collect()
}

fn block(block: &Block<'_>) -> VNode {
    let mut inside = Vec::new();
    let mut value = None;
    let shape = match block.kind {
        Kind::Text => &PARAGRAPH,
        Kind::Quote => &QUOTE,
        Kind::Heading(1) => &HEADING,
        Kind::Heading(2) => &HEADING_WITHIN,
        Kind::Heading(_) => &HEADING_BELOW,
        Kind::Code(language) => {
            value = Some(("title", language)).filter(|_| !language.is_empty());
            &CODE
        }
        Kind::List(false) => &LIST,
        Kind::List(true) => &NUMBERED,
        Kind::Item { number, is_done } => {
            value = Some(("value", number)).filter(|_| !number.is_empty());
            if let Some(is_done) = is_done {
                // A box stands where others have a point; a number stays.
                value = value.or(Some(("class", "boxed")));
                inside.push(words(if is_done { "☑ " } else { "☐ " }));
            }
            &ITEM
        }
    };
    for (at, line) in block.lines.iter().enumerate() {
        if at > 0 {
            inside.push(words("\n"));
        }
        inside.extend(line.iter().map(span));
    }
    inside.extend(blocks(&block.inner));
    element(shape, value, inside)
}

fn span(span: &Span<'_>) -> VNode {
    let [is_italic, is_bold] = span.style;
    let mut drawn = words(span.text);
    for (is_so, shape) in [(span.is_code, &MONOSPACED), (is_italic, &EMPHASIS), (is_bold, &STRONG)] {
        if is_so {
            drawn = element(shape, None, vec![drawn]);
        }
    }
    if !span.link.is_empty() {
        drawn = element(&LINK, Some(("href", span.link)), vec![drawn]);
    }
    drawn
}

fn words(text: &str) -> VNode {
    let text = DynamicNode::Text(VText::new(text));
    VNode::new(None, WORDS, Box::new([text]), Box::new([]))
}

/// An element of a shape, with an attribute if it has one, around what is in it.
fn element(shape: &Template, attribute: Option<(&'static str, &str)>, inside: Vec<VNode>) -> VNode {
    let attribute = attribute.map(|(name, value)| Attribute::new(name, value.to_owned(), None, false));
    let attributes: Box<[Attribute]> = attribute.into_iter().collect();
    let inside = if inside.is_empty() {
        DynamicNode::default()
    } else {
        DynamicNode::Fragment(inside)
    };
    VNode::new(None, *shape, Box::new([inside]), Box::new([attributes]))
}

/// The shapes of elements: what `rsx!` makes of each, without a program for each.
macro_rules! shapes {
    ($($name:ident $tag:literal $($attribute:literal $value:literal)*),+ $(,)?) => { $(
        static $name: Template = Template {
            roots: &[TemplateNode::Element {
                tag: $tag,
                namespace: None,
                attrs: &[
                    $(TemplateAttribute::Static { name: $attribute, value: $value, namespace: None },)*
                    TemplateAttribute::Dynamic { id: 0 },
                ],
                children: &[TemplateNode::Dynamic { id: 0 }],
            }],
            node_paths: &[&[0, 0]],
            attr_paths: &[&[0]],
        };
    )+ };
}

shapes! {
    PARAGRAPH "p", QUOTE "blockquote", HEADING "h3", HEADING_WITHIN "h4", HEADING_BELOW "h5", CODE "pre", LIST "ul", NUMBERED "ol", ITEM "li",
    MONOSPACED "code", EMPHASIS "em", STRONG "strong", LINK "a" "target" "_blank" "rel" "noopener noreferrer",
}

static WORDS: Template = Template {
    roots: &[TemplateNode::Dynamic { id: 0 }],
    node_paths: &[&[0]],
    attr_paths: &[],
};
