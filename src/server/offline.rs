//! Boards that open without this server: the service worker, what asks browsers to start it, and the app's manifest.
//!
//! The worker is a few lines of JavaScript that the server hands out with the names of the built files in them. What it keeps is
//! the same for everybody, and nobody's: those files, and `/shell`, a page without a board. Beside them lie the pictures that pages keep of
//! what they show. Why so: `docs/decisions/starting-offline.md`, `docs/decisions/kept-pictures.md`.

use std::collections::HashSet;

use axum::{
    Router,
    body::Bytes,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderValue, header};
use ring::digest::{Context, SHA256};

use super::{csp, files::Files, guides};
use crate::config::{
    FIRST_LOOK_BYTES_MAX, FIRST_LOOK_LEN_MAX, FIRST_LOOK_MS_MAX, PICTURE_AGAIN_MS, PICTURE_REST_MS,
    PICTURE_TEXT_LEN_MAX, PICTURE_WAITING_LEN_MAX, PICTURES_LEN_MAX, THEME_COOKIE,
};
use crate::words;

/// First segments of the paths here, of what starts a drawn page's program, and of the shell: open to everybody. A browser asks for a manifest
/// as nobody.
pub const OPEN_FILES: [&str; 5] = ["sw.js", "offline.js", "program.js", "app.webmanifest", "shell"];

/// The routes for a built page. Where there is none, or `is_on` is false, the worker is one that takes itself off the browsers that have
/// an earlier one: the way out of a release whose worker does harm.
pub(super) fn routes(built: &Files, is_on: bool) -> Router {
    let files = if is_on { loaded(built) } else { Vec::new() };
    let release = release(&files, built.page().unwrap_or_default());
    let (worker, script) = if files.is_empty() {
        (RETIRE.to_owned(), page_script(&[RETIRE], &release))
    } else {
        (
            worker(&files, &release),
            page_script(&[KEEP, REGISTER, MARK, PICTURE], &release),
        )
    };
    Router::new()
        .route("/sw.js", get(async move || fresh(JAVASCRIPT, worker.clone())))
        .route("/offline.js", get(async move || fresh(JAVASCRIPT, script.clone())))
        .route("/app.webmanifest", get(async || fresh(MANIFEST_KIND, MANIFEST)))
}

/// With [`built_files`](super::built_files), what everybody may load.
pub fn open_files() -> HashSet<String> {
    OPEN_FILES.map(str::to_owned).into()
}

/// Asked for anew each time: what a browser kept of these would keep an older release.
pub(super) fn fresh(kind: &'static str, text: impl IntoResponse) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, text).into_response()
}

/// A built file: its path on this server, and what is in it.
struct File {
    path: String,
    bytes: Bytes,
}

/// What the page loads: all of a build's files that are named by their content. No licence is, which nobody loads.
fn loaded(built: &Files) -> Vec<File> {
    let files = built.within("assets").chain(built.within("wasm"));
    let files = files.filter(|(path, _)| !path.ends_with(".txt"));
    files
        .map(|(path, bytes)| File {
            path: ["/", path].concat(),
            bytes: bytes.clone(),
        })
        .collect()
}

/// What a release is called. A server with other files, or with the same ones and another version, is another release.
fn release(files: &[File], page: &str) -> String {
    let mut digest = Context::new(&SHA256);
    digest.update(env!("CARGO_PKG_VERSION").as_bytes());
    // What is rendered here, and kept there as well.
    digest.update(guides::TROUBLESHOOTING.as_bytes());
    digest.update(guides::KEYBOARD.as_bytes());
    digest.update(csp::policy(None).as_bytes());
    digest.update(words::german().table.as_bytes());
    digest.update(page.as_bytes());
    for file in files {
        digest.update(file.path.as_bytes());
        digest.update(&file.bytes);
    }
    let digest = digest.finish();
    let start = digest.as_ref()[..8].iter();
    start.map(|byte| format!("{byte:02x}")).collect()
}

/// The worker of a release.
fn worker(files: &[File], release: &str) -> String {
    let paths: Vec<_> = files.iter().map(|file| &file.path).collect();
    let paths = serde_json::to_string_pretty(&paths).expect("paths are text");
    filled(&[WORKER, KEEP, MARK].join("\n"), release).replace("'{files}'", &paths)
}

