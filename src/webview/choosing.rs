//! Where the server is: asked once, when nobody has said it, and again when a person wants another one.

use dioxus::prelude::*;

use super::{
    Reached,
    kept::{Kept, OWN, name_of},
    keyring::WaitingForKeyring,
};
use crate::{
    components::{
        edit_line::text_in,
        icon::{Glyph, icon},
    },
    config::DEFAULT_SERVER,
    driver::{MeetError, meet},
    hooks::focus_text,
    platform::{self, AddressError, has_keyring, keep_secret, secret},
    words::{sentence, t, ta, tn, with},
};

/// How far the question has come.
#[derive(Clone, PartialEq)]
enum Asked {
    /// Nobody was asked.
    Nobody,
    /// A server is being greeted.
    Greeting,
    /// It was not met: why.
    NotMet(MeetError),
    /// It was not even asked: why.
    Refused(String),
    /// The keyring is asked, for the token of a server or to keep one.
    Keyring,
}

/// Asks for a server: one that is known, the one that runs on this machine, or any.
#[component]
pub fn Choosing(
    /// Where this window was until now.
    before: Option<Reached>,
    /// Why it is there no longer, where a person did not choose it.
    trouble: Option<String>,
    /// What a person has chosen; one that was never met was met now.
    on_chosen: Callback<Reached>,
    /// Why a server may not be spoken with, in a sentence, if it may not.
    #[props(default)]
    refusal: Option<Callback<String, Option<String>>>,
    /// Boards without a server of others, where the program has them: offered as long as they are not among those that are known.
    children: Element,
) -> Element {
    let kept: Kept = use_context();
    let mut known = use_signal(|| kept.servers());
    let mut asked = use_signal(|| Asked::Nobody);
    let mut is_here = use_signal(|| false);
    let mut is_guarded = use_signal(|| false);
    // What is asked stands in the box, whoever has put it there.
    let mut tried = use_signal(|| {
        let before = before
            .as_ref()
            .filter(|before| trouble.is_some() && before.server != OWN);
        before.map_or_else(String::new, |before| before.server.clone())
    });
    use_future(move || async move {
        let found = meet(&*platform::here(), DEFAULT_SERVER, None).await;
        is_here.set(matches!(found, Ok(_) | Err(MeetError::NeedsToken { .. })));
    });
    use_future(move || async move { is_guarded.set(has_keyring().await) });
    let was_turned_away = trouble.is_some();
    let try_it = use_callback({
        let kept = kept.clone();
        move |reached: Reached| {
            let kept = kept.clone();
            tried.set(reached.server.clone());
            if let Some(reason) = refusal.and_then(|refusal| refusal(reached.server.clone())) {
                asked.set(Asked::Refused(reason));
                return;
            }
            asked.set(Asked::Greeting);
            spawn(async move {
                match meet(&*platform::here(), &reached.server, reached.token.as_deref()).await {
                    Ok(address) => {
                        let server = address.origin().to_owned();
                        kept.remember_server(&server);
                        if reached.token.is_some() {
                            asked.set(Asked::Keyring);
                        }
                        keep_token(&kept, &server, reached.token.as_deref()).await;
                        on_chosen(Reached { server, ..reached });
                    }
                    Err(error) => asked.set(Asked::NotMet(of(error, &reached))),
                }
            });
        }
    });
    // One that is known is opened without asking: what this device has of it can be seen without it, too.
    let open = use_callback({
        let kept = kept.clone();
        move |server: String| {
            let kept = kept.clone();
            asked.set(Asked::Keyring);
            spawn(async move {
                let token = secret(kept.folder(), &server).await;
                kept.remember_server(&server);
                on_chosen(Reached { server, token });
            });
        }
    });
    let forget = use_callback({
        let kept = kept.clone();
        move |server: String| {
            kept.forget_server(&server);
            known.set(kept.servers());
            let kept = kept.clone();
            spawn(async move { keep_token(&kept, &server, None).await });
        }
    });
    let submit = move |event: FormEvent| {
        event.prevent_default();
        let [server, token] = ["server", "token"].map(|field| text_in(&event, field).trim().to_owned());
        try_it(Reached {
            server,
            token: (!token.is_empty()).then_some(token),
        });
    };
    let wants_token = was_turned_away || matches!(*asked.read(), Asked::NotMet(MeetError::NeedsToken { .. }));
    let is_here = is_here() && !known.read().iter().any(|server| server == DEFAULT_SERVER);
    let is_alone_known = known.read().iter().any(|server| server == OWN);
    let is_greeting = *asked.read() == Asked::Greeting;
    let message = match &*asked.read() {
        Asked::NotMet(error) => Some(told(error)),
        Asked::Refused(reason) => Some(reason.clone()),
        _ => trouble,
    };
    if *asked.read() == Asked::Keyring {
        return rsx! {
            main { class: "choosing", "data-state": "opening",
                WaitingForKeyring {}
            }
        };
    }
    rsx! {
        main { class: "choosing", "data-state": "choosing",
            header {
                h1 { {tn("Where is your board’s server?")} }
                p { {tn("From now on its boards open here, also when it can’t be reached.")} }
            }
            if is_here {
                section { "aria-label": ta("On this machine"),
                    h2 { {tn("Found on this machine")} }
                    button { class: "button", r#type: "button", "data-server": DEFAULT_SERVER, onclick: move |_| try_it(Reached { server: DEFAULT_SERVER.to_owned(), token: None }),
                        {DEFAULT_SERVER}
                    }
                }
            }
            if !known.read().is_empty() {
                section { "aria-label": ta("Known servers"),
                    h2 { {tn("Where you have been")} }
                    ul { class: "servers",
                        for server in known.cloned() {
                            li { key: "{server}", class: "row",
                                button { class: "button", r#type: "button", "data-server": "{server}", onclick: { let server = server.clone(); move |_| open(server.clone()) },
                                    span { class: "menu-item-text", {name_of(&server)} }
                                    if before.as_ref().is_some_and(|before| before.server == server) {
                                        {icon(Glyph::Check)}
                                    }
                                }
                                button { class: "button", "data-weight": "quiet", "data-shape": "square", r#type: "button", "aria-label": with("Forget {}", &[name_of(&server)]), onclick: move |_| forget(server.clone()),
                                    {icon(Glyph::Cross)}
                                }
                            }
                        }
                    }
                }
            }
            if !is_alone_known {
                {children}
            }
            form { class: "form", onsubmit: submit, novalidate: true,
                // Another one when another address was tried: what is typed is left alone.
                label { key: "{tried}",
                    span { {tn(if known.read().is_empty() && !is_here { "The address of a server" } else { "Another address" })} }
                    input {
                        class: "input",
                        name: "server",
                        r#type: "url",
                        placeholder: "https://board.example.org",
                        autocomplete: "off",
                        spellcheck: "false",
                        initial_value: tried(),
                        "aria-invalid": matches!(*asked.read(), Asked::Refused(_) | Asked::NotMet(MeetError::Address(_) | MeetError::Unreachable { .. })),
                        onmounted: move |event| focus_text(&event.data()),
                    }
                }
                if wants_token {
                    label {
                        span { {tn("Your token")} }
                        input { class: "input", name: "token", r#type: "password", autocomplete: "off", onmounted: move |event| focus_text(&event.data()) }
                    }
                    p { class: "note-line", "data-state": if is_guarded() { "keyring" } else { "file" },
                        {tn(if is_guarded() {
                            "It is kept in your keyring, if you let it be opened; else in a file in your data folder, in plain text, which no other user of this machine may read."
                        } else {
                            "Without a keyring it is kept in a file in your data folder, in plain text, which no other user of this machine may read."
                        })}
                    }
                }
                if let Some(message) = message {
                    p { class: "note-line", role: "alert", "data-tone": "act", "{message}" }
                }
                div { class: "row",
                    button { class: "button", "data-weight": "strong", r#type: "submit", disabled: is_greeting,
                        {tn(if is_greeting { "Connecting…" } else { "Open" })}
                    }
                    if let Some(before) = before {
                        if !was_turned_away {
                            button { class: "button", "data-weight": "quiet", r#type: "button", onclick: move |_| on_chosen(before.clone()), {tn("Back to the board")} }
                        }
                    }
                }
            }
        }
    }
}

/// Keeps the token of a server, or forgets it. A device that can't keep a token asks for it again.
async fn keep_token(kept: &Kept, server: &str, token: Option<&str>) {
    if let Err(error) = keep_secret(kept.folder(), server, token).await {
        tracing::warn!("the token can't be kept, and is asked for again at the next start: {error}");
    }
}

/// What a server says of tokens is meant for who has worked there: whoever comes for the first time has nothing that waits.
fn of(error: MeetError, reached: &Reached) -> MeetError {
    let message = match (&error, &reached.token) {
        (MeetError::NeedsToken { .. }, None) => t("This server asks for a token. Whoever runs it can give you one."),
        (MeetError::NeedsToken { .. }, Some(_)) => {
            t("This server does not know that token. See that all of it is there.")
        }
        _ => return error,
    };
    MeetError::NeedsToken {
        message: message.to_owned(),
    }
}

/// Why a server was not met, in the language of the window.
fn told(error: &MeetError) -> String {
    match error {
        MeetError::Address(AddressError { text }) => with(
            "`{}` is not a server's address. Write it like http://127.0.0.1:8080 or https://board.example.org.",
            &[text],
        ),
        MeetError::Unreachable { server } => with(
            "No board’s server answers at {}. See that it runs, and that the address is right.",
            &[server],
        ),
        MeetError::NeedsToken { message } | MeetError::Refused { message } => sentence(message),
    }
}
