//! The simulator: whole systems of clients, tabs, a server, disks and a network, from a seed, in virtual time. The engine,
//! the authority and the log are the ones people run; every message crosses as text through the real decoder. With the feature
//! `native` the devices keep the file that native programs keep.
//!
//! `SEEDS=20000 SEED=1 cargo test --profile sim --no-default-features --features planted --test simulation seeds -- --nocapture`

mod catalog;
mod dice;
mod disk;
#[cfg_attr(feature = "native", path = "../support/files.rs")]
#[cfg_attr(not(feature = "native"), path = "../support/no_files.rs")]
mod files;
mod ledger;
mod plan;
mod tab;
mod world;

use std::{
    env, fs,
    panic::{self, AssertUnwindSafe},
    path::PathBuf,
    time::Instant,
};

use ledger::Failure;
use plan::{Act, Plan};
use tideboard::planted::{self, Bug};
use world::World;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What came of a seed. A program that panics does not go on: that is a failure of the seed, and not the end of all of them.
fn simulate(seed: u64, plan: Plan) -> (Option<Failure>, u64, u64) {
    let lived = panic::catch_unwind(AssertUnwindSafe(|| {
        let mut world = World::new(seed, plan);
        world.run();
        (
            world.ledger.failure().cloned(),
            world.ledger.applied,
            world.ledger.conflicts,
        )
    }));
    lived.unwrap_or_else(|_| (Some(Failure::Stuck("it panicked, as said above".to_owned())), 0, 0))
}

/// `BUG=ClientIdReused` plants a mistake, to see how it shows.
fn plant_by_name() {
    let Ok(name) = env::var("BUG") else { return };
    let mut all = PLANTED.iter().map(|(bug, _)| bug).chain(PLANTED_IN_FILES);
    let named = all.find(|bug| format!("{bug:?}") == name);
    let bug = named.unwrap_or_else(|| panic!("{name:?} is none of the planted mistakes"));
    planted::plant(Some(*bug));
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| {
        text.parse()
            .unwrap_or_else(|_| panic!("{name} must be a number, not {text:?}"))
    })
}

fn plan_of(seed: u64) -> Plan {
    env::var("PLAN").map_or_else(
        |_| Plan::draw_with(seed, number("ALONE").is_some()),
        |path| Plan::parse(&fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))),
    )
}

/// Writes a failing seed's plan where it can be cut down by hand, and says how to run it again.
fn report(seed: u64, failure: &Failure) {
    let folder =
        PathBuf::from(env::var("CARGO_TARGET_TMPDIR").unwrap_or_else(|_| env!("CARGO_TARGET_TMPDIR").to_owned()));
    let path = folder.join(format!("seed-{seed}.plan"));
    fs::write(&path, plan_of(seed).text()).expect("the target folder can be written to");
    eprintln!("{failure:#?}");
    eprintln!(
        "replay: SEEDS=1 SEED={seed} cargo test --profile sim --no-default-features --features planted --test simulation seeds -- --nocapture"
    );
    eprintln!(
        "the plan, to cut down by hand: PLAN={} (and the line above)",
        path.display()
    );
}

