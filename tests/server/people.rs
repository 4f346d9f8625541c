//! Who looks at the same board: told to those who say that they do, and forgotten with them.

use std::time::Duration;

use tideboard::{
    config::{NAME_BYTES_MAX, PEOPLE_EVERY_MS, PEOPLE_LEN_MAX},
    protocol::{ClientFrame, Device, Here, People, Person, ServerFrame},
    server::{ServerConfig, SocketPatience},
};
use tokio::time::Instant;

use crate::{
    editor::Editor,
    harness::{EDIT, Socket, TestServer, VIEW},
};

const BOARD: &str = "this-machine";

#[tokio::test]
async fn who_looks_at_one_board_sees_who_else_does_and_what_is_under_their_hands() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut ann = Page::open(&server, "Ann’s phone").await;
    ann.come(BOARD, None).await;
    assert_eq!(ann.others().await, [""; 0], "nobody but herself");
    let mut bo = Page::open(&server, "Bo’s laptop").await;
    bo.come(BOARD, Some("setpoint")).await;
    assert_eq!(ann.others().await, ["Bo’s laptop at setpoint"]);
    assert_eq!(bo.others().await, ["Ann’s phone"]);
    // On another board one is among others.
    let mut cy = Page::open(&server, "Cy").await;
    cy.come("galley", Some("fuel")).await;
    assert_eq!(cy.others().await, [""; 0]);
    bo.come("galley", None).await;
    assert_eq!(ann.others().await, [""; 0], "he is at one board at a time");
    assert_eq!(bo.others().await, ["Cy at fuel"]);
    bo.call("Bo’s tablet");
    bo.come("galley", Some("fuel")).await;
    assert_eq!(cy.others().await, ["Bo’s laptop"]);
    assert_eq!(cy.others().await, ["Bo’s tablet at fuel"]);
}

#[tokio::test]
async fn who_hides_the_page_looks_elsewhere_unsubscribes_or_closes_is_gone() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut ann = Page::open(&server, "Ann").await;
    let mut bo = Page::open(&server, "Bo").await;
    ann.come(BOARD, None).await;
    bo.come(BOARD, None).await;
    ann.until(&["Bo"]).await;
    bo.say(ClientFrame::Ping {
        visible: false,
        seen: None,
    })
    .await;
    ann.until(&[]).await;
    bo.say(ClientFrame::Ping {
        visible: true,
        seen: None,
    })
    .await;
    ann.until(&["Bo"]).await;
    let board = BOARD.parse().expect("a name");
    bo.say(ClientFrame::Unsubscribe { board }).await;
    ann.until(&[]).await;
    bo.come(BOARD, None).await;
    ann.until(&["Bo"]).await;
    bo.say(ClientFrame::Here(Here::default())).await;
    ann.until(&[]).await;
    bo.come(BOARD, None).await;
    ann.until(&["Bo"]).await;
    drop(bo);
    ann.until(&[]).await;
}

#[tokio::test]
async fn who_is_silent_is_not_there_until_they_are_heard_again() {
    let patience = SocketPatience {
        // Longer than from one list to the next: who is heard again is in one.
        people_silence_ms_max: 1_500,
        ..SocketPatience::default()
    };
    let config = ServerConfig {
        patience,
        ..ServerConfig::local()
    };
    let server = TestServer::start(config).await;
    let mut ann = Page::open(&server, "Ann").await;
    let mut bo = Page::open(&server, "Bo").await;
    ann.come(BOARD, None).await;
    bo.come(BOARD, None).await;
    ann.until(&["Bo"]).await;
    // Ann is heard of all the time, as pages are, and Bo is not.
    let is_here = ClientFrame::Ping {
        visible: true,
        seen: None,
    };
    let mut beat = tokio::time::interval(Duration::from_millis(300));
    loop {
        tokio::select! {
            list = ann.people() => if list.people.len() == 1 { break },
            _ = beat.tick() => ann.say(is_here.clone()).await,
        }
    }
    ann.say(is_here.clone()).await;
    bo.say(is_here).await;
    ann.until(&["Bo"]).await;
}

