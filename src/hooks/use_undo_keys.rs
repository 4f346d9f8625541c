//! Undo and redo by keys.

use super::boxed::{use_drop, use_effect};
use crate::platform;

/// As long as the component lives, the keys of undo and redo do that, wherever the focus is but in a text: Ctrl or Cmd with Z,
/// and with Shift and Z, or Y. What came of it is told by [`Notice::Turned`](super::Notice) or
/// [`Notice::Refused`](super::Notice).
pub fn use_undo_keys() {
    use_effect(|| platform::hear_keys(true));
    use_drop(|| platform::hear_keys(false));
}
