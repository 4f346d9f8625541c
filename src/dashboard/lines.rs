//! The lines under the header: what stands in everybody's way, and what a page opened without a network shows; and what the
//! page has to say besides: what others have removed, what could not be done.

use dioxus::prelude::*;

use crate::{
    components::{
        by_line,
        close_button::close_button,
        error_details::error_details,
        format::time_of_day,
        icon::{Glyph, icon},
        said::{card_of, say, say_gone, say_turned},
        word::Word,
    },
    hooks::{
        BoardHandle, ConnectionStatus, Durability, IS_IN_A_BROWSER, Notice, Now, Release, StorageError,
        use_background_sync, use_memo, use_notices, use_now, use_realtime_managers, use_signal, use_undo_keys,
        use_websocket,
    },
    protocol::Widget,
    words::{count, sentence, t, tn, with},
};

/// Says what could not be done, and how the page was opened, each only while there is something to say.
#[component]
pub fn Lines(board: BoardHandle) -> Element {
    let sync = use_background_sync();
    use_undo_keys();
    use_notices(move |notice| {
        let (reason, card) = match notice {
            Notice::Refused { error, widget } => {
                let card = widget.map(|(board, widget)| card_of(&board, &widget));
                (sentence(&error.to_string()), card.unwrap_or_default())
            }
            // A fault has its own line, for as long as it lasts.
            Notice::Trouble { message } if sync.fault().is_none_or(|fault| fault.says() != message) => {
                (sentence(&message), String::new())
            }
            Notice::Removed { board, widget, held } => return say_gone(board, widget, held),
            Notice::Turned {
                board,
                widget,
                field,
                again,
            } => return say_turned(&board, &widget, field.as_ref(), again),
            _ => return,
        };
        say(reason, "refused", card, None);
    });
    let (error, offline) = (use_error_line(), use_offline_line(board));
    rsx! {
        div { class: "lines",
            {error}
            {offline}
        }
    }
}

/// That the board of this page was removed, by its `entry` in the directory, as long as it is: no list leads to it, and who comes by its
/// address would take it for any other. Who may bring it back is given the way.
pub fn removed_line(entry: &Widget, now: Option<Now>, on_bring_back: Option<Callback>) -> Element {
    // Of one's own removal nothing is known that the server has still to hear of.
    let writer = entry.removed_by.as_ref().filter(|writer| writer.at.0 > 0);
    rsx! {
        div { class: "lines",
            div { class: "banner", role: "status", "data-tone": "rest", "data-state": "board-removed",
                {icon(Glyph::Trash)}
                p { class: "banner-text",
                    {tn("This board was removed.")} " "
                    if writer.is_some() {
                        span { class: "by", {by_line(writer, now)} }
                    }
                }
                if let Some(bring_back) = on_bring_back {
                    button { class: "button", "data-shape": "small", r#type: "button", onclick: move |_| bring_back(()), {tn("Bring back")} }
                }
            }
        }
    }
}

/// What stands in the way of all edits: what happened and what is safe, one button, and the details.
fn use_error_line() -> Element {
    let (sync, socket, now) = (use_background_sync(), use_websocket(), use_now());
    let managers = use_realtime_managers();
    let code = use_memo(move || {
        let code = match (sync.fault(), socket.link()) {
            (Some(StorageError::Full), _) => "storage-full",
            (Some(StorageError::Broken), _) => "storage-broken",
            (Some(StorageError::Newer), _) => "storage-newer",
            (None, ConnectionStatus::Closed { .. }) => "page-older",
            (None, _) => match sync.details().release {
                Release::Fits => "",
                Release::ServerOlder => "page-newer",
                Release::PageOlder => "page-older",
            },
        };
        code.to_owned()
    });
    let mut met = use_signal(|| None);
    let code = code();
    if code.is_empty() {
        met.set(None);
        return rsx! {};
    }
    if met.peek().is_none() {
        met.set(*now.peek());
    }
    let details = sync.details();
    let is_fault = details.fault.is_some();
    // What a newer page has taken over is not this one's again.
    let may_end = is_fault && details.fault != Some(StorageError::Newer);
    let happened = match (details.fault, details.link) {
        (Some(fault), _) => t(fault.says()).to_owned(),
        (None, ConnectionStatus::Closed { message }) => sentence(&message),
        _ if details.release == Release::PageOlder => t(StorageError::Newer.says()).to_owned(),
        _ => t("This page is newer than the server.").to_owned(),
    };
    let waiting = match details.pending {
        0 => String::new(),
        pending => {
            let said = match is_fault {
                true => count(pending, "Your {} edit waits.", "Your {} edits wait."),
                false => count(pending, "Your {} edit waits safely.", "Your {} edits wait safely."),
            };
            [" ", &said].concat()
        }
    };
    rsx! {
        div { class: "banner", "data-tone": "act", "data-state": code.clone(),
            {icon(if is_fault { Word::CannotStore.glyph() } else { Word::OtherVersion.glyph() })}
            div { class: "banner-text",
                // How much waits is not announced with each edit.
                p { span { role: "alert", "{happened}" } "{waiting}" }
                div { class: "row",
                    if may_end {
                        button { class: "button", "data-shape": "small", r#type: "button", onclick: move |_| sync.sync_now(), {tn("Try again")} }
                    }
                    if (is_fault || details.release == Release::PageOlder) && IS_IN_A_BROWSER && details.pending > 0 {
                        button { class: "button", "data-shape": "small", r#type: "button", onclick: move |_| managers.background.export(), {tn("Export what waits")} }
                    }
                    if !may_end {
                        a { class: "button", "data-shape": "small", href: "", {tn("Reload")} }
                    }
                    {error_details(&code, *met.peek(), &details.trouble.unwrap_or_default())}
                }
            }
        }
    }
}

/// Said once, where a page was opened from what this device has stored.
fn use_offline_line(board: BoardHandle) -> Element {
    let (sync, socket, now) = (use_background_sync(), use_websocket(), use_now());
    let mut is_read = use_signal(|| false);
    // Of the page as it was opened: it was never live. Where edits are not saved, the line above says so.
    let is_away = use_memo(move || {
        sync.last_sync().is_none()
            && sync.fault().is_none()
            && matches!(
                socket.link(),
                ConnectionStatus::Offline { .. } | ConnectionStatus::Waiting { .. }
            )
    });
    if is_read() || !is_away() || !board.summary().is_known {
        return rsx! {};
    }
    let word = Word::from(&socket.link());
    let mut said = [word.text(), ". "].concat();
    // A board without widgets is of no time.
    if let Some((as_of, now)) = board.as_of_ms().zip(now()) {
        said += &with("This is the board as of {}.", &[&time_of_day(now, as_of)]);
        said += " ";
    }
    said += t(match sync.details().durability {
        Some(Durability::BestEffort) => MAY_GO,
        _ => "Edits are saved on this device, and sent later.",
    });
    rsx! {
        div { class: "banner", role: "status", "data-tone": "wait", "data-state": "offline",
            {icon(word.glyph())}
            p { class: "banner-text", {said} }
            {close_button(move |_| is_read.set(true))}
        }
    }
}

const MAY_GO: &str = "Edits are kept in this browser and sent later, unless its data is cleared before.";
