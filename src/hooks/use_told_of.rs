//! News of a widget that is not shown here.

use dioxus::prelude::*;

use super::context::{use_followed, use_provided};
use crate::protocol::{BoardId, WidgetId};

/// Has it told, as long as the component lives, when somebody else removes a widget that is not shown here: see
/// [`Notice::Removed`](super::Notice).
pub fn use_told_of(board: BoardId, widget: WidgetId) {
    let context = use_provided("use_told_of");
    let nothing = use_callback(|_| {});
    use_followed(context, (board, widget), nothing);
}
