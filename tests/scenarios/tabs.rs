//! Two tabs of one person: one of them sends, and the one where an edit was made hears what came of it.

use serde_json::{Value, json};
use tideboard::{
    protocol::{OperationId, Verdict},
    sync::{Command, Conflict, Notice, Resolution},
};

use crate::world::{ANN, BO, World};

/// What a tab was told of an edit since this was asked last: that it was applied, or that it came to nothing.
fn told(world: &mut World, tab: usize, id: OperationId) -> Vec<&'static str> {
    let of_it = |notice: Notice| match notice {
        Notice::Decided { id: decided, verdict } if decided == id => match verdict {
            Verdict::Applied { .. } => Some("applied"),
            Verdict::Rejected { .. } => Some("refused"),
            _ => Some("something else"),
        },
        Notice::SetAside { id: aside, .. } if aside == id => Some("refused"),
        _ => None,
    };
    world.news(tab).into_iter().filter_map(of_it).collect()
}

/// An edit of the fuel by a tab that does not send.
fn edit(world: &mut World, tab: usize, value: impl Into<Value>) -> OperationId {
    world.hold_the_storage(ANN);
    world.set(tab, "fuel", "value", value);
    let id = world.pending(tab).pop().expect("it waits for the other tab");
    world.release_the_storage(ANN);
    world.calm();
    assert_eq!(world.pending(tab), [], "the other tab has sent and settled it");
    id
}

#[test]
fn the_tab_where_an_edit_was_made_is_told_once_that_it_was_applied() {
    let mut world = World::new();
    let second = world.open_second_tab(ANN);
    let id = edit(&mut world, second, 5);
    assert_eq!(told(&mut world, second, id), ["applied"]);
    assert_eq!(
        told(&mut world, ANN, id),
        ["applied"],
        "and the one that sends, as of all edits"
    );
    world.wait(60_000);
    world.reopen(ANN);
    world.calm();
    assert_eq!(told(&mut world, second, id), [""; 0]);
}

#[test]
fn it_is_told_so_without_a_network_of_its_own() {
    let mut world = World::new();
    let second = world.open_second_tab(ANN);
    world.go_offline(second);
    let id = edit(&mut world, second, 5);
    assert_eq!(told(&mut world, second, id), ["applied"]);
    world.come_online(second);
    world.calm();
    assert_eq!(told(&mut world, second, id), [""; 0]);
}

#[test]
fn it_is_told_once_that_an_edit_came_to_nothing() {
    let mut world = World::new();
    let second = world.open_second_tab(ANN);
    for is_away in [false, true] {
        if is_away {
            world.go_offline(second);
        }
        let id = edit(&mut world, second, "much");
        assert_eq!(told(&mut world, second, id), ["refused"], "away: {is_away}");
        world.command(ANN, Command::Discard { id });
        world.calm();
        assert_eq!(told(&mut world, second, id), [""; 0]);
    }
}

#[test]
fn nothing_is_told_of_an_edit_that_was_taken_back_nor_of_another_tabs() {
    let mut world = World::new();
    let second = world.open_second_tab(ANN);
    world.go_offline(ANN);
    world.go_offline(second);
    world.set(second, "fuel", "value", 5);
    world.set(ANN, "crew", "count", 2);
    world.calm();
    let [taken_back, other] = world.pending(second)[..] else {
        panic!("{:?}", world.pending(second))
    };
    world.command(ANN, Command::Withdraw { id: taken_back });
    world.come_online(ANN);
    world.calm();
    assert_eq!(world.server_has("crew", "count"), 2);
    assert_eq!(world.pending(second), []);
    let news = world.news(second);
    let decided = |notice: &&Notice| matches!(notice, Notice::Decided { .. } | Notice::SetAside { .. });
    assert_eq!(news.iter().find(decided), None, "{taken_back} and {other}");
}

#[test]
fn a_conflict_is_no_failure() {
    let mut world = World::new();
    let second = world.open_second_tab(ANN);
    world.go_offline(ANN);
    world.go_offline(second);
    world.set(second, "fuel", "value", 5);
    world.set(BO, "fuel", "value", 8);
    world.calm();
    let id = world.pending(second)[0];
    world.come_online(ANN);
    world.calm();
    assert_eq!(world.conflicts(second).len(), 1);
    assert_eq!(told(&mut world, second, id), [""; 0]);
}

/// A conflict of the fuel, as two tabs of Ann's list it.
fn quarrel(world: &mut World, second: usize) -> Conflict {
    world.go_offline(ANN);
    world.go_offline(second);
    world.set(ANN, "fuel", "value", 5);
    world.set(BO, "fuel", "value", 8);
    world.calm();
    world.come_online(ANN);
    world.come_online(second);
    world.calm();
    let conflict = world.conflicts(ANN).remove(0);
    assert_eq!(world.conflicts(second), std::slice::from_ref(&conflict));
    for tab in [ANN, second] {
        world.news(tab);
    }
    conflict
}

/// How conflicts were decided, as a tab was told since this was asked last.
fn decisions(world: &mut World, tab: usize) -> Vec<(OperationId, Resolution)> {
    let decision = |notice: Notice| match notice {
        Notice::Resolved { id, resolution } => Some((id, resolution)),
        _ => None,
    };
    world.news(tab).into_iter().filter_map(decision).collect()
}

