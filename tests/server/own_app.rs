//! The server of another app: its kinds, its boards, its routes.

use axum::{Extension, Router, response::Html, routing::get};
use http::header;
use serde_json::{Value, json};
use tideboard::{
    board::{Catalog, FieldSpec, Policy, ValueType},
    protocol::{Answer, BoardId, FieldName, Identity, Intent, Rejection, ServerFrame, Verdict},
    server::{FirstBoard, Server, ServerConfig, auth, origin::OriginPolicy, store::StoreError},
};

use crate::{
    editor::{Editor, field},
    harness::{EDIT, Folder, TestServer, VIEW},
};

fn config() -> ServerConfig {
    let boxes = FieldSpec::new("boxes", ValueType::Integer, Policy::LastWriteWins);
    let warehouse = FirstBoard::new(BoardId::named("warehouse"), "Warehouse");
    ServerConfig {
        catalog: Catalog::empty().with("pallet", vec![boxes]),
        first_boards: vec![warehouse.with("pallet-1", "pallet", json!({"boxes": 3}))],
        ..ServerConfig::local()
    }
}

fn create(kind: &str, fields: Value) -> Intent {
    Intent::Create {
        kind: kind.parse().expect("a name"),
        fields: serde_json::from_value(fields).expect("fields by their names"),
    }
}

fn load(boxes: i64) -> Intent {
    let field = FieldName::named("boxes");
    Intent::Add { field, amount: boxes }
}

#[tokio::test]
async fn it_knows_the_apps_kinds_and_has_the_apps_boards_and_no_others() {
    let server = TestServer::of_app(config(), Router::new()).await;
    let mut editor = Editor::enter(server.address).await;
    let directory = editor.subscribe("boards").await;
    let boards: Vec<&str> = directory.keys().map(|id| id.as_str()).collect();
    assert_eq!(boards, ["warehouse"]);
    assert_eq!(field(&directory, "warehouse", "name"), &json!("Warehouse"));
    assert!(editor.subscribe("this-machine").await.is_empty());

    let loaded = editor.edit("warehouse", "pallet-1", load(2)).await;
    assert!(matches!(loaded, Answer::Verdict { verdict, .. } if verdict.is_applied()));
    let warehouse = editor.subscribe("warehouse").await;
    assert_eq!(field(&warehouse, "pallet-1", "boxes"), &json!(5));
    let note = editor
        .edit("warehouse", "note", create("note", json!({"text": "x"})))
        .await;
    let Answer::Verdict {
        verdict: Verdict::Rejected { reason, .. },
        ..
    } = note
    else {
        panic!("{note:?}")
    };
    assert_eq!(reason, Rejection::UnknownKind);
}

#[tokio::test]
async fn what_was_taken_before_a_kind_said_its_shape_stays_and_can_be_put_right() {
    let data = Folder::new();
    let served = |series: ValueType| {
        let series = FieldSpec::new("series", series, Policy::LastWriteWins);
        let shelf = FirstBoard::new(BoardId::named("shelf"), "Shelf");
        let config = ServerConfig {
            catalog: Catalog::empty().with("scale", vec![series]),
            first_boards: vec![shelf],
            data: Some(data.path().to_owned()),
            ..ServerConfig::local()
        };
        TestServer::of_app(config, Router::new())
    };
    let set = |value: Value| Intent::Set {
        field: FieldName::named("series"),
        value,
    };
    let is_applied = |answer: &Answer| matches!(answer, Answer::Verdict { verdict, .. } if verdict.is_applied());
    let server = served(ValueType::Any).await;
    let mut editor = Editor::enter(server.address).await;
    editor.subscribe("shelf").await;
    let made = editor
        .edit("shelf", "scale-1", create("scale", json!({"series": "weight"})))
        .await;
    assert!(is_applied(&made), "{made:?}");
    server.stop().await;

    let server = served(ValueType::Texts).await;
    let mut editor = Editor::enter(server.address).await;
    assert_eq!(
        field(&editor.subscribe("shelf").await, "scale-1", "series"),
        &json!("weight")
    );
    let expected = r#"a list of texts, as ["fuel", "depth"]"#.to_owned();
    let wrong = [
        (
            editor.edit("shelf", "scale-1", set(json!("height"))).await,
            expected.clone(),
        ),
        (
            editor
                .edit("shelf", "scale-2", create("scale", json!({"series": [1]})))
                .await,
            expected + ", and `series` is none",
        ),
    ];
    for (answer, expected) in wrong {
        let Answer::Verdict {
            verdict: Verdict::Rejected { reason, .. },
            ..
        } = answer
        else {
            panic!("{answer:?}")
        };
        assert_eq!(reason, Rejection::WrongType { expected });
    }
    let right = editor.edit("shelf", "scale-1", set(json!(["weight"]))).await;
    assert!(is_applied(&right), "{right:?}");
    server.stop().await;
}

