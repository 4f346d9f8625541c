//! Whole histories of an app, each from a seed.

use std::collections::{BTreeMap, BTreeSet};

use dioxus::prelude::*;

use super::{Page, Server};
use crate::{
    platform::{MemoryDevice, roll},
    protocol::{ClientFrame, OperationId, Principal, PushItem},
    state::{BOARDS, PENDING, SET_ASIDE, SYNC},
};

/// Chance, from a seed.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Dice that fall the same way each time.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `end`; 0 where that is 0.
    pub const fn below(&mut self, end: u64) -> u64 {
        roll(&mut self.0) % if end == 0 { 1 } else { end }
    }

    /// True `percent` times of a hundred.
    pub const fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of these.
    ///
    /// # Panics
    /// When there is none.
    pub const fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }
}

/// What came of a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Played {
    /// Operations that the pages have made.
    pub operations: usize,
    /// Those of all operations on the server that took effect, the first boards' among them.
    pub applied: usize,
    /// Those that met another value, were refused, or came too late.
    pub not_applied: usize,
}

/// Plays a history: pages of `people` on one server, from `new_server`, over links that break and heal, a disk that fills up, a
/// server that is killed and pages that are killed, all as the seed has it. Each seed leaves some of the faults out, so that what
/// takes one kind alone is found too. `edit` does something on a page as its person would: by clicks, or by
/// [`Page::act`].
///
/// In the end all is mended, and time goes on until nothing waits any more. Then every page shows what the server has; every
/// operation that a page ever listed was decided, or stands set aside in front of its person; and none was decided or applied
/// twice. What else must hold in this app, the caller asks the server that comes back.
///
/// ```
/// use dioxus::prelude::*;
/// use serde_json::json;
/// use tideboard::{
///     board::Catalog,
///     components::{DashboardRealtimeProvider, WidgetRealtime},
///     protocol::{BoardId, FieldName, WidgetId},
///     server::FirstBoard,
///     testing::{Server, simulate},
/// };
///
/// fn app() -> Element {
///     rsx! {
///         DashboardRealtimeProvider { board: BoardId::named("bar"),
///             WidgetRealtime { widget_id: WidgetId::named("coffees"), "coffees" }
///         }
///     }
/// }
///
/// fn bar() -> Server {
///     let bar = FirstBoard::new(BoardId::named("bar"), "Bar").with("coffees", "counter", json!({"count": 0}));
///     Server::new(Catalog::default(), &[bar])
/// }
///
/// for seed in 1..=5 {
///     let mut drunk = 0;
///     let (server, played) = simulate(seed, bar, &["ada", "ben"], app, |dice, page| {
///         let cups = dice.below(3) as i64;
///         drunk += cups;
///         page.act(|managers| {
///             let (board, coffees) = (BoardId::named("bar"), WidgetId::named("coffees"));
///             managers.state.add(board, coffees, FieldName::named("count"), cups);
///         });
///     });
///     assert_eq!(server.value(&BoardId::named("bar"), "coffees", "count"), json!(drunk), "seed {seed}");
///     assert!(played.operations > 0);
/// }
/// ```
///
/// # Panics
/// When it does not come to rest, or something was lost, doubled, or is not the same everywhere: with the seed, which plays the
/// same again.
#[track_caller]
pub fn simulate(
    seed: u64,
    new_server: impl FnOnce() -> Server,
    people: &[&'static str],
    app: fn() -> Element,
    mut edit: impl FnMut(&mut Dice, &mut Page),
) -> (Server, Played) {
    let mut world = World::new(seed, new_server(), people, app);
    for _ in 0..STEPS {
        let page = world.dice.below(people.len() as u64) as usize;
        if world.dice.chance(EDITS_PERCENT) {
            edit(&mut world.dice, &mut world.pages[page]);
        } else {
            world.weather(page);
        }
        world.note();
    }
    world.mend();
    let played = world.check();
    (world.server, played)
}

struct World {
    seed: u64,
    dice: Dice,
    server: Server,
    pages: Vec<Page>,
    /// Which faults there are in this history, a bit each.
    faults: u64,
    /// What pages have ever listed as theirs, by the page.
    made: BTreeMap<OperationId, usize>,
}

impl World {
    fn new(seed: u64, server: Server, people: &[&'static str], app: fn() -> Element) -> Self {
        let mut dice = Dice::new(seed);
        let page = |person: &&'static str| {
            let device = MemoryDevice::seeded(roll(&mut dice.0));
            Page::on(device, &server, Principal::named(person), app, None)
        };
        let pages = people.iter().map(page).collect();
        Self {
            seed,
            faults: roll(&mut dice.0),
            dice,
            server,
            pages,
            made: BTreeMap::new(),
        }
    }

    /// Something happens to a page, or to all.
    fn weather(&mut self, page: usize) {
        let fault = self.dice.below(FAULTS + 2);
        if fault >= FAULTS {
            return self.pass();
        }
        if self.faults >> fault & 1 == 0 {
            return;
        }
        let Self {
            pages, server, dice, ..
        } = self;
        let page = &mut pages[page];
        match fault {
            0 => page.cut(),
            1 => page.is_deaf = true,
            2 => page.hang_up(),
            3 => server.fill_disk(dice.chance(50)),
            4 => server.restart(),
            5 => {
                // A finger's movement is nobody's before it is an operation.
                page.pass(FINGER_MS);
                page.reopen();
            }
            6 => page.heal(),
            _ => {
                page.is_away = false;
                page.is_deaf = false;
                page.settle();
            }
        }
    }

    /// Time goes by, for all alike.
    fn pass(&mut self) {
        let ms = self.dice.one_of(&[1, 40, 100, 700, 3_000, 20_000]);
        for page in &mut self.pages {
            page.pass(ms);
        }
    }

    /// Notes what pages list as theirs.
    fn note(&mut self) {
        for (number, page) in self.pages.iter_mut().enumerate() {
            let listed = page.with(|| PENDING.peek().iter().map(|pending| pending.id).collect::<Vec<_>>());
            let pushed = page.heard.drain(..).filter_map(|frame| match frame {
                ClientFrame::Push(push) => Some(push.items),
                _ => None,
            });
            let pushed = pushed.flatten().map(|item: PushItem| item.id());
            self.made
                .extend(listed.into_iter().chain(pushed).map(|id| (id, number)));
        }
    }

    /// All is mended; until nothing waits any more.
    fn mend(&mut self) {
        self.server.fill_disk(false);
        self.pages.iter_mut().for_each(Page::heal);
        for _ in 0..REST_ROUNDS_MAX {
            self.pages.iter_mut().for_each(|page| page.pass(1_000));
            self.note();
            if self.pages.iter_mut().all(is_at_rest) && self.differing().is_none() {
                return;
            }
        }
        let waiting = self.pages.iter_mut().map(|page| {
            let pending = page.with(|| PENDING.peek().clone());
            format!("{pending:?}")
        });
        let waiting: Vec<String> = waiting.collect();
        let differing = self.differing();
        self.fail(&format!(
            "it does not come to rest: {differing:?}; waiting: {waiting:#?}"
        ))
    }

    /// A page that does not show what the server has.
    fn differing(&mut self) -> Option<String> {
        for (number, page) in self.pages.iter_mut().enumerate() {
            let shown = page.with(|| BOARDS.peek().clone());
            if shown.is_empty() {
                return Some(format!("page {number} shows no board"));
            }
            for (id, view) in &shown {
                let board = page.server.board(id);
                if !view.shown.board.present().eq(board.present()) {
                    return Some(format!(
                        "page {number} shows of {id}: {:#?}\nthe server has {board:#?}",
                        view.shown.board
                    ));
                }
            }
        }
        None
    }

    fn check(&mut self) -> Played {
        let aside: BTreeSet<OperationId> = self
            .pages
            .iter_mut()
            .flat_map(|page| {
                page.with(|| {
                    SET_ASIDE
                        .peek()
                        .iter()
                        .map(|aside| aside.operation.id)
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        let (mut decided, mut changed) = (BTreeSet::new(), BTreeSet::new());
        let (mut applied, mut not_applied) = (0, 0);
        for (board, record) in self.server.records() {
            for decision in record.decisions {
                if decision.verdict.is_applied() {
                    applied += 1;
                } else {
                    not_applied += 1;
                }
                if !decided.insert(decision.id) {
                    self.fail(&format!("{:?} was decided twice on {board}", decision.id));
                }
            }
            for change in record.changes {
                if !changed.insert(change.id) {
                    self.fail(&format!("{:?} took effect twice on {board}", change.id));
                }
            }
        }
        for (id, page) in &self.made {
            if !decided.contains(id) && !aside.contains(id) {
                self.fail(&format!("{id:?} of page {page} was lost"));
            }
        }
        Played {
            operations: self.made.len(),
            applied,
            not_applied,
        }
    }

    fn fail(&self, what: &str) -> ! {
        panic!("seed {}: {what}", self.seed)
    }
}

fn is_at_rest(page: &mut Page) -> bool {
    page.with(|| {
        let sync = SYNC.peek();
        sync.initialized && sync.pending == 0
    })
}

const STEPS: u64 = 80;
const EDITS_PERCENT: u64 = 50;
/// Kinds of fault, mending among them.
const FAULTS: u64 = 8;
/// After so long a finger's movement is an operation, and stored.
const FINGER_MS: u64 = 200;
/// Seconds until all has come to rest: the longest wait for a retry, some times over.
const REST_ROUNDS_MAX: u64 = 300;
