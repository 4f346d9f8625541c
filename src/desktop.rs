//! The app in a window of its own: the same components as in a browser's page, around a store of this device and whichever server a
//! person names.
//!
//! Here is what a browser does for a page: which server, what is remembered from one start to the next, and that what is shown is
//! stored before the window goes. A window has its own `VirtualDom` and its own engine; several share a store, as tabs do.

mod alone;
mod for_yourself;
mod own;
mod telling;
mod watchdog;

use std::{cell::OnceCell, process::ExitCode};

use dioxus::{
    desktop::{
        Config, DesktopContext, LogicalSize, WindowBuilder, WindowCloseBehaviour, WindowEvent, icon_from_memory,
        muda::{
            CheckMenuItem, Menu, MenuItem, PredefinedMenuItem, Submenu,
            accelerator::{Accelerator, Code, Modifiers},
        },
        tao::{
            dpi::{PhysicalPosition, PhysicalSize},
            event::Event,
            window::Icon,
        },
        use_muda_event_handler, use_window, use_wry_event_handler,
    },
    prelude::*,
};

use self::{alone::Alone, for_yourself::ForYourself, own::own, telling::Telling, watchdog::Watchdog};
use crate::{
    platform::take_back_notice,
    webview::{
        Boards, Choosing, First, Kept, Leave, NAME, WaitingForKeyring, Ways, begun,
        kept::{OWN, Place},
        page, use_showing,
    },
    words::t,
};

/// What the program does: reads the arguments, and opens a window. It ends with the last one.
#[must_use]
pub fn main() -> ExitCode {
    let Some((kept, first)) = begun() else {
        return ExitCode::FAILURE;
    };
    if first.as_ref().is_some_and(|first| first.reached.server == OWN) {
        // Behind the window, which shows meanwhile what it knows.
        own(kept.folder());
    }
    // It ends the process by itself.
    dioxus::desktop::launch::launch_virtual_dom(window(&kept, first), config(&kept))
}

fn window(kept: &Kept, first: Option<First>) -> VirtualDom {
    VirtualDom::new(Window)
        .with_root_context(kept.clone())
        .with_root_context(first)
}

fn config(kept: &Kept) -> Config {
    let mut builder = WindowBuilder::new()
        .with_title(NAME)
        .with_min_inner_size(LogicalSize::new(WIDTH_MIN, HEIGHT_MIN))
        .with_inner_size(LogicalSize::new(WIDTH, HEIGHT));
    if let Some(Place { x, y, width, height }) = kept.place() {
        builder = builder
            .with_position(PhysicalPosition::new(x, y))
            .with_inner_size(PhysicalSize::new(width, height));
    }
    let config = Config::new()
        .with_window(builder)
        .with_menu(menu(kept))
        .with_custom_index(page())
        .with_close_behaviour(WindowCloseBehaviour::WindowHides);
    match icon_from_memory::<Icon>(include_bytes!("../public/icon-192.png")) {
        Ok(icon) => config.with_icon(icon),
        Err(_) => config,
    }
}

const WIDTH: f64 = 1240.0;
const HEIGHT: f64 = 820.0;
/// A phone's width: the narrowest that the page is made for.
const WIDTH_MIN: f64 = 360.0;
const HEIGHT_MIN: f64 = 480.0;

/// What the platform's own menu offers; what it can't show it leaves out. Undo and redo are keys of the page: a menu would take them from
/// the text boxes.
fn menu(kept: &Kept) -> Option<Menu> {
    let key = |code| Some(Accelerator::new(Some(COMMAND), code));
    let file = Submenu::with_items(
        marked("&File"),
        true,
        &[
            &MenuItem::with_id(NEW_WINDOW, marked("&New window"), true, key(Code::KeyN)),
            &MenuItem::with_id(SERVER, marked("&Server…"), true, key(Code::KeyO)),
            &PredefinedMenuItem::separator(),
            &notifies_item(kept),
            &PredefinedMenuItem::separator(),
            &MenuItem::with_id(CLOSE, marked("&Close window"), true, key(Code::KeyW)),
        ],
    );
    let edit = Submenu::with_items(
        marked("&Edit"),
        true,
        &[
            &PredefinedMenuItem::cut(Some(&marked("Cu&t"))),
            &PredefinedMenuItem::copy(Some(&marked("&Copy"))),
            &PredefinedMenuItem::paste(Some(&marked("&Paste"))),
            &PredefinedMenuItem::select_all(Some(&marked("Select &All"))),
        ],
    );
    Menu::with_items(&[&file.ok()?, &edit.ok()?]).ok()
}

/// A word of the menu, with a mark before the letter that is its key; in another language that is its first.
fn marked(english: &str) -> String {
    let plain = english.replace('&', "");
    match t(&plain) {
        said if said == plain => english.to_owned(),
        said => ["&", said].concat(),
    }
}