#[tokio::test]
async fn who_may_only_watch_is_seen_too_and_who_did_not_say_here_neither_sees_nor_is_seen() {
    let (server, _) = TestServer::with_tokens().await;
    let mut older = Editor::enter_with(server.address, Some(EDIT)).await;
    older.subscribe(BOARD).await;
    let mut viewer = Page::open_with(&server, "Wall", Some(VIEW)).await;
    let mut editor = Page::open_with(&server, "Ann", Some(EDIT)).await;
    viewer.come(BOARD, None).await;
    editor.come(BOARD, None).await;
    viewer.until(&["Ann"]).await;
    editor.until(&["Wall"]).await;
    let list = editor.people.take().expect("the list that was waited for");
    let principals: Vec<&str> = list.people.iter().map(|person| person.who.principal.as_str()).collect();
    assert_eq!(principals, ["viewer", "editor"]);
    assert!(
        matches!(older.socket.ping().await, ServerFrame::Pong { .. }),
        "an older client gets no frame that it does not know"
    );
}

#[tokio::test]
async fn of_a_crowd_the_first_are_named_and_the_others_counted_and_names_are_cut() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut crowd = Vec::new();
    for _ in 0..PEOPLE_LEN_MAX + 3 {
        let mut page = Page::open(&server, &"ä\n".repeat(NAME_BYTES_MAX)).await;
        page.come(BOARD, None).await;
        crowd.push(page);
    }
    let last = crowd.last_mut().expect("there is a crowd");
    let list = loop {
        let list = last.people().await;
        if list.more == 3 {
            break list;
        }
    };
    assert_eq!(list.people.len(), PEOPLE_LEN_MAX);
    let names = list.people.iter().map(|person| person.who.device.as_deref());
    let cut = "ä".repeat(NAME_BYTES_MAX / 2);
    assert!(names.into_iter().all(|name| name == Some(&*cut)));
}

#[tokio::test]
async fn a_flood_of_here_comes_to_one_list_a_second() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut ann = Page::open(&server, "Ann").await;
    ann.come(BOARD, None).await;
    let mut bo = Page::open(&server, "Bo").await;
    let began = Instant::now();
    for number in 0..200 {
        bo.come(BOARD, Some(&format!("widget-{number}"))).await;
    }
    let mut lists = 0;
    while ann.others().await != ["Bo at widget-199"] {
        lists += 1;
    }
    let seconds = began.elapsed().as_millis() / u128::from(PEOPLE_EVERY_MS);
    assert!(lists <= 2 + seconds, "{lists} lists in {seconds} s");
}

/// A page that shows a board.
struct Page {
    socket: Socket,
    /// Which it is in lists.
    id: u64,
    device: Device,
    /// The newest list.
    people: Option<People>,
}

impl Page {
    async fn open(server: &TestServer, name: &str) -> Self {
        Self::open_with(server, name, None).await
    }

    async fn open_with(server: &TestServer, name: &str, token: Option<&str>) -> Self {
        let mut socket = Socket::open(server.address, &[]).await.expect("a seat");
        let ServerFrame::Welcome(welcome) = socket.greet(token).await else {
            panic!("a welcome comes first")
        };
        Self {
            socket,
            id: welcome.people.expect("this server knows people"),
            device: Device {
                name: name.to_owned(),
                colour: 3,
            },
            people: None,
        }
    }

    fn call(&mut self, name: &str) {
        name.clone_into(&mut self.device.name);
    }

    async fn say(&mut self, frame: ClientFrame) {
        self.socket.send(&frame).await;
    }

    async fn come(&mut self, board: &str, widget: Option<&str>) {
        let here = Here {
            board: Some(board.parse().expect("a name")),
            device: Some(self.device.clone()),
            widget: widget.map(|widget| widget.parse().expect("a name")),
        };
        self.say(ClientFrame::Here(here)).await;
    }

    /// The next list.
    async fn people(&mut self) -> People {
        loop {
            if let ServerFrame::People(people) = self.socket.receive().await.expect("the connection stays open") {
                self.people = Some(people.clone());
                return people;
            }
        }
    }

    /// Whom it names but this page itself.
    async fn others(&mut self) -> Vec<String> {
        let (own, list) = (self.id, self.people().await);
        let described = |Person { who, widget, .. }: Person| {
            let name = who.device.expect("each has a name here");
            widget.map_or(name.clone(), |widget| format!("{name} at {widget}"))
        };
        let others = list.people.into_iter().filter(|person| person.id != own);
        others.map(described).collect()
    }

    /// Waits for a list of just these others.
    async fn until(&mut self, names: &[&str]) {
        while self.others().await != names {}
    }
}
