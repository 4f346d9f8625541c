//! What a seed does: who does what when, and which faults are in the air. A plan is text, one step a line, so that a
//! failing one can be cut down by hand.

mod torn;
mod typed;

use serde::{Deserialize, Serialize};
pub use torn::{TORN, is_of_board};

use crate::dice::Dice;

/// A step and its moment, in milliseconds of true time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub at: u64,
    pub act: Act,
}

/// Something a person, a machine or the weather does. Numbers are taken modulo what there is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    Set {
        tab: usize,
        board: usize,
        widget: usize,
        field: usize,
        word: u64,
    },
    /// Type for so long over what is shown, without a look at what comes meanwhile.
    Type {
        tab: usize,
        board: usize,
        widget: usize,
        field: usize,
        word: u64,
        ms: u64,
    },
    /// Drag a slider: so many values in a row.
    Drag {
        tab: usize,
        board: usize,
        widget: usize,
        len: u64,
    },
    Press {
        tab: usize,
        board: usize,
        widget: usize,
        ttl_ms: u64,
    },
    Add {
        tab: usize,
        board: usize,
        widget: usize,
        amount: i64,
    },
    Create {
        tab: usize,
        board: usize,
        kind: usize,
    },
    Remove {
        tab: usize,
        board: usize,
        widget: usize,
    },
    Restore {
        tab: usize,
        board: usize,
        widget: usize,
    },
    Resolve {
        tab: usize,
        how: u64,
    },
    Retry {
        tab: usize,
    },
    Discard {
        tab: usize,
    },
    Withdraw {
        tab: usize,
    },
    Undo {
        tab: usize,
    },
    /// Presses undo so often, and then redo.
    Redo {
        tab: usize,
        undos: u64,
        redos: u64,
    },
    /// The connection breaks, at any byte.
    Cut {
        tab: usize,
    },
    /// No packet passes for a while, and nobody is told.
    Partition {
        tab: usize,
        ms: u64,
    },
    /// Not even a socket can be opened, but server functions work.
    NoSockets {
        ms: u64,
        /// None can be had again: all must come to rest without.
        #[serde(default)]
        for_good: bool,
    },
    KillTab {
        tab: usize,
    },
    /// Power loss: every tab, and whatever was not on the disk.
    KillDevice {
        tab: usize,
    },
    /// The tab stands still, and its clock with it.
    Freeze {
        tab: usize,
        ms: u64,
    },
    /// A second tab sends, or none does.
    Leaders {
        tab: usize,
        leading: bool,
    },
    KillServer,
    /// The server is ended, and another release starts: one with the next data model, or the one before again.
    UpdateServer {
        is_newer: bool,
    },
    /// A page is loaded anew, of another release.
    UpdateTab {
        tab: usize,
        is_newer: bool,
    },
    /// The server's next commit fails and leaves nothing, or its fate is unknown.
    FailCommit {
        unknown: bool,
    },
    Backup,
    RestoreBackup,
    /// A device's storage refuses for a while.
    FullDisk {
        tab: usize,
        ms: u64,
    },
    /// Somebody has the browser forget what it keeps for the page.
    ClearStorage {
        tab: usize,
    },
    /// One of the records that a device has stored is damaged: in a power loss, or under its open pages.
    Tear {
        tab: usize,
        kind: usize,
        pick: u64,
        in_a_crash: bool,
    },
    /// Somebody else signs in on the device.
    SwitchPrincipal {
        tab: usize,
    },
    Lag {
        tab: usize,
    },
    /// Nobody can see the page for a while.
    Hide {
        tab: usize,
        ms: u64,
    },
}

/// The shape of a seed: swarm testing (Groce et al., 2012) leaves some faults out of each, so that the others meet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shape {
    pub devices: usize,
    pub tabs: Vec<usize>,
    pub boards: usize,
    pub horizon_len: u64,
    pub ring_len: usize,
    pub delay_ms: u64,
    /// Percent of pushes that arrive once more, late, by another way.
    pub echo: u64,
    /// Every tab decides its conflicts by policy, as they come.
    #[serde(default)]
    pub auto_resolve: bool,
    /// Who has seen what is counted.
    #[serde(default)]
    pub is_counted: bool,
    /// A device keeps few operations, and few of them are sent at once.
    #[serde(default)]
    pub keeps_few: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    pub shape: Shape,
    pub steps: Vec<Step>,
}

const OPERATIONS: u64 = 205;
/// How often a page is hidden where that counts.
const HIDDEN: usize = 5;
/// How often a server or a page becomes newer or older where that is played.
const VERSIONS: usize = 12;
/// How often undo is pressed everywhere at once where that is done.
const TOGETHER: usize = 4;

