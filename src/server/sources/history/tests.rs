//! Tiers, gaps, and what a start finds.

use super::*;

const HOUR_MS: u64 = 3_600_000;
/// A whole number of every tier's steps.
const START: u64 = 1_760_000_400_000;

fn writer() -> Writer {
    limited(HISTORY_BYTES_MAX)
}

fn limited(bytes_max: i64) -> Writer {
    Writer::new(Connection::open_in_memory().expect("there is memory"), bytes_max).expect("it is new")
}

fn batch(values: &[(u64, f64)]) -> Batch {
    let values = values.iter();
    values
        .map(|(at, value)| ("fuel".to_owned(), Timestamp(START + at), *value))
        .collect()
}

fn keep(writer: &mut Writer, values: &[(u64, f64)]) {
    writer.keep(&batch(values)).expect("there is room");
    let newest = values.iter().map(|(at, _)| START + at).max().unwrap_or(START);
    let metrics = Metrics::default();
    writer.try_write(Timestamp(newest), &metrics);
    assert_eq!(metrics.samples_not_kept.get(), 0);
}

fn read(writer: &mut Writer, back_ms: u64, now: u64, len_max: usize) -> Stretch {
    let wanted = Wanted {
        name: "fuel".to_owned(),
        now: Timestamp(START + now + 5),
        from: Timestamp(START + now - back_ms),
        to: Timestamp(START + now),
        fineness: Fineness::Buckets(len_max),
    };
    writer.read(&wanted).expect("it is there")
}

#[test]
fn what_is_written_in_parts_and_out_of_order_is_one_bucket() {
    let mut writer = writer();
    keep(&mut writer, &[(100, 3.0), (900, 5.0)]);
    keep(&mut writer, &[(200, -1.0)]);
    let stretch = read(&mut writer, 60_000, 60_000, 60);
    let whole = Bucket {
        least: -1.0,
        greatest: 5.0,
        sum: 7.0,
        last: -1.0,
        count: 3,
    };
    assert_eq!(
        (stretch.step_ms, &stretch.buckets[..]),
        (1_000, &[(Timestamp(START), whole)][..])
    );
}

#[test]
fn a_long_stretch_is_read_from_a_coarser_tier_and_says_the_same() {
    let mut writer = writer();
    let values: Vec<(u64, f64)> = (0..24 * 60)
        .map(|minute| (minute * 60_000, (minute % 10) as f64))
        .collect();
    keep(&mut writer, &values);
    let now = 24 * HOUR_MS;
    for (back_ms, len_max, step_ms) in [
        (HOUR_MS, 3_600, 1_000),
        (HOUR_MS, 300, 12_000),
        (6 * HOUR_MS, 300, 80_000),
        (24 * HOUR_MS, 300, 300_000),
    ] {
        let stretch = read(&mut writer, back_ms, now, len_max);
        assert_eq!(stretch.step_ms, step_ms, "{back_ms}");
        let counted: u64 = stretch.buckets.iter().map(|(_, bucket)| bucket.count).sum();
        let sum: f64 = stretch.buckets.iter().map(|(_, bucket)| bucket.sum).sum();
        assert_eq!((counted, sum), (back_ms / 60_000, 4.5 * (back_ms / 60_000) as f64));
        assert!(stretch.buckets.len() <= len_max + 1);
    }
}

#[test]
fn a_gap_stays_a_gap() {
    let mut writer = writer();
    keep(&mut writer, &[(0, 1.0), (600_000, 2.0)]);
    let stretch = read(&mut writer, HOUR_MS, HOUR_MS, 360);
    let at: Vec<u64> = stretch.buckets.iter().map(|(at, _)| at.0 - START).collect();
    assert_eq!(at, [0, 600_000]);
}

#[test]
fn old_values_are_kept_less_finely_and_very_old_ones_not_at_all() {
    let mut writer = writer();
    keep(&mut writer, &[(0, 1.0)]);
    let left = |writer: &mut Writer| -> Vec<i64> {
        let mut tiers = writer
            .connection
            .prepare("SELECT tier FROM buckets ORDER BY tier")
            .expect("a table");
        let tiers = tiers.query_map([], |row| row.get(0)).expect("tiers");
        tiers.map(|tier| tier.expect("a number")).collect()
    };
    for (hours, tiers) in [(0, 4), (2, 3), (13, 2), (8 * 24, 1), (401 * 24, 0)] {
        writer
            .prune(Timestamp(START + hours * HOUR_MS + 1), 1)
            .expect("there is room");
        let first = HISTORY_TIERS.len() as i64 - tiers;
        assert_eq!(left(&mut writer), (first..4).collect::<Vec<_>>(), "after {hours} h");
    }
}

