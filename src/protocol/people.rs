//! Who looks at the same board. For people: nothing is decided by it, and nothing of it is kept.

use serde::{Deserialize, Serialize};

use super::{BoardId, Device, WidgetId, Writer};

/// "I look at this board, and have this widget under my hands."
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Here {
    /// The board that is shown; `None`: at none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub board: Option<BoardId>,
    /// The device, as people know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<Device>,
    /// The widget that has the focus.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub widget: Option<WidgetId>,
}

/// Who looks at a board now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct People {
    /// The board.
    pub board: BoardId,
    /// Those who came first, the reader among them: at most [`crate::config::PEOPLE_LEN_MAX`].
    pub people: Vec<Person>,
    /// So many more.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more: u32,
}

/// Somebody at a board: a page, so that one person may be there by several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The number of the connection, for as long as it lasts: see [`super::Welcome::people`].
    pub id: u64,
    /// Who, as the writer of a value is told; and since when they are here.
    pub who: Writer,
    /// The widget under their hands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub widget: Option<WidgetId>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}
