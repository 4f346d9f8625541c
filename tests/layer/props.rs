//! The components' props that no callback tells of.

use dioxus::prelude::*;
use tideboard::{
    components::{
        ConflictResolutionUI, DashboardSyncIndicator, PendingOperationsBadge, PendingOperationsList, SyncDetailsPanel,
        WidgetRealtime,
    },
    hooks::{use_board, use_current_board},
    protocol::WidgetId,
};

use crate::deck::{deck, log, logged, on_deck};

#[test]
fn what_the_indicator_and_the_badge_open_stands_on_a_page_of_its_own_and_a_click_opens_it() {
    static HAS_DETAILS: GlobalSignal<bool> = Signal::global(|| true);
    fn face() -> Element {
        _ = use_board(use_current_board());
        rsx! {
            DashboardSyncIndicator { show_details: HAS_DETAILS() }
            PendingOperationsBadge { show_details: HAS_DETAILS() }
            ConflictResolutionUI {}
        }
    }
    fn open() -> Element {
        _ = use_board(use_current_board());
        rsx! {
            SyncDetailsPanel {}
            PendingOperationsList {}
        }
    }
    let parts = ["Work offline", "Nothing waits."];
    on_deck(open).has(&parts);
    let mut page = on_deck(face);
    page.has_not(&parts);
    page.click("Waiting edits: Nothing waits");
    page.has(&parts[1..]);
    page.with(|| *HAS_DETAILS.write() = false);
    assert!(!page.html().contains("<button"), "{}", page.html());
}

#[test]
fn a_frames_menu_sets_up_the_fields_that_are_named_and_tells_of_a_removal_with_its_title() {
    fn face() -> Element {
        rsx! {
            WidgetRealtime {
                widget_id: WidgetId::named("fuel"),
                settings: &["title", "unit"],
                on_remove: |title: String| log(format!("removed {title}")),
                "inside"
            }
        }
    }
    let mut page = on_deck(face);
    page.edit(&deck(), "fuel", "title", "Fuel");
    page.click("Menu of Fuel");
    page.click("Set up");
    page.has(&["name=\"title\"", "name=\"unit\""]);
    page.has_not(&["name=\"value\""]);
    // What other programs call it.
    page.has(&["<code>boards/deck/widgets/fuel</code>"]);
    page.click("Menu of Fuel");
    page.click("Menu of Fuel");
    page.click("Remove");
    assert_eq!(logged(), ["removed Fuel"]);
    page.has(&["not on the board any more"]);
}
