//! Who looks at the same board. For people: nothing is decided by it, and nothing of it is kept.

use serde::{Deserialize, Serialize};

use super::{BoardId, Device, Value, WidgetId, Writer};
use crate::time::Timestamp;

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

/// Who looks at a board now. Read by way of a [`Value`], for which every page has a reader: one for each of these two types
/// would be thrice as long as all that is done with them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value")]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Person {
    /// The number of the connection, for as long as it lasts: see [`super::Welcome::people`].
    pub id: u64,
    /// Who, as the writer of a value is told; and since when they are here.
    pub who: Writer,
    /// The widget under their hands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub widget: Option<WidgetId>,
}

impl TryFrom<Value> for People {
    type Error = &'static str;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        read(&value).ok_or("a list of people lacks its board, or somebody in it their number or name")
    }
}

fn read(value: &Value) -> Option<People> {
    let people = value["people"].as_array()?.iter().map(read_person);
    Some(People {
        board: value["board"].as_str()?.parse().ok()?,
        people: people.collect::<Option<_>>()?,
        more: value["more"].as_u64().unwrap_or(0) as u32,
    })
}

fn read_person(value: &Value) -> Option<Person> {
    let who = &value["who"];
    Some(Person {
        id: value["id"].as_u64()?,
        who: Writer {
            principal: who["principal"].as_str()?.parse().ok()?,
            device: who["device"].as_str().map(str::to_owned),
            colour: who["colour"].as_u64().map(|colour| colour as u8),
            at: Timestamp(who["at"].as_u64()?),
        },
        widget: value["widget"].as_str().and_then(|widget| widget.parse().ok()),
    })
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}