#[test]
fn sums_beyond_all_numbers_are_kept_as_the_largest_one() {
    let mut writer = writer();
    keep(&mut writer, &[(0, f64::MAX), (1, f64::MAX)]);
    keep(&mut writer, &[(2, f64::MAX), (3, f64::MIN)]);
    let [(_, bucket)] = read(&mut writer, 60_000, 60_000, 60).buckets[..] else {
        panic!("one bucket")
    };
    assert_eq!((bucket.count, bucket.least, bucket.greatest), (4, f64::MIN, f64::MAX));
    assert!(bucket.mean().is_finite());
}

#[tokio::test]
async fn a_start_finds_what_was_kept_and_what_is_new() {
    let folder = std::env::temp_dir().join(format!("tideboard-series-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("it can be made");
    let clock = Clock::new(|| Timestamp(START + 5_000));
    let open = || History::open(Some(&folder), clock.clone(), Arc::default()).expect("it can be opened");
    let (history, known) = open();
    assert_eq!(known, []);
    history.mark(vec![("fuel".to_owned(), true), ("oil".to_owned(), true)]);
    history.keep(batch(&[(0, 1.0), (2_000, 2.5)]));
    drop(history);
    let (history, known) = open();
    let fuel = Known {
        name: "fuel".to_owned(),
        is_new: true,
        points: vec![(Timestamp(START), 1.0), (Timestamp(START + 2_000), 2.5)],
    };
    assert_eq!(known, [fuel], "of the other nothing was ever kept");
    history.mark(vec![("fuel".to_owned(), false)]);
    let wanted = Wanted {
        name: "fuel".to_owned(),
        now: clock.now(),
        from: Timestamp(START),
        to: Timestamp(START + 5_000),
        fineness: Fineness::Buckets(10),
    };
    let stretch = history.read(wanted).await.expect("it is there");
    assert_eq!(stretch.buckets.len(), 2);
    drop(history);
    assert!(open().1.iter().all(|known| !known.is_new));
    std::fs::remove_dir_all(&folder).expect("nobody has it open");
}

#[test]
fn when_the_file_is_full_the_oldest_makes_room_for_the_newest() {
    let mut writer = limited(256 * 1024);
    let metrics = Metrics::default();
    let (_, kept_ms) = HISTORY_TIERS[3];
    for week in 0..8 {
        let values: Vec<(u64, f64)> = (0..400).map(|at| (week * kept_ms / 8 + at * 600_000, 1.0)).collect();
        writer.keep(&batch(&values)).expect("there is memory");
        writer.try_write(Timestamp(START + week * kept_ms / 8 + 400 * 600_000), &metrics);
    }
    assert_eq!(metrics.samples_not_kept.get(), 0);
    let newest = 7 * kept_ms / 8 + 399 * 600_000;
    let stretch = read(&mut writer, HOUR_MS, newest + 600_000, 100);
    assert!(!stretch.buckets.is_empty(), "the newest are there");
    let oldest = read(&mut writer, newest + 600_000, newest + 600_000, 2_000);
    assert!(oldest.buckets[0].0.0 > START + kept_ms / 8, "the oldest are not");
}

#[test]
fn what_a_clock_that_was_wrong_has_put_into_the_future_is_no_newest_value() {
    let mut writer = writer();
    keep(&mut writer, &[(0, 1.0), (30 * 24 * HOUR_MS, 9.0)]);
    let known = writer.known(Timestamp(START + 1_000)).expect("it is there");
    assert_eq!(known[0].points, [(Timestamp(START), 1.0)]);
    writer.prune(Timestamp(START + 1_000), 1).expect("there is room");
    let left = writer
        .connection
        .query_row("SELECT count(*) FROM buckets", [], |row| row.get::<_, i64>(0));
    assert_eq!(left, Ok(4));
}

#[test]
fn of_a_series_that_is_silent_its_newest_value_is_known() {
    let mut writer = writer();
    keep(&mut writer, &[(0, 1.0), (600_000, 2.0)]);
    writer.prune(Timestamp(START + 2 * HOUR_MS), 1).expect("there is room");
    let known = writer.known(Timestamp(START + 2 * HOUR_MS)).expect("it is there");
    assert_eq!(known[0].points, [(Timestamp(START + 600_000), 2.0)]);
    let later = writer.known(Timestamp(START + 8 * 24 * HOUR_MS)).expect("a list");
    assert_eq!(later, [], "nor one of last week");
}
