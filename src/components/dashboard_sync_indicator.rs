//! How the connection is: one word, its icon and its colour; and, behind them, everything there is to know.

use dioxus::prelude::*;

use super::{
    disclosure::{Disclosure, Shape},
    format::{ago, figure_text, time_of_day},
    icon::icon,
    said::{leave, make_way},
    this_device::ThisDevice,
    word::{Tone, Word, joint, saying, saying_of},
};
use crate::{
    config::{REREAD_MS, SIGN_IN_PATH, TROUBLESHOOTING_PATH},
    hooks::{
        BackgroundSync, ConnectionStatus, Durability, Lacks, Later, Now, SHOWN_IN, ShownIn, SyncDetails, last_met,
        use_background_sync, use_later, use_now, use_websocket,
    },
    protocol::Access,
    words::{count, sentence, t, ta, tn, with},
};

/// The live connection status: green, yellow or red, with how much waits on this device. A click opens the details.
///
/// The word is announced when it changes; the seconds in it are not.
///
/// ```
/// use dioxus::prelude::*;
/// use tideboard::{components::DashboardSyncIndicator, hooks::ConnectionStatus};
///
/// #[component]
/// fn Header() -> Element {
///     let mut last = use_signal(ConnectionStatus::default);
///     rsx! {
///         header { "data-state": last.read().token(),
///             DashboardSyncIndicator { show_details: false, on_status_change: move |status| last.set(status) }
///         }
///     }
/// }
/// ```
#[component]
pub fn DashboardSyncIndicator(
    /// Whether a click opens the details panel.
    #[props(default = true)]
    show_details: bool,
    /// Called with each new status, not with the one it starts from.
    #[props(default)]
    on_status_change: Option<Callback<ConnectionStatus>>,
) -> Element {
    let socket = use_websocket();
    let mut told = use_hook(|| CopyValue::new(None));
    use_effect(move || {
        let status = socket.status();
        let before = told.write().replace(status.clone());
        if let Some(report) = on_status_change
            && before.is_some_and(|before| before != status)
        {
            report(status);
        }
    });
    let open = use_signal(|| false);
    let (sync, now) = (use_background_sync(), use_now());
    let status = socket.status();
    let word = Word::from(&status);
    let link = socket.link();
    // A page that was not live yet goes on where the one before it was.
    let met_ms = use_hook(last_met).filter(|_| sync.last_sync().is_none());
    // What names no time is not rendered with each second.
    let is_of_time = matches!(
        status,
        ConnectionStatus::Offline { .. } | ConnectionStatus::Waiting { .. }
    );
    let now = if is_of_time { now() } else { None };
    let more = more(&status, &link, &sync.details(), now, met_ms);
    let name = [t("Sync"), ": ", word.text(), &more.concat()].concat();
    let face = telling(word, hidden(&status, &link), &more);
    rsx! {
        div { class: "indicator", "data-state": status.token(),
            span { class: "unseen", role: "status", "data-state": status.token(), {word.text()} }
            if show_details {
                Disclosure {
                    open,
                    class: "teller",
                    name,
                    label: t("Sync details"),
                    shape: Shape::Wide,
                    state: status.token().to_owned(),
                    tone: word.tone(),
                    face,
                    SyncDetailsPanel {}
                }
            } else {
                span { class: "teller", "data-state": status.token(), "data-tone": word.tone().token(), {face} }
            }
        }
    }
}

/// The word with what goes with it: since when, how many, until when; each apart, as a phone has room for the first alone. Where
/// it hides that the connection is not live either, that has its icon beside it, and its word where there is room.
fn telling(word: Word, hidden: Option<Word>, more: &[String]) -> Element {
    rsx! {
        {icon(word.glyph())}
        span { class: "teller-word", {word.text()} }
        if let Some(hidden) = hidden {
            {icon(hidden.glyph())}
        }
        for part in more {
            span { class: "teller-more", "{part}" }
        }
    }
}

/// What the connection is, where the word is of something else and hides it.
fn hidden(status: &ConnectionStatus, link: &ConnectionStatus) -> Option<Word> {
    let (word, link) = (Word::from(status), Word::from(link));
    (word.tone() == Tone::Act && link != Word::Live && link != word).then_some(link)
}