impl Shape {
    /// Leaves one kind of fault of the shape, or none.
    fn calm_but_for(&mut self, kind: u64) {
        let only = |of: u64| kind == FAULTS + of;
        self.echo = if only(0) { 8 } else { 0 };
        self.delay_ms = if only(1) { self.delay_ms } else { 5 };
        self.horizon_len = if only(2) { self.horizon_len } else { 100_000 };
        self.ring_len = if only(3) { self.ring_len } else { 64 };
        if !only(4) {
            self.tabs = vec![1; self.tabs.iter().sum()];
            self.devices = self.tabs.len();
        }
    }
}

impl Act {
    /// Whether what only the storage has matters by it: what is lost with that is nobody's mistake.
    const fn needs_what_was_stored(&self) -> bool {
        matches!(
            self,
            Self::KillTab { .. }
                | Self::KillDevice { .. }
                | Self::UpdateTab { .. }
                | Self::SwitchPrincipal { .. }
                | Self::RestoreBackup
                | Self::Undo { .. }
                | Self::Redo { .. }
        )
    }
}

impl Plan {
    pub fn draw(seed: u64) -> Self {
        Self::draw_with(seed, false)
    }

    /// As [`Plan::draw`], with one kind of fault `alone`: what the server forgets, slow lines and shared outboxes are such
    /// kinds as well.
    pub fn draw_with(seed: u64, alone: bool) -> Self {
        let mut dice = Dice(seed ^ 0x7469_6465);
        // Few are played more often than many: most faults need two.
        let clients = dice.range(3, 9).min(dice.range(3, 9)) as usize;
        let mut tabs = Vec::new();
        while tabs.iter().sum::<usize>() < clients {
            let left = clients - tabs.iter().sum::<usize>();
            tabs.push(if dice.chance(35) {
                left.min(2 + dice.below(2) as usize)
            } else {
                1
            });
        }
        let on = |dice: &mut Dice| dice.chance(50);
        let mut shape = Shape {
            devices: tabs.len(),
            tabs,
            boards: dice.range(1, 5) as usize,
            horizon_len: [12, 40, 100_000][dice.below(3) as usize],
            ring_len: [0, 4, 64][dice.below(3) as usize],
            delay_ms: [5, 60, 900][dice.below(3) as usize],
            echo: if on(&mut dice) { 8 } else { 0 },
            auto_resolve: false,
            is_counted: false,
            keeps_few: false,
        };
        let mut kinds: Vec<u64> = (0..FAULTS).filter(|_| dice.chance(40)).collect();
        if kinds.is_empty() {
            kinds.push(0);
        }
        let mut faults = OPERATIONS * [3, 7, 13][dice.below(3) as usize] / 100;
        if alone {
            let kind = dice.below(FAULTS + 5);
            faults = if kind < FAULTS { faults } else { 0 };
            kinds = vec![kind];
            shape.calm_but_for(kind);
        }
        let span = [4_000, 20_000, 60_000][dice.below(3) as usize];
        let mut steps: Vec<Step> = Vec::new();
        for board in 0..shape.boards {
            steps.extend((0..3).map(|kind| Step {
                at: 0,
                act: Act::Create {
                    tab: 0,
                    board,
                    kind: kind + 1,
                },
            }));
        }
        for _ in 0..OPERATIONS {
            steps.push(Step {
                at: 2_000 + dice.below(span),
                act: edit(&mut dice, clients),
            });
        }
        for _ in 0..faults {
            let kind = kinds[dice.below(kinds.len() as u64) as usize];
            fault(&mut dice, kind, clients, span, &mut steps);
        }
        // By dice of their own: all else in a seed is the same with and without.
        let mut dice = Dice(seed ^ 0x7365_656e);
        if !alone && dice.chance(12) {
            shape.is_counted = true;
            steps.extend((0..HIDDEN).map(|_| Step {
                at: 2_000 + dice.below(span),
                act: Act::Hide {
                    tab: dice.below(clients as u64) as usize,
                    ms: dice.range(500, 20_000),
                },
            }));
        }
        // Now and then a page is loaded again, and undo is pressed there and in every other one in the same moment: who has no edits of
        // their own goes along those of the device.
        let mut dice = Dice(seed ^ 0x756e_646f);
        if !alone && shape.tabs.iter().any(|tabs| *tabs > 1) && dice.chance(25) {
            for _ in 0..TOGETHER {
                let (at, tab) = (2_000 + dice.below(span), dice.below(clients as u64) as usize);
                steps.push(Step {
                    at,
                    act: Act::KillTab { tab },
                });
                steps.extend((0..clients).map(|tab| Step {
                    at: at + 500,
                    act: Act::Undo { tab },
                }));
            }
        }
        if !alone {
            typed::draw(seed, (clients, span), &mut steps);
        }
        let mut dice = Dice(seed ^ 0x7665_7273);
        if !alone && dice.chance(12) {
            steps.extend((0..VERSIONS).map(|_| {
                let (at, is_newer) = (2_000 + dice.below(span), dice.chance(60));
                let tab = dice.below(clients as u64) as usize;
                let act = if dice.chance(25) {
                    Act::UpdateServer { is_newer }
                } else {
                    Act::UpdateTab { tab, is_newer }
                };
                Step { at, act }
            }));
        }
        let mut dice = Dice(seed ^ 0x636c_6561);
        if !alone && dice.chance(8) {
            steps.retain(|step| !step.act.needs_what_was_stored());
            steps.extend((0..dice.range(1, 4)).map(|_| Step {
                at: 2_000 + dice.below(span),
                act: Act::ClearStorage {
                    tab: dice.below(clients as u64) as usize,
                },
            }));
        }
        if !alone {
            torn::draw(seed, (clients, span), &mut steps);
        }
        let mut dice = Dice(seed ^ 0x0066_6577);
        shape.keeps_few = !alone && dice.chance(8);
        steps.sort_by_key(|step| step.at);
        Self { shape, steps }
    }

