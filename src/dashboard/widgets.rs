//! The built-in widgets: what stands inside a card. They read and edit by the hooks alone, as an app's own would.

mod adding;
mod bars;
mod checklist;
mod counter;
mod log;
mod note;
mod sampled;
mod setpoint;
mod status;
mod switch;
mod table;
mod text;
mod timer;

use dioxus::prelude::*;

use crate::{
    board::kinds,
    hooks::{use_now, use_realtime_updates},
    protocol::{Kind, Value, WidgetId},
    words::with,
};

/// Fields that a kind's menu sets up, its title first.
pub fn settings(kind: &str) -> &'static [&'static str] {
    match kind {
        kinds::STAT => &["title", "series", "unit", "threshold", "warns"],
        kinds::GAUGE | kinds::BAR => &["title", "series", "unit", "min", "max", "threshold", "warns"],
        kinds::SERIES => &["title", "series", "span", "unit", "min", "max", "threshold", "warns"],
        kinds::TABLE => &["title", "series", "unit"],
        kinds::SETPOINT => &["title", "unit", "min", "max", "step"],
        kinds::COUNTER => &["title", "unit"],
        kinds::TIMER => &["title", "minutes"],
        _ => &["title"],
    }
}

/// A widget's inside, by its kind.
#[component]
pub fn WidgetBody(widget: ReadSignal<WidgetId>, kind: Kind) -> Element {
    let live = use_realtime_updates::<Value>(widget);
    let now = use_now();
    match kind.as_str() {
        kinds::STAT => rsx! { sampled::Stat { live } },
        kinds::GAUGE => rsx! { sampled::GaugeOf { live } },
        kinds::SERIES => rsx! { sampled::Chart { live } },
        kinds::BAR => rsx! { bars::Bars { live } },
        kinds::TABLE => rsx! { table::Table { live } },
        kinds::STATUS => rsx! { status::Status { live, name: "{widget}" } },
        kinds::CHECKLIST => rsx! { checklist::Checklist { live } },
        kinds::SETPOINT => rsx! { setpoint::Setpoint { live } },
        kinds::COUNTER => counter::counter(live),
        kinds::SWITCH => rsx! { switch::Switch { live } },
        kinds::LOG => rsx! { log::Log { live } },
        kinds::TIMER => timer::timer(live, now),
        kinds::NOTE => note::note(live),
        other => {
            rsx! { p { class: "waiting-for", {with("This page doesn’t know widgets of the kind “{}”. Reload it, or update the server.", &[other])} } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::Catalog;

    #[test]
    fn every_setting_is_a_field_of_its_kind() {
        let catalog = Catalog::default();
        for kind in [
            kinds::STAT,
            kinds::GAUGE,
            kinds::SERIES,
            kinds::BAR,
            kinds::TABLE,
            kinds::SETPOINT,
            kinds::COUNTER,
            kinds::TIMER,
        ] {
            for field in settings(kind) {
                let spec = catalog.field(&kind.parse().expect("a kind"), &field.parse().expect("a name"));
                assert!(spec.is_ok(), "{kind} has no {field}");
            }
        }
    }
}
