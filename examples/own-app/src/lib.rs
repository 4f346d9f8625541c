//! A warehouse: pallets that people load together, with a network or without.

use dioxus::prelude::*;
use serde::Deserialize;
use serde_json::json;
use tideboard::{
    board::{Catalog, FieldSpec, Policy, ValueType},
    components::{
        ConflictResolutionUI, DashboardRealtimeProvider, DashboardSyncIndicator, PendingOperationsBadge, STYLES,
        WidgetRealtime,
    },
    hooks::{use_board, use_current_board, use_realtime_updates},
    protocol::{BoardId, WidgetId},
    server::FirstBoard,
};

const DOCKS: &[&str] = &["A", "B", "C"];

/// What a pallet is: its fields, what each takes, and who wins when two people write at once.
pub fn catalog() -> Catalog {
    Catalog::empty().with(
        "pallet",
        vec![
            FieldSpec::new("title", ValueType::Name, Policy::LastWriteWins),
            FieldSpec::new("boxes", ValueType::Integer, Policy::LastWriteWins),
            FieldSpec::new("dock", ValueType::Choice(DOCKS), Policy::Ask),
        ],
    )
}

/// What is there at the first start.
pub fn first_board() -> FirstBoard {
    let pallet = |title: &str, dock: &str| json!({"title": title, "boxes": 0, "dock": dock});
    FirstBoard::new(warehouse(), "Warehouse")
        .with("pallet-1", "pallet", pallet("Pallet 1", "A"))
        .with("pallet-2", "pallet", pallet("Pallet 2", "B"))
}

/// The board of this app.
pub fn warehouse() -> BoardId {
    BoardId::named("warehouse")
}

/// The whole page.
#[component]
pub fn App() -> Element {
    rsx! {
        document::Stylesheet { href: STYLES }
        DashboardRealtimeProvider { board: warehouse(),
            header { class: "bar",
                h1 { "Warehouse" }
                div { class: "bar-side",
                    PendingOperationsBadge {}
                    DashboardSyncIndicator {}
                }
            }
            ConflictResolutionUI {}
            main { class: "board", Pallets {} }
        }
    }
}

/// Every pallet there is, each in its frame.
#[component]
fn Pallets() -> Element {
    let board = use_board(use_current_board());
    rsx! {
        for entry in board.summary().widgets {
            WidgetRealtime { key: "{entry.id}", widget_id: entry.id.clone(), Pallet { id: entry.id } }
        }
    }
}

/// A pallet's fields, as this app reads them.
#[derive(Deserialize)]
struct Fields {
    boxes: i64,
    dock: String,
}

/// One pallet: how many boxes are on it, and where it goes.
#[component]
fn Pallet(id: ReadSignal<WidgetId>) -> Element {
    let pallet = use_realtime_updates::<Fields>(id);
    let Fields { boxes, dock } = match pallet.fields() {
        Ok(fields) => fields,
        Err(reason) => return rsx! { p { "{reason}" } },
    };
    rsx! {
        p { class: "figure",
            output { "{boxes}" }
            small { "boxes" }
        }
        button { class: "button", onclick: move |_| pallet.add("boxes", 1), "Load a box" }
        label {
            "Dock "
            select { class: "input", onchange: move |event| pallet.edit("dock", event.value()),
                for name in DOCKS {
                    option { value: *name, selected: dock == *name, "{name}" }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_board_fits_the_catalog() {
        assert_eq!(first_board().check(&catalog()), Ok(()));
    }

    #[test]
    fn a_pallet_goes_to_a_dock_that_is_there() {
        let goes_to = |dock| {
            let pallet = FirstBoard::new(warehouse(), "Warehouse").with("pallet-3", "pallet", json!({"dock": dock}));
            pallet.check(&catalog())
        };
        assert_eq!(goes_to("C"), Ok(()));
        let refused = goes_to("Z").expect_err("there is no such dock");
        assert!(refused.to_string().contains("one of A, B, C"), "{refused}");
    }
}