    pub fn text(&self) -> String {
        let mut text = serde_json::to_string(&self.shape).expect("plain data");
        for step in &self.steps {
            text.push('\n');
            text.push_str(&serde_json::to_string(step).expect("plain data"));
        }
        text
    }

    pub fn parse(text: &str) -> Self {
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        let shape = serde_json::from_str(lines.next().expect("the first line is the shape")).expect("a shape");
        Self {
            shape,
            steps: lines.map(|line| serde_json::from_str(line).expect("a step")).collect(),
        }
    }
}

fn edit(dice: &mut Dice, clients: usize) -> Act {
    let tab = dice.below(clients as u64) as usize;
    let board = dice.below(4) as usize;
    let widget = dice.below(6) as usize;
    match dice.below(100) {
        0..=38 => Act::Set {
            tab,
            board,
            widget,
            field: dice.below(4) as usize,
            word: dice.below(50),
        },
        39..=58 => Act::Add {
            tab,
            board,
            widget,
            amount: 1 + dice.below(9) as i64,
        },
        59..=62 => Act::Drag {
            tab,
            board,
            widget,
            len: 3 + dice.below(12),
        },
        63..=67 => Act::Press {
            tab,
            board,
            widget,
            ttl_ms: dice.range(50, 6_000),
        },
        68..=74 => Act::Create {
            tab,
            board,
            kind: dice.below(4) as usize,
        },
        75..=79 => Act::Remove { tab, board, widget },
        80..=83 => Act::Restore { tab, board, widget },
        84..=90 => Act::Resolve {
            tab,
            how: dice.below(4),
        },
        91..=92 => Act::Retry { tab },
        93..=93 => Act::Discard { tab },
        94..=96 => Act::Withdraw { tab },
        97..=98 => Act::Undo { tab },
        _ => Act::Redo {
            tab,
            undos: board as u64 % 3,
            redos: 1 + widget as u64 % 3,
        },
    }
}

const FAULTS: u64 = 14;

fn fault(dice: &mut Dice, kind: u64, clients: usize, span: u64, steps: &mut Vec<Step>) {
    let tab = dice.below(clients as u64) as usize;
    let at = 2_000 + dice.below(span);
    let long = [200, 2_000, 12_000, 90 * 24 * 3_600_000][dice.below(4) as usize];
    let act = match kind {
        0 => Act::Cut { tab },
        1 => Act::Partition {
            tab,
            ms: dice.range(100, 15_000),
        },
        2 => Act::NoSockets {
            ms: dice.range(5_000, 40_000),
            for_good: dice.chance(30),
        },
        3 => Act::KillTab { tab },
        4 => Act::KillDevice { tab },
        5 => Act::Freeze {
            tab,
            ms: long.min(40_000),
        },
        6 => Act::Leaders {
            tab,
            leading: dice.chance(60),
        },
        7 => Act::KillServer,
        8 => Act::FailCommit {
            unknown: dice.chance(40),
        },
        9 => {
            // Some are of before anything was made.
            let made_at = if at.is_multiple_of(8) { 0 } else { at / 2 };
            steps.push(Step {
                at: made_at,
                act: Act::Backup,
            });
            Act::RestoreBackup
        }
        10 => Act::FullDisk {
            tab,
            ms: dice.range(100, 5_000),
        },
        11 => Act::SwitchPrincipal { tab },
        12 => Act::Lag { tab },
        _ => Act::Freeze { tab, ms: long },
    };
    steps.push(Step { at, act });
}
