//! What the desktop tells a person who does not look at the window: by the notifications of a Linux desktop, on its bus.

use std::collections::HashMap;

use futures_util::{StreamExt, select};
use tokio::sync::Mutex;
use zbus::{Connection, Proxy, zvariant::Value};

/// The number of the one that was told last: the next one takes its place, as there is never more than one.
static LAST: Mutex<u32> = Mutex::const_new(0);

/// Tells `what`, in place of what was told before, and ends when that is gone: whether a person has pressed it. Where nobody listens
/// nothing is told, which is no error.
pub async fn notify(what: &str, more: &str) -> bool {
    let pressed = tell(what, more).await;
    pressed.unwrap_or_else(|error| {
        tracing::debug!("nobody tells of it: {error}");
        false
    })
}

/// Takes back what was told, once a person sees the window.
pub async fn take_back_notice() {
    let mut last = LAST.lock().await;
    if *last == 0 {
        return;
    }
    let closing = async {
        let bus = Connection::session().await?;
        notifications(&bus)
            .await?
            .call::<_, _, ()>("CloseNotification", &(*last,))
            .await
    };
    if let Err(error) = closing.await {
        tracing::debug!("it was gone already: {error}");
    }
    *last = 0;
}

async fn tell(what: &str, more: &str) -> zbus::Result<bool> {
    let bus = Connection::session().await?;
    let notifications = notifications(&bus).await?;
    // Heard from before it is told.
    let mut pressed = notifications.receive_signal("ActionInvoked").await?.fuse();
    let mut closed = notifications.receive_signal("NotificationClosed").await?.fuse();
    let mut last = LAST.lock().await;
    let hints = HashMap::from([("desktop-entry", Value::from("tideboard"))]);
    let actions = ["default", "Show"];
    // Its own time, and no picture: the desktop knows both better. The first text is plain everywhere, the second may be marked up.
    let told = ("Tideboard", *last, "", what, more, actions.as_slice(), hints, -1_i32);
    let number: u32 = notifications.call("Notify", &told).await?;
    *last = number;
    drop(last);
    loop {
        select! {
            message = pressed.next() => {
                let Some(message) = message else { return Ok(false) };
                let (of, _): (u32, String) = message.body().deserialize()?;
                if of == number {
                    return Ok(true);
                }
            }
            message = closed.next() => {
                let Some(message) = message else { return Ok(false) };
                let (of, _): (u32, u32) = message.body().deserialize()?;
                if of == number {
                    return Ok(false);
                }
            }
        }
    }
}

async fn notifications(bus: &Connection) -> zbus::Result<Proxy<'static>> {
    Proxy::new(bus, NAME, "/org/freedesktop/Notifications", NAME).await
}

const NAME: &str = "org.freedesktop.Notifications";
