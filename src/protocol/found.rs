//! What was looked for by its name.

use serde::{Deserialize, Serialize};

use super::{BoardId, WidgetId};

/// A card that was looked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoundCard {
    /// Where it is.
    pub board: BoardId,
    /// What that board is called.
    pub name: String,
    /// The card.
    pub widget: WidgetId,
    /// What it is called.
    pub title: String,
}
