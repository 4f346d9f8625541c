//! Names of the built-in kinds.

use crate::planted;

/// A board's own widget: its birth record, and its entry in the directory.
pub const BOARD: &str = "board";
/// One live number with a sparkline.
pub const STAT: &str = "stat";
/// One live number on a scale from `min` to `max`.
pub const GAUGE: &str = "gauge";
/// Live numbers over the last minutes.
pub const SERIES: &str = "series";
/// How far back a chart goes; the first is what it does unless it says so.
pub const SPANS: &[&str] = &["5 min", "1 h", "6 h", "1 d", "7 d", "30 d"];
/// On which side of its threshold a number is told of, that itself included; the first is what a card does unless it says so.
pub const WARNS: &[&str] = &["above", "below"];
/// How much room a card takes, the least first; a card without one has that of its kind.
pub const SIZES: &[&str] = &["small", "wide", "large", "full"];
/// Live rows.
pub const TABLE: &str = "table";
/// How something is, in one word.
pub const STATUS: &str = "status";
/// Things to do.
pub const CHECKLIST: &str = "checklist";
/// A wanted value.
pub const SETPOINT: &str = "setpoint";
/// A number people add to.
pub const COUNTER: &str = "counter";
/// Something that is turned on and off, now or never.
pub const SWITCH: &str = "switch";
/// What happened, in lines that people and programs add.
pub const LOG: &str = "log";
/// A time that runs down, or up. The release before this one has none: nothing is called so.
pub const TIMER: &str = if planted::IS_PREVIOUS { "none-yet" } else { "timer" };
/// Live numbers beside each other, as bars.
pub const BAR: &str = "bar";
/// Text.
pub const NOTE: &str = "note";
/// The words of a status.
pub const STATUS_WORDS: &[&str] = &["ok", "busy", "attention", "down"];
