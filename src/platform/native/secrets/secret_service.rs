//! The keyring of a Linux desktop, by its Secret Service: GNOME's, KDE's, KeePassXC's.

use std::{collections::HashMap, path::Path, time::Duration};

use secret_service::{Collection, EncryptionType, Error, SecretService};
use tokio::time::timeout;

/// A service that answers nothing is none. A person whom it asks for a password may take longer: for them nothing is timed.
const ANSWER_MAX: Duration = Duration::from_secs(3);

/// An open keyring.
pub struct Keyring(SecretService<'static>);

impl Keyring {
    /// The one of this session; `None` where there is none, or none that could keep something beyond the session.
    pub async fn open() -> Option<Self> {
        let opening = async {
            let service = SecretService::connect(EncryptionType::Dh).await?;
            service.get_default_collection().await?;
            Ok::<_, Error>(Self(service))
        };
        match timeout(ANSWER_MAX, opening).await {
            Ok(Ok(keyring)) => Some(keyring),
            Ok(Err(error)) => {
                tracing::debug!("no keyring: {error}");
                None
            }
            Err(_) => {
                tracing::warn!("the keyring does not answer");
                None
            }
        }
    }

    /// Whether it gives and takes without asking a person.
    pub async fn is_open(&self) -> bool {
        let locked = async { self.default().await?.is_locked().await };
        matches!(timeout(ANSWER_MAX, locked).await, Ok(Ok(false)))
    }

    /// The token of a server; a person may be asked to unlock it first.
    pub async fn token(&self, folder: &Path, server: &str) -> Result<Option<String>, Error> {
        let found = self.0.search_items(attributes(&place(folder), server)).await?;
        let item = match (found.unlocked.first(), found.locked.first()) {
            (Some(item), _) => item,
            (None, Some(item)) => {
                item.unlock().await?;
                item
            }
            (None, None) => return Ok(None),
        };
        Ok(String::from_utf8(item.get_secret().await?).ok())
    }

    /// Keeps the token of a server in place of one that it has; a person may be asked to unlock it first.
    pub async fn keep(&self, folder: &Path, server: &str, token: &str) -> Result<(), Error> {
        let collection = self.default().await?;
        if collection.is_locked().await? {
            collection.unlock().await?;
        }
        let label = ["Tideboard: ", server].concat();
        let place = place(folder);
        let attributes = attributes(&place, server);
        collection
            .create_item(&label, attributes, token.as_bytes(), true, "text/plain")
            .await?;
        Ok(())
    }

    /// Forgets the token of a server.
    pub async fn forget(&self, folder: &Path, server: &str) -> Result<(), Error> {
        let found = self.0.search_items(attributes(&place(folder), server)).await?;
        for item in found.locked.iter().chain(&found.unlocked) {
            if item.is_locked().await? {
                item.unlock().await?;
            }
            item.delete().await?;
        }
        Ok(())
    }

    async fn default(&self) -> Result<Collection<'_>, Error> {
        self.0.get_default_collection().await
    }
}

/// Each folder is a device of its own, with tokens of its own.
fn place(folder: &Path) -> String {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    folder.to_string_lossy().into_owned()
}

fn attributes<'a>(place: &'a str, server: &'a str) -> HashMap<&'a str, &'a str> {
    HashMap::from([
        ("xdg:schema", "org.tideboard.Token"),
        ("folder", place),
        ("server", server),
    ])
}