#[test]
fn whichever_tab_decides_each_that_shows_the_conflict_is_told_once_and_how() {
    for resolution in [Resolution::KeepMine, Resolution::KeepTheirs, Resolution::Edit(json!(6))] {
        for (is_second, is_away) in [(false, false), (true, false), (false, true), (true, true)] {
            let mut world = World::new();
            let second = world.open_second_tab(ANN);
            let id = quarrel(&mut world, second).id();
            if is_away {
                world.go_offline(ANN);
                world.go_offline(second);
            }
            let decider = if is_second { second } else { ANN };
            world.resolve(decider, id, resolution.clone());
            world.calm();
            for tab in [ANN, second] {
                let case = format!("{resolution:?} by {decider}, away: {is_away}, told to {tab}");
                assert_eq!(world.conflicts(tab), [], "{case}");
                assert_eq!(decisions(&mut world, tab), [(id, resolution.clone())], "{case}");
            }
            world.come_online(ANN);
            world.come_online(second);
            world.wait(60_000);
            let third = world.open_second_tab(ANN);
            for tab in [ANN, second, third] {
                assert_eq!(decisions(&mut world, tab), [], "{resolution:?}, told to {tab} again");
            }
        }
    }
}

#[test]
fn a_decision_that_another_tab_has_made_and_settled_is_told_of_as_what_it_was() {
    for (resolution, value) in [(Resolution::KeepMine, 5), (Resolution::KeepTheirs, 8)] {
        let mut world = World::new();
        let second = world.open_second_tab(ANN);
        let id = quarrel(&mut world, second).id();
        // It reads nothing until the server has answered.
        world.hold_the_storage(second);
        world.resolve(ANN, id, resolution.clone());
        world.calm();
        world.assert_everywhere("fuel", "value", value);
        world.release_the_storage(second);
        world.calm();
        assert_eq!(decisions(&mut world, second), [(id, resolution)]);
    }
}

#[test]
fn a_decision_that_the_server_refuses_is_told_as_a_failed_edit_and_the_next_one_anew() {
    let mut world = World::new();
    let second = world.open_second_tab(ANN);
    let id = quarrel(&mut world, second).id();
    let much = Resolution::Edit(json!("much"));
    world.resolve(second, id, much.clone());
    world.calm();
    for tab in [ANN, second] {
        assert_eq!(world.conflicts(tab).len(), 1, "it waits again");
        let aside = world.set_aside(tab).remove(0).operation;
        assert_eq!(aside.resolves, Some(id));
        let news = world.news(tab);
        let told = |wanted: &dyn Fn(&Notice) -> bool| news.iter().filter(|notice| wanted(notice)).count();
        let decided = told(&|notice| matches!(notice, Notice::Resolved { resolution, .. } if *resolution == much));
        let refused = told(&|notice| match notice {
            Notice::Decided { id, .. } | Notice::SetAside { id, .. } => *id == aside.id,
            _ => false,
        });
        assert_eq!((decided, refused), (1, 1), "tab {tab}: {news:?}");
    }
    world.resolve(ANN, id, Resolution::KeepTheirs);
    world.calm();
    for tab in [ANN, second] {
        assert_eq!(decisions(&mut world, tab), [(id, Resolution::KeepTheirs)]);
    }
}

/// Mine and theirs, as Ann is asked about them.
fn versions(world: &World) -> Vec<(Option<Value>, Value)> {
    let of = |one: &Conflict| (one.mine().cloned(), one.theirs.value.clone());
    world.conflicts(ANN).iter().map(of).collect()
}

#[test]
fn what_is_dragged_over_an_edit_that_another_tab_takes_back_was_made_on_that_edit() {
    let mut world = World::new();
    let second = world.open_second_tab(ANN);
    world.go_mute(ANN);
    world.set(ANN, "fuel", "value", 7);
    world.wait(20);
    let id = world.pending(ANN)[0];
    world.set(BO, "fuel", "value", 6);
    world.wait(20);
    assert_eq!(
        world.shows(ANN, "fuel", "value"),
        json!(7),
        "nobody has seen what came under it"
    );
    world.set(ANN, "fuel", "value", 8);
    world.command(second, Command::Withdraw { id });
    world.wait(20);
    world.go_offline(ANN);
    world.come_online(ANN);
    world.calm();
    assert_eq!(versions(&world), [(Some(json!(8)), json!(6))]);
}

#[test]
fn what_is_typed_where_an_edit_was_taken_back_that_had_taken_effect_was_made_on_what_was_shown() {
    for pause_ms in [0, 500] {
        let mut world = World::new();
        world.go_deaf(ANN);
        world.set(ANN, "fuel", "value", 7);
        world.wait(20);
        let id = world.pending(ANN)[0];
        assert_eq!(world.server_has("fuel", "value"), json!(7));
        world.command(ANN, Command::Withdraw { id });
        world.wait(pause_ms);
        world.set(ANN, "fuel", "value", 8);
        world.go_offline(ANN);
        world.come_online(ANN);
        world.calm();
        assert_eq!(
            versions(&world),
            [(Some(json!(8)), json!(7))],
            "typed after {pause_ms} ms"
        );
    }
}