#[test]
fn seeds() {
    plant_by_name();
    let (first, count) = (number("SEED").unwrap_or(1), number("SEEDS").unwrap_or(300));
    #[expect(
        clippy::disallowed_methods,
        reason = "how fast the simulator is, for people; nothing is decided by it"
    )]
    let started = Instant::now();
    let (mut lost, mut duplicated, mut diverged, mut stuck, mut applied, mut conflicts) = (0, 0, 0, 0, 0, 0);
    let mut played = 0;
    for seed in first..first + count {
        played += 1;
        let (failure, operations, met) = simulate(seed, plan_of(seed));
        (applied, conflicts) = (applied + operations, conflicts + met);
        let Some(failure) = failure else { continue };
        report(seed, &failure);
        match failure {
            Failure::Lost(_) => lost += 1,
            Failure::Duplicated(_) => duplicated += 1,
            Failure::Diverged(_) => diverged += 1,
            Failure::Stuck(_) => stuck += 1,
        }
        if lost + duplicated + diverged + stuck >= 5 {
            break;
        }
    }
    let minutes = started.elapsed().as_secs_f64() / 60.0;
    println!(
        "{applied} operations applied, {conflicts} conflicts met, {:.0} seeds a minute",
        played as f64 / minutes
    );
    println!("{played} seeds, {lost} lost, {duplicated} duplicated, {diverged} diverged, {stuck} stuck");
    assert_eq!(lost + duplicated + diverged + stuck, 0, "see the replay lines above");
    assert!(
        applied > played * 20,
        "a simulation in which nothing happens proves nothing"
    );
}

/// With `auto_resolve` on in every tab: nothing is decided for ever, and nobody is left with a choice that a policy makes.
#[test]
fn conflicts_that_decide_themselves_come_to_rest() {
    let (first, count) = (number("SEED").unwrap_or(1), number("SEEDS").unwrap_or(300));
    let mut met = 0;
    for seed in first..first + count {
        let mut plan = plan_of(seed);
        plan.shape.auto_resolve = true;
        plan.steps.retain(|step| !matches!(step.act, Act::Resolve { .. }));
        let (failure, _, conflicts) = simulate(seed, plan);
        assert_eq!(failure, None, "seed {seed}");
        met += conflicts;
    }
    assert!(met > count, "a simulation without conflicts proves nothing");
}

/// The mistakes, and within how many seeds each must be found.
const PLANTED: &[(Bug, u64)] = &[
    (Bug::ClientIdReused, 250),
    (Bug::CursorWithoutEpoch, 250),
    (Bug::RowsForgottenWithoutHorizon, 250),
    (Bug::VisibleBeforeDurable, 250),
    (Bug::LaneWithoutAfter, 250),
    (Bug::OnlyAppliedRecorded, 250),
    (Bug::DeadlineOnClientClock, 250),
    (Bug::OverlayDroppedAtVerdict, 250),
    (Bug::ChainedBaseCountsAsSeen, 250),
    (Bug::PatchAppliedInParts, 250),
    (Bug::OutboxNotPerPrincipal, 250),
    (Bug::UnknownAppendDecidedAnew, 250),
    (Bug::RunNotChecked, 250),
    (Bug::OutboxDeletedBeforeState, 250),
    (Bug::PatchKeepsRemovedWidgets, 250),
    (Bug::WithdrawNotRecorded, 250),
    (Bug::PendingNotLoweredAfterBreak, 250),
    (Bug::GapIgnored, 250),
    (Bug::SavedBeforeStored, 250),
    (Bug::HorizonNotStored, 3_000),
    (Bug::ResendForgottenAfterReconnect, 250),
    (Bug::StaleLeaderOverwrites, 250),
    (Bug::FatesNotAsked, 250),
    (Bug::SiblingAppendsIgnored, 1_000),
    (Bug::DoubtfulCountsAsContinuing, 500),
    (Bug::VerdictsOutliveHistory, 250),
    (Bug::RunNotMet, 250),
    (Bug::UnknownFateShown, 250),
    (Bug::JournalNotReread, 1_000),
    (Bug::BrokenStateWithoutDoubt, 3_000),
    (Bug::LeftUnsaved, 250),
    (Bug::NoteForAnyone, 250),
    (Bug::DocumentWithoutVerdicts, 250),
    (Bug::DoubtfulStateWaits, 500),
    (Bug::EmptiedBoardTakenForNew, 250),
    (Bug::EditMadeOnWhatCameUnderIt, 250),
    (Bug::LaterNotOnCard, 250),
    (Bug::TextGivesWay, 250),
    (Bug::SeenCountsOneself, 250),
    (Bug::SeenGoesBack, 250),
    (Bug::HiddenPageSees, 250),
    (Bug::RedoneTwice, 250),
    (Bug::EvictionNotReread, 500),
    (Bug::UndoneTwice, 250),
    (Bug::UndoOutlivesEdit, 1_000),
    (Bug::ClearingUnnoticed, 1_000),
    (Bug::NewerSentByOlder, 1_000),
    (Bug::PutOffHidden, 250),
    (Bug::HighReadAsZero, 1_000),
    (Bug::UnreadableSkipped, 1_000),
    (Bug::GenerationNotMended, 3_000),
    (Bug::SiblingsDiscarded, 1_000),
    (Bug::AsideGoesFirst, 3_000),
    (Bug::ForgottenSentAgain, 250),
    (Bug::AllSentAtOnce, 500),
    (Bug::OutboxWithoutEnd, 1_000),
    (Bug::StateLaidOverLess, 3_000),
    (Bug::TypedOnWhatIsShown, 250),
];