/// What follows the word, each part with what stands before it.
fn more(
    status: &ConnectionStatus,
    link: &ConnectionStatus,
    details: &SyncDetails,
    now: Option<Now>,
    met_ms: Option<u64>,
) -> Vec<String> {
    let waiting = |text: &str| (details.pending > 0).then(|| with(text, &[&details.pending.to_string()]));
    // Nothing is called saved that a browser may clear.
    let here = match details.durability {
        Some(Durability::Durable) => "{} saved here",
        _ => "{} waiting",
    };
    let hidden = hidden(status, link).map(|word| word.text().to_owned());
    let parts: [Option<String>; 2] = match status {
        ConnectionStatus::Offline { since, .. } => {
            let since = now.and_then(|now| {
                let ms = met_ms.or(Some(now.unix_ms_of((*since)?)))?;
                let days = now.unix_ms.saturating_sub(ms) / 86_400_000;
                Some(match usize::try_from(days) {
                    Ok(days @ 1..) => count(days, "for {} day", "for {} days"),
                    _ => with("since {}", &[&time_of_day(now, ms)]),
                })
            });
            [since, waiting(here)]
        }
        ConnectionStatus::Waiting { retry_at, .. } => {
            let wait = retry_at.zip(now).map(|(at, now)| at.since(now.device).div_ceil(1_000));
            let next = match wait {
                None | Some(0) => t("trying now").to_owned(),
                Some(seconds) => with("next try in {} s", &[&seconds.to_string()]),
            };
            [Some(next), waiting(here)]
        }
        ConnectionStatus::ByRequests => [Some(t("syncing by requests").to_owned()), waiting(here)],
        ConnectionStatus::CatchingUp { missing: missing @ 1.. } => [
            Some(count(
                usize::try_from(*missing).unwrap_or(usize::MAX),
                "{} change",
                "{} changes",
            )),
            None,
        ],
        ConnectionStatus::Decide { conflicts, set_aside } => {
            let fields = (*conflicts > 1).then(|| with("of {} fields", &[&conflicts.to_string()]));
            let aside = (*set_aside > 0 && *conflicts > 0).then(|| with("{} not accepted", &[&set_aside.to_string()]));
            let edits = (*set_aside > 1 && *conflicts == 0).then(|| count(*set_aside, "{} edit", "{} edits"));
            [fields, aside.or(edits)]
        }
        ConnectionStatus::SignIn { .. } | ConnectionStatus::Closed { .. } | ConnectionStatus::CannotStore { .. } => {
            [waiting("{} waiting"), None]
        }
        _ => [None, None],
    };
    let parts = hidden.into_iter().chain(parts.into_iter().flatten());
    parts.map(|part| [joint(&part), &part].concat()).collect()
}

/// What a click on the indicator opens; it may also stand in a page of its own.
#[component]
pub fn SyncDetailsPanel() -> Element {
    let sync = use_background_sync();
    let details = sync.details();
    let word = Word::from(&details.link);
    let offline = sync.works_offline();
    let (status, now) = (use_websocket().status(), use_now());
    // Once the browser has opened what takes this one's place: a button that is gone opens nothing.
    let closing = use_later(0, |()| make_way());
    rsx! {
        section { "aria-label": ta("Connection"),
            {saying(word, &explain(&details.link))}
            // Without a network it is of no matter what the server did last.
            if let Some(trouble) = details.trouble.clone().filter(|_| !matches!(details.link, ConnectionStatus::Offline { .. })) {
                p { class: "note-line", role: "alert", "data-tone": "wait", {sentence(&trouble)} }
            }
            if let Some(fault) = details.fault {
                p { class: "note-line", role: "alert", "data-tone": "act", {sentence(&fault.to_string())} }
            }
            {way(&details.link, sync)}
            div { class: "row", a { class: "button", "data-weight": "quiet", href: TROUBLESHOOTING_PATH, target: "_blank", {tn("Something does not work?")} } }
            p { class: "note-line", {tn(first_aid(&details.link))} }
        }
        {decisions(&status, closing)}
        section { "aria-label": ta("Work offline"),
            button {
                class: "switch",
                r#type: "button",
                role: "switch",
                "aria-checked": offline,
                "data-state": if offline { "on" } else { "off" },
                onclick: move |_| sync.work_offline(!offline),
                {tn("Work offline")}
                span { class: "switch-track", "aria-hidden": "true" }
            }
            p { class: "note-line",
                if details.durability == Some(Durability::MemoryOnly) {
                    {tn("Edits are in this page only, and sent when you switch this off.")}
                } else {
                    {tn(waiting())}
                }
            }
        }
        if let Some(device) = details.device.clone() {
            ThisDevice { device, is_live: details.link == ConnectionStatus::Live }
        }
        section { "aria-label": ta("Facts"), {facts(&details, now())} }
    }
}