/// What pages of a release run beside their program; with `of_worker`, what they have to do with its worker.
fn page_script(of_worker: &[&str], release: &str) -> String {
    let parts = [&[THEME, PASTE], of_worker].concat().join("\n");
    filled(&format!("'use strict';\n\n{{\n{parts}}}\n"), release)
}

/// A script with the release's name and the limits in it.
fn filled(script: &str, release: &str) -> String {
    let limits = [
        ("'{cards}'", FIRST_LOOK_LEN_MAX as u64),
        ("'{bytes}'", FIRST_LOOK_BYTES_MAX as u64),
        ("'{patience}'", FIRST_LOOK_MS_MAX),
        ("'{pictures}'", PICTURES_LEN_MAX as u64),
        ("'{waiting}'", PICTURE_WAITING_LEN_MAX as u64),
        ("'{text}'", PICTURE_TEXT_LEN_MAX as u64),
        ("'{rest}'", PICTURE_REST_MS),
        ("'{again}'", PICTURE_AGAIN_MS),
    ];
    let with_limits = limits.iter().fold(script.to_owned(), |script, (name, limit)| {
        script.replace(name, &limit.to_string())
    });
    with_limits
        .replace("'{theme}'", &format!("'{THEME_COOKIE}'"))
        .replace("{release}", release)
}

const WORKER: &str = include_str!("offline/worker.js");
const RETIRE: &str = include_str!("offline/retire.js");
const THEME: &str = include_str!("offline/theme.js");
const PASTE: &str = include_str!("offline/paste.js");
const KEEP: &str = include_str!("offline/keep.js");
const REGISTER: &str = include_str!("offline/register.js");
const MARK: &str = include_str!("offline/mark.js");
const PICTURE: &str = include_str!("offline/picture.js");
const MANIFEST: &str = include_str!("offline/app.webmanifest");
pub(super) const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const MANIFEST_KIND: &str = "application/manifest+json";

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File {
            path: path.to_owned(),
            bytes: text.to_owned().into(),
        }
    }

    #[test]
    fn another_release_is_another_worker_and_the_same_one_is_not() {
        let files = [file("/assets/page.js", "1")];
        let one = release(&files, "");
        assert_eq!(one, release(&[file("/assets/page.js", "1")], ""));
        assert_ne!(one, release(&[file("/assets/page.js", "2")], ""));
        assert_ne!(one, release(&[file("/assets/page-2.js", "1")], ""));
        assert_ne!(one, release(&files, "another page around it"));
        let worker = worker(&files, &one);
        assert!(
            worker.contains("const FILES = [\n  \"/assets/page.js\"\n];"),
            "{worker}"
        );
        // It has a variable of that name.
        assert!(worker.contains("`<html${theme}`"), "{worker}");
        for text in [worker, page_script(&[KEEP, REGISTER, MARK, PICTURE], &one)] {
            assert!(text.contains(&format!("const CACHE = 'tideboard {one}'")), "{text}");
            assert!(!text.contains("'{"), "all of it is filled in: {text}");
            assert!(text.contains("const THEME = 'tideboard_theme';"), "{text}");
        }
    }

    #[test]
    fn a_page_that_takes_a_worker_off_registers_none() {
        let script = page_script(&[RETIRE], "1");
        assert!(script.contains(".unregister()"), "{script}");
        assert!(
            !script.contains(".register("),
            "a browser keeps a worker that leaves, then: {script}"
        );
    }

    #[test]
    fn what_the_page_does_not_load_is_not_kept() {
        let folder = std::env::temp_dir().join(format!("tideboard-offline-{}", std::process::id()));
        for name in [
            "assets/page.js",
            "assets/page.js.br",
            "assets/font-license.txt",
            "wasm/deep/page.wasm",
            "favicon.ico",
        ] {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
            std::fs::write(path, name).expect("it is written");
        }
        let paths: Vec<_> = loaded(&Files::of_folder(&folder))
            .into_iter()
            .map(|file| file.path)
            .collect();
        std::fs::remove_dir_all(&folder).expect("it was there");
        assert_eq!(paths, ["/assets/page.js", "/wasm/deep/page.wasm"]);
    }
}
