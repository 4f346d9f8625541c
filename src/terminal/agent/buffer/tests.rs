use std::path::PathBuf;

use super::*;

/// On the disk, and gone with its owner.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tideboard-agent-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn sample(series: &str, value: f64) -> Sample {
    (series.to_owned(), value, None)
}

/// Series, values and times of all that is kept.
fn all(buffer: &Buffer) -> Vec<(String, f64, u64)> {
    let Some(batch) = buffer.oldest(usize::MAX).expect("it is read") else {
        return Vec::new();
    };
    let line = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let series = line["series"].as_str().expect("a name").to_owned();
        (
            series,
            line["value"].as_f64().expect("a number"),
            line["at"].as_u64().expect("a time"),
        )
    };
    batch.body.lines().map(line).collect()
}

#[test]
fn what_is_kept_is_there_in_order_when_it_is_opened_again() {
    let folder = Folder::new("order");
    let mut buffer = Buffer::open(&folder.0).expect("a new one");
    assert_eq!(buffer.oldest(1), Ok(None));
    buffer
        .keep(5, &[sample("a", 1.5), ("b{x=\"\\\"\"}".to_owned(), -0.0, Some(3))])
        .expect("there is room");
    buffer.keep(4, &[sample("a", 1e300)]).expect("there is room");
    drop(buffer);
    let buffer = Buffer::open(&folder.0).expect("the same");
    assert_eq!(buffer.samples(), 3);
    let expected = [("a", 1.5, 5), ("b{x=\"\\\"\"}", -0.0, 3), ("a", 1e300, 4)];
    assert_eq!(
        all(&buffer),
        expected.map(|(name, value, at)| (name.to_owned(), value, at))
    );
}

#[test]
fn what_was_answered_is_let_go_of_wherever_a_batch_ends() {
    let folder = Folder::new("batches");
    let mut buffer = Buffer::open(&folder.0).expect("a new one");
    for at in 0..4 {
        let samples: Vec<Sample> = (0..3)
            .map(|number| sample(&format!("s{number}"), f64::from(at)))
            .collect();
        buffer.keep(at as u64, &samples).expect("there is room");
    }
    let whole = all(&buffer);
    let mut sent = Vec::new();
    for bytes_max in [1, 80, 100, 150, 1_000] {
        let batch = buffer.oldest(bytes_max).expect("it is read").expect("there are some");
        assert!(batch.len == 1 || batch.body.len() <= bytes_max);
        sent.extend(all(&buffer).into_iter().take(usize::try_from(batch.len).expect("few")));
        buffer.forget(&batch, batch.len).expect("it is written");
        assert_eq!(buffer.samples() as usize, whole.len() - sent.len());
        assert_eq!(all(&buffer), whole[sent.len()..]);
    }
    assert_eq!((sent, buffer.bytes), (whole, 0));
}

#[test]
fn of_a_batch_that_was_answered_in_part_the_rest_stays() {
    let folder = Folder::new("part");
    let mut buffer = Buffer::open(&folder.0).expect("a new one");
    buffer
        .keep(1, &[sample("a", 1.0), sample("b", 1.0)])
        .expect("there is room");
    buffer
        .keep(2, &[sample("a", 2.0), sample("b", 2.0)])
        .expect("there is room");
    let batch = buffer.oldest(usize::MAX).expect("it is read").expect("there are some");
    assert_eq!(batch.series(4), Some("b".to_owned()));
    buffer.forget(&batch, 3).expect("it is written");
    assert_eq!(all(&buffer), [("b".to_owned(), 2.0, 2)]);
}

#[test]
fn the_oldest_goes_when_there_is_no_room_also_while_it_is_being_sent() {
    let folder = Folder::new("full");
    let mut buffer = Buffer::bounded(&folder.0, 200).expect("a new one");
    buffer.keep(1, &[sample("a", 1.0)]).expect("there is room");
    let batch = buffer.oldest(usize::MAX).expect("it is read").expect("there is one");
    let mut gone = 0;
    for at in 2..40 {
        gone += buffer.keep(at, &[sample("a", at as f64)]).expect("room is made");
    }
    assert_eq!(gone + buffer.samples(), 39);
    assert!(buffer.bytes <= 200 && gone > 1);
    let before = all(&buffer);
    assert_eq!(before.last(), Some(&("a".to_owned(), 39.0, 39)));
    buffer.forget(&batch, 1).expect("it is gone already");
    assert_eq!(all(&buffer), before);
}

#[test]
fn a_shift_is_of_one_run_and_is_there_after_it() {
    let folder = Folder::new("shift");
    let mut buffer = Buffer::open(&folder.0).expect("a new one");
    buffer.keep(1_000, &[sample("a", 1.0)]).expect("there is room");
    buffer.shift_by(-900).expect("it is written");
    drop(buffer);
    let mut buffer = Buffer::open(&folder.0).expect("the same");
    buffer.keep(2_000, &[sample("a", 2.0)]).expect("there is room");
    let times: Vec<u64> = all(&buffer).into_iter().map(|(_, _, at)| at).collect();
    assert_eq!(times, [100, 2_000]);
}

#[test]
fn a_file_is_one_agents_alone_and_another_programs_is_left_untouched() {
    let folder = Folder::new("alone");
    let buffer = Buffer::open(&folder.0).expect("a new one");
    let error = Buffer::open(&folder.0).expect_err("it is held").to_string();
    assert!(error.contains("another agent") && error.contains("--data"), "{error}");
    drop(buffer);
    let file = folder.0.join(FILE_NAME);
    for foreign in [
        "not a database at all, but longer than the header of one, which has one hundred bytes and is looked at",
        "",
    ] {
        fs::remove_file(&file).expect("it is there");
        if foreign.is_empty() {
            let other = Connection::open(&file).expect("a new file");
            other.execute_batch("CREATE TABLE t (x)").expect("it is written");
        } else {
            fs::write(&file, foreign).expect("it is written");
        }
        let before = fs::read(&file).expect("it is there");
        let error = Buffer::open(&folder.0).expect_err("it is another's").to_string();
        assert!(error.contains("another program"), "{error}");
        assert_eq!(fs::read(&file).expect("it is there"), before);
    }
}
