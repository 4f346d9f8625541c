//! Guides of `docs` as pages, for those who have the board and not its source.

use std::sync::LazyLock;

use axum::{Router, response::Html, routing::get};

use super::{Server, sign_in::escape};
use crate::config::{KEYBOARD_PATH, SIGN_IN_STYLE_PATH, TROUBLESHOOTING_PATH};

/// Open to everybody: who can't sign in reads them too.
pub(super) fn routes() -> Router<Server> {
    Router::new()
        .route(TROUBLESHOOTING_PATH, get(async || Html(TROUBLESHOOTING_PAGE.as_str())))
        .route(KEYBOARD_PATH, get(async || Html(KEYBOARD_PAGE.as_str())))
}

static TROUBLESHOOTING_PAGE: LazyLock<String> = LazyLock::new(|| page("Troubleshooting", TROUBLESHOOTING));
static KEYBOARD_PAGE: LazyLock<String> = LazyLock::new(|| page("Keys", KEYBOARD));

pub(super) const TROUBLESHOOTING: &str = include_str!("../../docs/troubleshooting.md");
pub(super) const KEYBOARD: &str = include_str!("../../docs/guides/keyboard.md");

fn page(title: &str, guide: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"UTF-8\"><title>{title} · Tideboard</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1, viewport-fit=cover\">\
         <meta name=\"color-scheme\" content=\"light dark\"><link rel=\"stylesheet\" href=\"{SIGN_IN_STYLE_PATH}\"></head>\
         <body><main class=\"long\">{}<p><a href=\"/\">Back to the board</a></p></main></body></html>",
        html(guide)
    )
}

/// As much of Markdown as the guides are written in: headings, paragraphs, plain lists, and within a line bold, emphasis, code and
/// links.
fn html(markdown: &str) -> String {
    markdown.split("\n\n").map(str::trim).map(block).collect()
}

fn block(text: &str) -> String {
    let level = text.bytes().take_while(|byte| *byte == b'#').count();
    if level > 0 {
        let title = text[level..].trim();
        return format!("<h{level} id=\"{}\">{}</h{level}>", anchor(title), line(title));
    }
    match text.strip_prefix("- ") {
        Some(items) => {
            let items = items.split("\n- ").map(|item| format!("<li>{}</li>", line(item)));
            format!("<ul>{}</ul>", items.collect::<String>())
        }
        None => format!("<p>{}</p>", line(text)),
    }
}

/// How a heading is named in a link.
fn anchor(title: &str) -> String {
    let kept = title
        .chars()
        .filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

fn line(text: &str) -> String {
    let mut out = String::new();
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['`', '*', '[']) {
        out += &escape(&rest[..at]);
        rest = &rest[at..];
        let is_code = open.last() == Some(&"code");
        if let (false, Some((label, target, after))) = (is_code, link(rest)) {
            out += &linked(&line(label), target);
            rest = after;
            continue;
        }
        let (mark, tag) = match rest {
            _ if rest.starts_with('`') => ("`", "code"),
            _ if rest.starts_with("**") => ("**", "strong"),
            _ if rest.starts_with('*') => ("*", "em"),
            _ => ("[", ""),
        };
        if tag.is_empty() || is_code && tag != "code" {
            out += mark;
        } else if open.last() == Some(&tag) {
            open.pop();
            out += &format!("</{tag}>");
        } else {
            open.push(tag);
            out += &format!("<{tag}>");
        }
        rest = &rest[mark.len()..];
    }
    out + &escape(rest)
}

/// The label and the target of the link at the start of `text`, and what follows it.
fn link(text: &str) -> Option<(&str, &str, &str)> {
    let (label, rest) = text.strip_prefix('[')?.split_once("](")?;
    let (target, rest) = rest.split_once(')')?;
    Some((label, target, rest))
}

/// Other pages of the guide are not served: they stay names.
fn linked(label: &str, target: &str) -> String {
    if target.starts_with('#') {
        format!("<a href=\"{}\">{label}</a>", escape(target))
    } else {
        label.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guide_is_a_page_without_marks() {
        const TAGS: [&str; 7] = ["strong", "em", "code", "ul", "li", "p", "a"];
        for (guide, tags) in [(TROUBLESHOOTING, &TAGS[..]), (KEYBOARD, &["code", "ul", "li", "p"])] {
            let page = html(guide);
            for mark in ["**", "](", "\n- ", "##", "`"] {
                assert!(!page.contains(mark), "{mark:?} is left: {page}");
            }
            for tag in TAGS {
                let (opened, closed) = (
                    page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count(),
                    page.matches(&format!("</{tag}>")).count(),
                );
                assert_eq!(opened, closed, "{tag}");
                assert!(closed > 0 || !tags.contains(&tag), "there is no {tag}");
            }
        }
    }

    #[test]
    fn every_place_that_the_guide_leads_to_is_there() {
        let page = html(TROUBLESHOOTING);
        let targets: Vec<&str> = page
            .split("href=\"#")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert!(targets.len() > 5, "{targets:?}");
        for target in targets {
            assert!(page.contains(&format!("id=\"{target}\"")), "there is no #{target}");
        }
    }

    #[test]
    fn marks_are_read_and_what_they_hold_is_escaped() {
        assert_eq!(
            line("**“Not *so* `a*b <i>`”**: [see](#can-t), [more](guides/more.md) [x]"),
            "<strong>“Not <em>so</em> <code>a*b &lt;i&gt;</code>”</strong>: <a href=\"#can-t\">see</a>, more [x]"
        );
        assert_eq!(
            html("## Can't save\n\nOne\ntwo\n\n- a\n  b\n- c"),
            "<h2 id=\"cant-save\">Can&#39;t save</h2><p>One\ntwo</p><ul><li>a\n  b</li><li>c</li></ul>"
        );
    }
}
