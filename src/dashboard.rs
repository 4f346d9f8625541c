//! The app itself: its boards, its pages, and the widgets on them.
//!
//! It uses the layer as any other app would: the provider around it, the indicator and the badge in its header, the
//! conflicts under that, and each widget wrapped.

mod add_board;
mod add_widget;
mod arranging;
mod chart;
mod crosshair;
mod files;
mod first_look;
mod growing;
mod lines;
mod markdown;
mod new_series;
mod page;
mod palette;
mod plot;
mod share;
mod switcher;
mod widgets;

use dioxus::{html::input_data::MouseButton, prelude::*};

use self::page::BoardPage;
use crate::{
    components::DashboardRealtimeProvider,
    hooks::{speak_as_asked, stand_at, use_effect},
    protocol::BoardId,
    words::tn,
};

/// The pages.
#[derive(Clone, Debug, PartialEq, Routable)]
pub enum Route {
    /// The board of the machine that serves this page.
    #[route("/")]
    Home {},
    /// Any board.
    #[route("/boards/:id")]
    Board {
        /// Which.
        id: BoardId,
    },
    /// What a service worker gives in place of a page that it can't have from the server.
    #[route("/shell?:to")]
    Shell {
        /// The address that was asked for.
        to: String,
    },
    /// An address that leads nowhere.
    #[route("/:..segments")]
    Elsewhere {
        /// Its parts.
        segments: Vec<String>,
    },
}

impl Route {
    /// The page of a board.
    fn of(id: BoardId) -> Self {
        if id == BoardId::first() {
            Self::Home {}
        } else {
            Self::Board { id }
        }
    }
}

/// A way to a page, which a person may also open beside this one; whoever goes it leaves the panel behind in which it stands. A function
/// instead of the router's component, which can do more than is needed here.
fn way_to(route: Route, class: &str, is_current: bool, panel: Option<Signal<bool>>, face: Element) -> Element {
    rsx! {
        a {
            class,
            href: route.to_string(),
            "aria-current": is_current.then_some("page"),
            onclick: move |event| {
                if event.modifiers().is_empty() && event.trigger_button() == Some(MouseButton::Primary) {
                    event.prevent_default();
                    navigator().push(route.clone());
                    if let Some(mut open) = panel {
                        open.set(false);
                    }
                }
            },
            {face}
        }
    }
}

/// The app, from the provider down.
#[component]
pub fn Dashboard() -> Element {
    use_hook(speak_as_asked);
    rsx! {
        DashboardRealtimeProvider {
            Router::<Route> {}
        }
    }
}

/// The pages, below a provider of one's own.
pub fn pages() -> Element {
    rsx! {
        Router::<Route> {}
    }
}

#[component]
fn Home() -> Element {
    rsx! {
        BoardPage { id: BoardId::first() }
    }
}

#[component]
fn Board(id: ReadSignal<BoardId>) -> Element {
    rsx! {
        BoardPage { id }
    }
}

/// A board's page before it is known which: the same for everybody, so that it can be kept. Where its program runs it leads on.
#[component]
fn Shell(to: ReadSignal<String>) -> Element {
    let navigator = use_navigator();
    use_effect(move || {
        let to = to.cloned();
        navigator.replace(to.parse().unwrap_or(Route::Home {}));
        // Its query is nothing to a route, and something to the server, should this page be loaded again.
        stand_at(&to);
    });
    rsx! {
        BoardPage { id: BoardId::unnamed() }
    }
}

#[component]
fn Elsewhere(segments: Vec<String>) -> Element {
    rsx! {
        main { class: "board",
            div { class: "empty", "data-state": "unknown-page",
                h1 { {tn("There is nothing at this address.")} }
                p { "/{segments.join(\"/\")}" }
                {way_to(Route::Home {}, "button", false, None, rsx! { {tn("Open this machine’s board")} })}
            }
        }
    }
}
