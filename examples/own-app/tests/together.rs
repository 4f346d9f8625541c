//! The whole app on a server in memory: who does what, and what everybody sees then.

use own_app::{App, catalog, first_board, warehouse};
use serde_json::json;
use tideboard::testing::{Page, Server, simulate};

fn server() -> Server {
    Server::new(catalog(), &[first_board()])
}

#[test]
fn what_one_person_loads_everybody_sees() {
    let server = server();
    let (mut ada, mut ben) = (Page::open(&server, "ada", App), Page::open(&server, "ben", App));
    ada.click("Load a box");
    ben.settle();
    ben.has(&["Pallet 1", "<output>1</output>"]);
}

#[test]
fn what_was_loaded_without_a_network_arrives_once() {
    let server = server();
    let mut ada = Page::open(&server, "ada", App);
    ada.cut();
    ada.click("Load a box");
    ada.has(&["<output>1</output>"]);
    assert_eq!(server.value(&warehouse(), "pallet-1", "boxes"), json!(0));
    // The page is closed, and opened again on the same device; the server is killed, and started again.
    ada.pass(1_000);
    ada.reopen();
    server.restart();
    ada.heal();
    assert_eq!(server.value(&warehouse(), "pallet-1", "boxes"), json!(1));
}

#[test]
fn of_two_docks_a_person_chooses() {
    let server = server();
    let mut ada = Page::open(&server, "ada", App);
    ada.cut();
    ada.fill("Dock", "B");
    server.set(&warehouse(), "pallet-1", "dock", "C");
    ada.heal();
    ada.has(&["Keep mine", "Keep theirs"]);
    ada.click("Keep mine");
    assert_eq!(server.value(&warehouse(), "pallet-1", "dock"), json!("B"));
}

#[test]
fn whatever_happens_no_box_is_lost_or_counted_twice() {
    for seed in 1..=10 {
        let mut loaded = 0;
        let (server, _) = simulate(seed, server, &["ada", "ben", "cleo"], App, |dice, page| {
            if dice.chance(70) {
                loaded += 1;
                page.click("Load a box");
            } else {
                page.fill("Dock", dice.one_of(&["A", "B", "C"]));
            }
        });
        let boxes = server.value(&warehouse(), "pallet-1", "boxes");
        assert_eq!(boxes, json!(loaded), "seed {seed}");
    }
}