#[tokio::test]
async fn nothing_of_its_machine_is_measured() {
    let server = TestServer::of_app(config(), Router::new()).await;
    let mut editor = Editor::enter(server.address).await;
    editor.watch(&["*"]).await;
    let ServerFrame::Samples(past) = editor.receive().await else {
        panic!("the past comes first")
    };
    assert_eq!(past.series, []);
    server
        .server
        .sources()
        .record(server.server.clock().now(), [("door.temperature".to_owned(), json!(4))]);
    let ServerFrame::Samples(now) = editor.receive().await else {
        panic!("then the app's own")
    };
    let names: Vec<&str> = now.series.iter().map(|series| series.name.as_str()).collect();
    assert_eq!(names, ["door.temperature"]);
}

#[tokio::test]
async fn a_first_board_is_made_where_there_is_none_and_is_peoples_from_then_on() {
    let data = Folder::new();
    let on_disk = |config: ServerConfig| ServerConfig {
        data: Some(data.path().join("not/there/yet")),
        ..config
    };
    let server = TestServer::of_app(on_disk(config()), Router::new()).await;
    let mut editor = Editor::enter(server.address).await;
    editor.subscribe("warehouse").await;
    editor.edit("warehouse", "pallet-1", Intent::Remove).await;
    server.stop().await;

    let mut more = on_disk(config());
    let yard = FirstBoard::new(BoardId::named("yard"), "Yard");
    more.first_boards
        .push(yard.with("pallet-1", "pallet", json!({"boxes": 7})));
    let server = TestServer::of_app(more, Router::new()).await;
    let mut editor = Editor::enter(server.address).await;
    let warehouse = editor.subscribe("warehouse").await;
    let pallet = warehouse.iter().find(|(id, _)| id.as_str() == "pallet-1");
    assert!(pallet.is_none_or(|(_, pallet)| pallet.removed.is_some()), "{pallet:?}");
    assert_eq!(field(&editor.subscribe("yard").await, "pallet-1", "boxes"), &json!(7));
    server.stop().await;
}

#[test]
fn a_first_board_that_does_not_fit_the_catalog_is_refused_before_anything_is_made() {
    let wrong = || ServerConfig {
        catalog: Catalog::default(),
        ..config()
    };
    let Err(error @ StoreError::FirstBoard(_)) = Server::open(wrong()) else {
        panic!("it was opened")
    };
    let said = error.to_string();
    assert!(said.contains("`warehouse`") && said.contains("`pallet-1`"), "{said}");
}

/// What an app's own handlers are told, and answer.
fn own_routes() -> Router {
    let whoami = async |Extension(identity): Extension<Identity>, Extension(server): Extension<Server>| {
        assert!(server.is_ready());
        format!("{} {:?}", identity.principal, identity.access)
    };
    let own_policy = [(header::CONTENT_SECURITY_POLICY, "default-src https:")];
    Router::new()
        .route("/whoami", get(whoami))
        .route("/public/hours", get(async || "9 to 5"))
        .route("/map", get(async move || (own_policy, Html("<script>0</script>"))))
}

#[tokio::test]
async fn its_own_routes_stand_behind_the_walls() {
    let tokens = ServerConfig {
        policy: auth::Policy::Tokens {
            edit: EDIT.parse().expect("long enough"),
            view: VIEW.parse().expect("long enough"),
        },
        origins: OriginPolicy::default(),
        public_files: ["public".to_owned()].into(),
        ..config()
    };
    let server = TestServer::of_app(tokens, own_routes()).await;
    assert_eq!(server.get("/whoami").await.status, 401);
    let bearer = format!("Bearer {VIEW}");
    let asked = server.request("GET", "/whoami").header("Authorization", &bearer);
    let told = asked.send().await;
    assert!(told.body.ends_with(" View"), "{told:?}");
    assert!(told.header("content-security-policy").starts_with("default-src 'none'"));
    assert_eq!(server.get("/public/hours").await.body, "9 to 5");
}

#[tokio::test]
async fn a_page_that_brings_its_own_policy_keeps_it() {
    let server = TestServer::of_app(config(), own_routes()).await;
    let map = server.get("/map").await;
    assert_eq!(map.header("content-security-policy"), "default-src https:");
    assert_eq!(map.header("x-content-type-options"), "nosniff");
    assert_eq!(map.body, "<script>0</script>", "no nonce: the policy knows none");
}
