//! How many others have seen an edit: counted of those who say what they see, and told to its author.

use tideboard::{
    protocol::{ClientFrame, Intent, Receipt, Revision, Seen, ServerFrame},
    server::ServerConfig,
    sorted::SortedMap,
};

use crate::{editor::Editor, harness::TestServer};

const BOARD: &str = "galley";

async fn enter(server: &TestServer) -> Editor {
    let mut editor = Editor::enter(server.address).await;
    editor.subscribe(BOARD).await;
    editor
}

async fn see(editor: &mut Editor, visible: bool, device: u32, (at, own): (u64, u64)) {
    let board = BOARD.parse().expect("a name");
    let seen = Some(Seen {
        device,
        boards: SortedMap::from([(board, (Revision(at), Revision(own)))]),
    });
    editor.socket.send(&ClientFrame::Ping { visible, seen }).await;
}

async fn told(editor: &mut Editor) -> (u64, u32) {
    let receipt = |frame: &ServerFrame| match frame {
        ServerFrame::Receipt(receipt) => Some(receipt.clone()),
        _ => None,
    };
    let Receipt { revision, others, .. } = editor.find(receipt).await;
    (revision.0, others)
}

#[tokio::test]
async fn who_says_what_they_see_is_told_how_many_others_have_seen_their_edit_and_an_older_client_nothing() {
    let server = TestServer::start(ServerConfig::local()).await;
    let (mut older, mut ann, mut bo) = (enter(&server).await, enter(&server).await, enter(&server).await);
    let birth = Intent::Create {
        kind: "board".parse().expect("a name"),
        fields: SortedMap::new(),
    };
    ann.push(vec![(BOARD, "board", birth)]).await;
    let is_change = |frame: &ServerFrame| matches!(frame, ServerFrame::Changes(_)).then_some(());
    ann.find(is_change).await;
    see(&mut ann, true, 1, (1, 1)).await;
    see(&mut bo, false, 2, (1, 0)).await; // hidden: not counted
    let mut beside = enter(&server).await;
    see(&mut beside, true, 1, (1, 0)).await; // nor is her other tab
    see(&mut bo, true, 2, (1, 0)).await;
    assert_eq!(told(&mut ann).await, (1, 1));
    // A moment later, which comes with nothing else happening; and what is not there yet was not seen.
    let mut cy = enter(&server).await;
    see(&mut cy, true, 3, (99, 99)).await;
    assert_eq!(told(&mut ann).await, (1, 2));
    assert_eq!(
        told(&mut cy).await,
        (1, 2),
        "she has asked, and is told of what is there"
    );
    older.find(is_change).await;
    assert!(matches!(older.socket.ping().await, ServerFrame::Pong { .. }));
}