/// One for the menus of all windows: they show the same.
fn notifies_item(kept: &Kept) -> CheckMenuItem {
    thread_local! {
        static ITEM: OnceCell<CheckMenuItem> = const { OnceCell::new() };
    }
    let make = || CheckMenuItem::with_id(NOTIFIES, marked("N&otify while minimised"), true, kept.notifies(), None);
    ITEM.with(|item| item.get_or_init(make).clone())
}

/// Ctrl, or Cmd where that is what people press.
const COMMAND: Modifiers = dioxus::desktop::muda::accelerator::CMD_OR_CTRL;

const NEW_WINDOW: &str = "new-window";
const SERVER: &str = "server";
const NOTIFIES: &str = "notifies";
const CLOSE: &str = "close";

/// One window: the boards of a server, or the question for one.
#[component]
fn Window() -> Element {
    let kept: Kept = use_context();
    let first: Option<First> = use_context();
    let mut showing = use_showing(&kept, first);
    let mut leaving = showing.leaving;
    let window = use_window();
    let watchdog = use_hook(Watchdog::new);
    use_drop({
        let watchdog = watchdog.clone();
        move || watchdog.end()
    });
    let left = use_callback({
        let window = window.clone();
        move |leave| {
            leaving.set(None);
            match leave {
                Leave::Choose => {
                    window.set_title(NAME);
                    showing.ask();
                }
                Leave::Move => showing.number += 1,
                Leave::Close => {
                    window.set_close_behavior(WindowCloseBehaviour::WindowCloses);
                    window.close();
                }
            }
        }
    });
    let stays = use_callback({
        let (window, watchdog) = (window.clone(), watchdog.clone());
        move |leave| {
            watchdog.call_off();
            if leave == Leave::Close {
                window.set_visible(true);
                window.set_focus();
            }
        }
    });
    // Who shows a board goes when all of it is stored. Whoever closes it wants nothing else any more.
    let leave = use_callback({
        let watchdog = watchdog.clone();
        move |leave| {
            if leave == Leave::Close {
                watchdog.begin();
            }
            if showing.is_asking() {
                left(leave);
            } else if leave == Leave::Close || leaving.peek().is_none() {
                leaving.set(Some(leave));
            }
        }
    });
    use_wry_event_handler({
        let (window, kept) = (window.clone(), kept.clone());
        move |event, _| {
            if watchdog.is_late() {
                left(Leave::Close);
            }
            let Event::WindowEvent { window_id, event, .. } = event else {
                return;
            };
            if *window_id != window.id() {
                return;
            }
            match event {
                WindowEvent::Focused(false) => remember_place(&window, &kept),
                WindowEvent::Focused(true) => _ = spawn(take_back_notice()),
                WindowEvent::CloseRequested => {
                    remember_place(&window, &kept);
                    leave(Leave::Close);
                }
                _ => {}
            }
        }
    });
    use_muda_event_handler({
        let (window, kept) = (window.clone(), kept.clone());
        move |event| {
            // All windows hear of it.
            if !window.is_focused() {
                return;
            }
            match event.id().0.as_str() {
                NEW_WINDOW => {
                    let first = showing.at.cloned().map(|reached| First {
                        reached,
                        wants_token: false,
                    });
                    window.new_window(self::window(&kept, first), config(&kept));
                }
                SERVER => leave(Leave::Choose),
                NOTIFIES => kept.remember_notifies(!kept.notifies()),
                CLOSE => {
                    remember_place(&window, &kept);
                    leave(Leave::Close);
                }
                _ => {}
            }
        }
    });
    let chosen = use_callback(move |reached| showing.open(reached));
    let not_let_in = use_callback(move |message| {
        showing.trouble.set(Some(message));
        leave(Leave::Choose);
    });
    if (showing.is_opening)() {
        return rsx! {
            main { class: "choosing", "data-state": "opening",
                WaitingForKeyring {}
            }
        };
    }
    if (showing.is_choosing)() {
        return rsx! {
            Choosing {
                before: (showing.at)(),
                trouble: (showing.trouble)(),
                on_chosen: chosen,
                ForYourself { on_chosen: chosen }
            }
        };
    }
    let ways = Ways {
        leaving,
        on_left: left,
        on_stays: stays,
        on_not_let_in: not_let_in,
    };
    rsx! {
        for reached in (showing.at)() {
            if reached.server == OWN {
                Alone { key: "{showing.number}", ways }
            } else {
                Boards { key: "{showing.number}", address: reached.server.clone(), server: reached.server, token: reached.token, ways,
                    Telling {}
                }
            }
        }
    }
}

/// Where the window is now, unless nobody can know.
fn remember_place(window: &DesktopContext, kept: &Kept) {
    if window.is_minimized() || window.is_maximized() || window.fullscreen().is_some() {
        return;
    }
    if let Ok(position) = window.outer_position() {
        let size = window.inner_size();
        kept.remember_place(Place {
            x: position.x,
            y: position.y,
            width: size.width,
            height: size.height,
        });
    }
}