/// Where the seeds begin that are played for the rarest of them, which show in one seed of some thousands.
const RARE: [(Bug, u64); 3] = [
    (Bug::DoubtfulCountsAsContinuing, 10_001),
    (Bug::DoubtfulStateWaits, 10_001),
    (Bug::EvictionNotReread, 501),
];

#[test]
fn every_planted_mistake_is_found() {
    let mut missed = Vec::new();
    for (bug, within) in PLANTED {
        planted::plant(Some(*bug));
        let first = RARE.iter().find(|(rare, _)| rare == bug).map_or(1, |(_, first)| *first);
        let found = (first..first + within).find(|seed| simulate(*seed, Plan::draw(*seed)).0.is_some());
        planted::plant(None);
        println!("{bug:?}: found at seed {found:?} of {within}");
        // A seed that fails without the mistake as well has found something else.
        let by_itself = found.is_some_and(|seed| simulate(seed, Plan::draw(seed)).0.is_some());
        if found.is_none() || by_itself {
            missed.push(*bug);
        }
    }
    assert!(missed.is_empty(), "not found within their seeds: {missed:?}");
}

/// Mistakes of the file that native programs keep: of those the records in memory know nothing.
const PLANTED_IN_FILES: &[Bug] = &[Bug::FileExpectsNothing, Bug::FileWrittenInParts];

/// With the file they are found, and without it never.
#[test]
fn every_planted_mistake_of_the_file_is_found() {
    for bug in PLANTED_IN_FILES {
        let plays = |seed: &u64| simulate(*seed, Plan::draw(*seed)).0.is_some();
        planted::plant(Some(*bug));
        let found = (1..=50).find(plays);
        planted::plant(None);
        println!("{bug:?}: found at seed {found:?} of 50");
        assert_eq!(found.is_some(), cfg!(feature = "native"), "{bug:?}");
        assert!(!found.is_some_and(|seed| plays(&seed)), "the seed fails by itself");
    }
}

/// Mistakes that no single kind of fault shows.
const NEED_TWO: &[Bug] = &[
    Bug::RunNotChecked,
    Bug::HorizonNotStored,
    Bug::StaleLeaderOverwrites,
    Bug::FatesNotAsked,
    Bug::SiblingAppendsIgnored,
    Bug::DoubtfulCountsAsContinuing,
    Bug::VerdictsOutliveHistory,
    Bug::RunNotMet,
    Bug::UnknownFateShown,
    Bug::JournalNotReread,
    Bug::BrokenStateWithoutDoubt,
];

#[test]
fn some_planted_mistakes_show_only_where_two_faults_meet() {
    for bug in NEED_TWO {
        planted::plant(Some(*bug));
        let found = (1..=60).find(|seed| simulate(*seed, Plan::draw_with(*seed, true)).0.is_some());
        planted::plant(None);
        assert_eq!(
            found, None,
            "{bug:?} shows by one kind of fault alone: ALONE=1 replays the seed"
        );
    }
}
