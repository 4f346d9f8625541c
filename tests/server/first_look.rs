//! What a page shows before its program has come: the board as its server has it, to be looked at.

use serde_json::json;
use tideboard::{
    config::{FIRST_LOOK_LEN_MAX, VALUE_BYTES_MAX},
    protocol::{Base, Intent},
};

use crate::{
    editor::Editor,
    harness::{Folder, Process, Request},
};

const EDIT: &str = "an-edit-token-of-mine";
const VIEW: &str = "a-view-token-of-mine";
const HOSTILE: &str = "<script>alert(1)</script><!--node-id1--> oil & water";

#[tokio::test]
async fn a_page_is_rendered_with_the_board_that_is_at_its_address() {
    let data = Folder::new();
    let process = Process::start(data.path(), &[]);
    let page = async |path| Request::new(process.address, "GET", path).send().await.body;
    let look = look_of(&page("/").await);
    assert!(
        look.contains("data-widget=\"note\"") && look.contains("data-state=\"live\""),
        "{look}"
    );
    assert!(
        !look.contains("data-node-hydration"),
        "the program takes nothing of it over: {look}"
    );

    let mut editor = Editor::enter(process.address).await;
    editor.subscribe("this-machine").await;
    let set = Intent::Set {
        field: "text".parse().expect("a name"),
        value: json!(HOSTILE),
    };
    editor.edit("this-machine", "note", set).await;
    let shown = page("/boards/this-machine").await;
    let look = look_of(&shown);
    assert!(look.contains("oil &#38; water"), "{look}");
    assert!(
        !look.contains("alert(1)</script>") && !look.contains("<!--node"),
        "{look}"
    );
    assert!(
        look.contains("node-id1--&#62; oil &#38; water</textarea>"),
        "it stands in its box: {look}"
    );

    for path in ["/boards/never-made", "/shell?to=/"] {
        assert_eq!(look_of(&page(path).await), "", "{path}");
    }
}

#[tokio::test]
async fn whose_browser_has_the_program_is_shown_the_board_by_that() {
    let data = Folder::new();
    let process = Process::start(data.path(), &[]);
    let asked = Request::new(process.address, "GET", "/").header("Service-Worker-Navigation-Preload", "true");
    assert_eq!(look_of(&asked.send().await.body), "");
}

#[tokio::test]
async fn who_may_only_watch_is_promised_nothing_and_no_cache_keeps_what_they_see() {
    let data = Folder::new();
    let tokens = ["--edit-token", EDIT, "--view-token", VIEW];
    let process = Process::start(data.path(), &tokens);
    let page = async |token: &str| {
        let asked = Request::new(process.address, "GET", "/").header("Authorization", &format!("Bearer {token}"));
        asked.send().await
    };
    let reply = page(EDIT).await;
    assert_eq!(reply.header("cache-control"), "private, no-store");
    let look = look_of(&reply.body);
    assert!(
        look.contains("You can edit in a moment") && !look.contains("disabled"),
        "{look}"
    );
    let look = look_of(&page(VIEW).await.body);
    assert!(
        look.contains("data-mark=\"watch-only\"") && look.contains("disabled=true"),
        "{look}"
    );
    assert!(!look.contains("You can edit"), "{look}");
}

#[tokio::test]
async fn a_board_that_was_removed_or_is_too_large_is_not_drawn() {
    let data = Folder::new();
    let process = Process::start(data.path(), &[]);
    let look = async || look_of(&Request::new(process.address, "GET", "/").send().await.body);
    let mut editor = Editor::enter(process.address).await;
    for board in ["this-machine", "boards"] {
        editor.subscribe(board).await;
    }
    editor.edit("boards", "this-machine", Intent::Remove).await;
    assert_eq!(look().await, "");
    let back = editor.subscribe("boards").await;
    let (_, entry) = back
        .iter()
        .find(|(id, _)| id.as_str() == "this-machine")
        .expect("it is listed");
    let removal = entry.removed.expect("it was removed");
    editor
        .edit(
            "boards",
            "this-machine",
            Intent::Restore {
                removal: Base::Revision(removal),
            },
        )
        .await;
    assert_ne!(look().await, "");

    // Each of these letters is five in a page.
    let longest = json!("&".repeat(VALUE_BYTES_MAX - 2));
    for number in 0..FIRST_LOOK_LEN_MAX {
        let fields = [("text".parse().expect("a name"), longest.clone())];
        let intent = Intent::Create {
            kind: "note".parse().expect("a name"),
            fields: fields.into_iter().collect(),
        };
        editor.edit("this-machine", &format!("a-note-{number}"), intent).await;
    }
    assert_eq!(look().await, "");
}

/// What is drawn of a board, up to the board itself.
fn look_of(page: &str) -> String {
    let (_, rest) = page.split_once("class=\"first-look\"").expect("a place for it");
    let (look, _) = rest.split_once("<main").expect("the board follows");
    let (_, look) = look.split_once('>').expect("its tag ends");
    look.trim_end_matches("</div>").to_owned()
}
