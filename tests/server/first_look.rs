//! What a page shows before its program has come: the board as its server has it, to be looked at.

use serde_json::json;
use tideboard::protocol::Intent;

use crate::{
    editor::Editor,
    harness::{Folder, Process, Request},
};

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
        !shown.contains("alert(1)</script>") && !shown.contains("<!--node-id1-->"),
        "{shown}"
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

/// What is drawn of a board, up to the board itself.
fn look_of(page: &str) -> String {
    let (_, rest) = page.split_once("class=\"board first-look\"").expect("a place for it");
    let (look, _) = rest.split_once("<main").expect("the board follows");
    let (_, look) = look.split_once('>').expect("its tag ends");
    look.trim_end_matches("</div>").to_owned()
}
