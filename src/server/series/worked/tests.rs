//! Gaps, silence, and the past as the present.

use super::*;

fn worked(text: &str, names: &[&str]) -> Worked {
    let formula = Formula::read(text).expect("meant as one").expect(text);
    Worked::new(&formula, &|beginning| {
        let found = names.iter().filter(|name| name.starts_with(beginning));
        found.map(|name| (*name).to_owned()).collect()
    })
}

fn take(worked: &mut Worked, name: &str, second: u64, value: f64) -> Option<Value> {
    let at = Timestamp(second * 1_000);
    let values = Bucket::of(value);
    worked.take(
        name,
        0,
        &Entry {
            at,
            heard_at: at,
            values,
        },
    );
    worked.value(at)
}

#[test]
fn a_ratio_by_nothing_is_a_gap_and_no_infinity() {
    let mut ratio = worked("fuel / tank", &[]);
    assert_eq!(take(&mut ratio, "fuel", 0, 4.0), None, "the other has sent nothing");
    assert_eq!(take(&mut ratio, "tank", 0, 0.0), None);
    assert_eq!(take(&mut ratio, "tank", 1, 8.0), Some(json!(0.5)));
    let mut both = worked("fuel / fuel", &[]);
    assert_eq!(take(&mut both, "fuel", 0, 0.0), None, "and none of nothing by nothing");
    assert_eq!(take(&mut both, "fuel", 1, 2.0), Some(json!(1.0)));
}

#[test]
fn what_is_silent_is_no_part_of_what_is_worked_out() {
    let mut ratio = worked("fuel / tank", &[]);
    let mut sum = worked("sum(fuel + tank)", &[]);
    for second in 0..5 {
        for name in ["fuel", "tank"] {
            take(&mut ratio, name, second, 2.0);
            take(&mut sum, name, second, 2.0);
        }
    }
    assert_eq!(take(&mut ratio, "fuel", 6, 2.0), Some(json!(1.0)), "two are missing");
    assert_eq!(take(&mut sum, "fuel", 6, 2.0), Some(json!(4.0)));
    assert_eq!(take(&mut ratio, "fuel", 7, 2.0), None);
    assert_eq!(take(&mut sum, "fuel", 7, 2.0), Some(json!(2.0)));
}

#[test]
fn a_star_takes_in_what_comes_and_lets_go_of_what_goes() {
    let mut sum = worked("sum(tank*)", &["tank.1", "other"]);
    assert_eq!(take(&mut sum, "tank.1", 0, 1.0), Some(json!(1.0)));
    assert!(sum.arrive("tank.2", true) && !sum.arrive("tank.2", true) && !sum.arrive("oil", true));
    assert_eq!(take(&mut sum, "tank.2", 0, 2.0), Some(json!(3.0)));
    sum.forget("tank.1");
    assert_eq!(take(&mut sum, "tank.2", 1, 2.0), Some(json!(2.0)));
    assert_eq!(sum.inputs().len(), 1);
}

#[test]
fn of_more_series_than_allowed_nothing_is_said() {
    let names: Vec<String> = (0..=FORMULA_INPUTS_LEN_MAX)
        .map(|number| format!("tank.{number}"))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut sum = worked("sum(tank*)", &names[1..]);
    assert!(take(&mut sum, "tank.1", 0, 1.0).is_some());
    assert!(sum.arrive("tank.0", true));
    assert_eq!(
        take(&mut sum, "tank.1", 1, 1.0),
        None,
        "it would be a sum of some of them"
    );
}

#[test]
fn the_greatest_are_rows() {
    let mut top = worked("top 2(tank*)", &["tank.1", "tank.2", "tank.3"]);
    take(&mut top, "tank.1", 0, 5.0);
    take(&mut top, "tank.2", 0, 7.0);
    assert_eq!(
        take(&mut top, "tank.3", 0, 7.0),
        Some(json!([["tank.2", 7.0], ["tank.3", 7.0]]))
    );
    let mut by_mean = worked("top 1(avg 1m of tank*)", &["tank.1", "tank.2"]);
    take(&mut by_mean, "tank.1", 0, 10.0);
    take(&mut by_mean, "tank.2", 0, 6.0);
    assert_eq!(take(&mut by_mean, "tank.1", 1, 0.0), Some(json!([["tank.2", 6.0]])));
}

#[test]
fn a_sum_of_rates_is_none_of_a_sum() {
    let mut sum = worked("sum(rate 1m of up{*})", &["up{a=\"1\"}", "up{a=\"2\"}"]);
    for second in 0..=10 {
        take(&mut sum, "up{a=\"1\"}", second, second as f64);
        take(&mut sum, "up{a=\"2\"}", second, 2.0 * second as f64);
    }
    // One begins anew: the other goes on.
    take(&mut sum, "up{a=\"1\"}", 11, 1.0);
    assert_eq!(take(&mut sum, "up{a=\"2\"}", 11, 22.0), Some(json!(3.0)));
    let mut mean = worked("avg 1m of sum(a + b)", &[]);
    take(&mut mean, "a", 0, 1.0);
    assert_eq!(take(&mut mean, "b", 1, 2.0), Some(json!(2.0)), "of 1 and 3");
}

#[test]
fn what_was_a_day_ago_is_another_input() {
    let mut worked = worked("fuel / yesterday of fuel", &[]);
    assert_eq!(
        worked.inputs().iter().map(|input| input.ago_ms).collect::<Vec<_>>(),
        [0, 86_400_000]
    );
    assert_eq!(take(&mut worked, "fuel", 1, 6.0), None);
    let (at, values) = (Timestamp(1_000), Bucket::of(3.0));
    let entry = Entry {
        at,
        heard_at: at,
        values,
    };
    worked.take("fuel", 86_400_000, &entry);
    assert_eq!(worked.value(at), Some(json!(2.0)));
}

#[test]
fn the_past_of_a_formula_has_the_gaps_of_what_it_is_of() {
    let input = Input {
        name: "fuel".to_owned(),
        ago_ms: 0,
    };
    // A counter by the second, with a minute of nothing; in steps of ten seconds.
    let seconds = (0..60).chain(120..180);
    let entries: Vec<_> = seconds
        .map(|second| {
            (
                input.clone(),
                Timestamp(second * 1_000),
                Bucket::of(second as f64 * 3.0),
            )
        })
        .collect();
    let past = |text: &str, from| {
        let formula = Formula::read(text).expect("meant as one").expect(text);
        Worked::past(
            &formula,
            &|_| Vec::new(),
            entries.clone(),
            [10_000, 1_000],
            Timestamp(from),
        )
    };
    let rate = past("rate 10s of fuel", 0);
    let begins: Vec<u64> = rate.iter().map(|(at, _)| at.0 / 10_000).collect();
    assert_eq!(begins, (0..6).chain(12..18).collect::<Vec<_>>());
    assert!(rate.iter().all(|(_, bucket)| bucket.mean() == 3.0), "{rate:?}");
    let mean = past("avg 1m of fuel", 150_000);
    assert_eq!(mean[0].0, Timestamp(150_000));
    assert_eq!(past("fuel / fuel", 0).len(), 12);
}