/// What waits for a decision, and the way to it.
fn decisions(status: &ConnectionStatus, closing: Later) -> Element {
    let ConnectionStatus::Decide { conflicts, set_aside } = *status else {
        return rsx! {};
    };
    rsx! {
        section { "aria-label": ta("Decisions"),
            if conflicts > 0 {
                {saying_of(Word::Conflict, &count(conflicts, "{} field to decide", "{} fields to decide"))}
                div { class: "row", button { class: "button", r#type: "button", "popovertarget": "conflicts", onclick: move |_| { leave(); closing.start(); }, {tn("Choose")} } }
            }
            if set_aside > 0 {
                {saying(Word::SetAside, &count(set_aside, "{} edit", "{} edits"))}
                p { class: "note-line", {tn("They wait in the list beside this, with the reason.")} }
            }
        }
    }
}

/// The one button that helps in this state.
fn way(link: &ConnectionStatus, sync: BackgroundSync) -> Element {
    match link {
        ConnectionStatus::SignIn { .. } => rsx! {
            div { class: "row", a { class: "button", "data-weight": "strong", href: SIGN_IN_PATH, {tn("Sign in")} } }
        },
        ConnectionStatus::Closed { .. } => rsx! {
            div { class: "row", a { class: "button", "data-weight": "strong", href: "", {tn("Reload")} } }
        },
        ConnectionStatus::Waiting { .. } | ConnectionStatus::ByRequests => rsx! {
            div { class: "row", button { class: "button", r#type: "button", onclick: move |_| sync.sync_now(), {tn("Try now")} } }
        },
        ConnectionStatus::Offline { chosen: true, .. } => rsx! {},
        _ => rsx! {
            div { class: "row", button { class: "button", r#type: "button", onclick: move |_| sync.sync_now(), {tn("Sync now")} } }
        },
    }
}

/// What helps where the guide, which the server has, can't be opened.
const fn first_aid(link: &ConnectionStatus) -> &'static str {
    match link {
        ConnectionStatus::Offline { chosen: false, .. } | ConnectionStatus::Waiting { .. } => {
            "That guide is on the server. Until it opens: see that the server runs, and that this device is in its network."
        }
        _ => "",
    }
}

fn explain(link: &ConnectionStatus) -> String {
    match link {
        ConnectionStatus::SignIn { message } | ConnectionStatus::Closed { message } => sentence(message),
        ConnectionStatus::Offline { chosen: true, .. } => t("by your choice").to_owned(),
        ConnectionStatus::Offline { .. } => t("this device has no network").to_owned(),
        ConnectionStatus::ByRequests => {
            t("no live socket can be had; edits and changes go by plain requests").to_owned()
        }
        ConnectionStatus::Waiting { attempt, .. } => count(*attempt as usize, "{} failed try", "{} failed tries"),
        _ => String::new(),
    }
}

/// How long what is kept so is there; nothing where that needs no word.
const fn lasting(durability: Durability) -> &'static str {
    match durability {
        Durability::Durable => "",
        Durability::BestEffort => "it may clear them",
        Durability::MemoryOnly => "kept while this page is open",
    }
}

/// Where edits wait while a person works offline.
const fn waiting() -> &'static str {
    match SHOWN_IN {
        ShownIn::Tab => "Edits of all tabs wait here, and are sent when you switch this off.",
        ShownIn::Window => "Edits of all windows wait here, and are sent when you switch this off.",
        ShownIn::App => "Edits wait here, and are sent when you switch this off.",
    }
}

/// Which of the tabs or windows sends; and what they go without, where a browser lacks what they work as one by.
const fn sender(facts: &SyncDetails) -> &'static str {
    const { assert!(REREAD_MS == 2_000, "it is said below") };
    match facts.lacks {
        Lacks { broadcasts: true, .. } => "each tab for itself; others are seen every 2 s",
        Lacks { locks: true, .. } => "each tab for itself",
        _ => match (SHOWN_IN, facts.leading) {
            (ShownIn::Tab, true) => "this tab",
            (ShownIn::Tab, false) => "another tab",
            (ShownIn::Window, true) => "this window",
            (ShownIn::App, true) => "this app",
            (_, false) => "another window",
        },
    }
}

fn facts(facts: &SyncDetails, now: Option<Now>) -> Element {
    let synced = match (facts.synced_at, now) {
        (Some(_), _) if facts.link == ConnectionStatus::Live => t("now").to_owned(),
        (Some(at), Some(now)) => ago(now.device.since(at) / 1_000),
        (Some(_), None) => t("a moment ago").to_owned(),
        (None, _) => t("not yet").to_owned(),
    };
    rsx! {
        dl { class: "facts",
            dt { {tn("Waiting to be sent")} }
            dd { "data-fact": "pending", {count(facts.pending, "{} edit", "{} edits")} }
            dt { {tn("Last sync")} }
            dd { "data-fact": "last-sync", "{synced}" }
            dt { {tn("Edits")} }
            dd { "data-fact": "durability",
                if let Some(durability) = facts.durability {
                    {saying(Word::from(durability), t(lasting(durability)))}
                } else {
                    "…"
                }
            }
            if let Some(room) = facts.room {
                dt { {tn("Room left")} }
                dd { "data-fact": "room", {figure_text(room as f64, "B")} }
            }
            dt { {tn("Sent by")} }
            dd { "data-fact": "sent-by", {tn(sender(facts))} }
            if let Some(identity) = &facts.identity {
                dt { {tn("Signed in as")} }
                dd { "{identity.principal}" if identity.access == Access::View { {tn(", to watch")} } }
            }
        }
    }
}
