//! The app in a window of its own: the same components as in a browser's page, around a store of this device and whichever server a
//! person names.
//!
//! Here is what a browser does for a page: which server, what is remembered from one start to the next, and that what is shown is
//! stored before the window goes. A window has its own `VirtualDom` and its own engine; several share a store, as tabs do.

mod alone;
mod boards;
mod choosing;
mod history;
mod kept;
mod keyring;
mod own;
mod page;
mod telling;
mod watchdog;

use std::{cell::OnceCell, path::PathBuf, process::ExitCode};

use clap::Parser;
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

use self::{
    alone::Alone,
    boards::Boards,
    choosing::Choosing,
    kept::{Kept, Place},
    keyring::WaitingForKeyring,
    own::{OWN, own},
    watchdog::Watchdog,
};
use crate::platform::{AddressError, ServerAddress, data_folder, move_secrets, secret, take_back_notice};

/// The shared board that keeps working when the network doesn't, in a window of its own.
#[derive(Clone, Parser)]
#[command(name = "tideboard", version)]
struct Arguments {
    /// The server; by default the one that this window was at last. Where there was none, it asks
    #[arg(long, value_name = "URL", env = "TIDEBOARD_SERVER", value_parser = origin)]
    server: Option<String>,
    /// A token, where the server asks for one. Arguments are seen by others on this machine: better in the variable
    #[arg(long, env = "TIDEBOARD_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Folder of this device's outbox and of what it saw last; by default in the user's data folder, with that of the terminal
    #[arg(long, value_name = "FOLDER", env = "TIDEBOARD_OUTBOX")]
    data: Option<PathBuf>,
}

/// A server, and how to greet it; [`OWN`] is greeted as it tells itself.
#[derive(Clone, PartialEq)]
pub(crate) struct Reached {
    server: String,
    token: Option<String>,
}

/// What a window begins with.
#[derive(Clone)]
struct First {
    reached: Reached,
    /// Its token, if there is one, is still where tokens are kept.
    wants_token: bool,
}

/// What a window does when all that it shows is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leave {
    /// It goes.
    Close,
    /// It asks for another server, or another token.
    Choose,
    /// It goes on at the address that its own server has now.
    Move,
}

/// How what a window shows goes from its server: the window's own part in that.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Ways {
    /// What to do as soon as all is stored.
    leaving: Signal<Option<Leave>>,
    /// All is stored.
    on_left: Callback<Leave>,
    /// It is not: the window stays, and tells what would be lost.
    on_stays: Callback<Leave>,
    /// The server wants another token; what it said, when a person has read it and wants to give one.
    on_not_let_in: Callback<String>,
}

/// What the program does: reads the arguments, and opens a window. It ends with the last one.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let Some(folder) = arguments.data.clone().or_else(data_folder) else {
        eprintln!("This user has no home folder. Name one for the outbox: `--data FOLDER`.");
        return ExitCode::FAILURE;
    };
    let kept = Kept::read(folder);
    let first = first(&kept, arguments);
    if first.as_ref().is_some_and(|first| first.reached.server == OWN) {
        // Behind the window, which shows meanwhile what it knows.
        own(kept.folder());
    }
    // It ends the process by itself.
    dioxus::desktop::launch::launch_virtual_dom(window(&kept, first), config(&kept))
}

/// The server to begin with: as named, or the last one.
fn first(kept: &Kept, arguments: Arguments) -> Option<First> {
    let server = arguments.server.or_else(|| kept.servers().first().cloned())?;
    let wants_token = arguments.token.is_none() && server != OWN;
    let token = arguments.token;
    Some(First {
        reached: Reached { server, token },
        wants_token,
    })
}

/// A server's address as it is remembered: one has one.
fn origin(text: &str) -> Result<String, AddressError> {
    ServerAddress::parse(text).map(|address| address.origin().to_owned())
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
        .with_custom_index(page::page())
        .with_close_behaviour(WindowCloseBehaviour::WindowHides);
    match icon_from_memory::<Icon>(include_bytes!("../public/icon-192.png")) {
        Ok(icon) => config.with_icon(icon),
        Err(_) => config,
    }
}

/// What a window is called that shows no board.
const NAME: &str = "Tideboard";

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
        "&File",
        true,
        &[
            &MenuItem::with_id(NEW_WINDOW, "&New window", true, key(Code::KeyN)),
            &MenuItem::with_id(SERVER, "&Server…", true, key(Code::KeyO)),
            &PredefinedMenuItem::separator(),
            &notifies_item(kept),
            &PredefinedMenuItem::separator(),
            &MenuItem::with_id(CLOSE, "&Close window", true, key(Code::KeyW)),
        ],
    );
    let edit = Submenu::with_items(
        "&Edit",
        true,
        &[
            &PredefinedMenuItem::cut(None),
            &PredefinedMenuItem::copy(None),
            &PredefinedMenuItem::paste(None),
            &PredefinedMenuItem::select_all(None),
        ],
    );
    Menu::with_items(&[&file.ok()?, &edit.ok()?]).ok()
}

/// One for the menus of all windows: they show the same.
fn notifies_item(kept: &Kept) -> CheckMenuItem {
    thread_local! {
        static ITEM: OnceCell<CheckMenuItem> = const { OnceCell::new() };
    }
    let make = || CheckMenuItem::with_id(NOTIFIES, "N&otify while minimised", true, kept.notifies(), None);
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
    let unknown = first
        .clone()
        .filter(|first| first.wants_token)
        .map(|first| first.reached);
    let mut at = use_signal(|| first.filter(|first| !first.wants_token).map(|first| first.reached));
    // Until its token is there, for which a person may be asked to unlock the keyring.
    let mut is_opening = use_signal(|| unknown.is_some());
    // Each is another provider, and another engine.
    let mut number = use_signal(|| 0_u32);
    let mut is_choosing = use_signal(|| at.peek().is_none() && !*is_opening.peek());
    let mut trouble = use_signal(|| None::<String>);
    let mut leaving = use_signal(|| None::<Leave>);
    use_future({
        let kept = kept.clone();
        move || {
            let (kept, unknown) = (kept.clone(), unknown.clone());
            async move {
                if let Some(Reached { server, .. }) = unknown {
                    let token = secret(kept.folder(), &server).await;
                    // Meanwhile a person may have turned to another one.
                    if *is_opening.peek() {
                        at.set(Some(Reached { server, token }));
                        is_opening.set(false);
                    }
                }
                move_secrets(kept.folder().to_owned()).await;
            }
        }
    });
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
                    is_opening.set(false);
                    window.set_title(NAME);
                    is_choosing.set(true);
                }
                Leave::Move => number += 1,
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
            if *is_choosing.peek() || *is_opening.peek() {
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
                    let first = at.cloned().map(|reached| First {
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
    let chosen = use_callback(move |reached: Reached| {
        trouble.set(None);
        at.set(Some(reached));
        number += 1;
        is_choosing.set(false);
    });
    let not_let_in = use_callback(move |message| {
        trouble.set(Some(message));
        leave(Leave::Choose);
    });
    if is_opening() {
        return rsx! {
            main { class: "choosing", "data-state": "opening",
                WaitingForKeyring {}
            }
        };
    }
    if is_choosing() {
        return rsx! {
            Choosing {
                before: at(),
                trouble: trouble(),
                on_chosen: chosen,
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
        for reached in at() {
            if reached.server == OWN {
                Alone { key: "{number}", ways }
            } else {
                Boards {
                    key: "{number}",
                    address: reached.server.clone(),
                    server: reached.server,
                    token: reached.token,
                    own: None,
                    ways,
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
