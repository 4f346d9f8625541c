//! This machine: processor, memory, disks, network, load and the busiest processes.

use std::{
    collections::BTreeMap,
    io,
    sync::mpsc::{Receiver, RecvTimeoutError},
    thread,
    time::Duration,
};

use boot_time::Instant;
use serde_json::json;
use sysinfo::{
    CpuRefreshKind, DiskRefreshKind, Disks, MINIMUM_CPU_UPDATE_INTERVAL, MemoryRefreshKind, Networks, Process,
    ProcessRefreshKind, ProcessesToUpdate, RefreshKind, System,
};

use super::exporter::is_prefix;
use crate::{config::PROCESSES_LEN_MAX, protocol::Value};

/// Measures on a thread of its own, until `stop` is dropped at its other end; not at all where the operating system does not tell.
/// What `tell` is given are series whose names begin with `prefix` and a dot.
///
/// # Errors
/// When the operating system gives no thread.
pub fn start(
    prefix: String,
    every: Duration,
    stop: Receiver<()>,
    mut tell: impl FnMut(Vec<(String, Value)>) + Send + 'static,
) -> io::Result<()> {
    let measure = move || {
        let mut host = match Host::new(prefix) {
            Ok(host) => host,
            Err(error) => {
                tracing::warn!(?error, "this machine can't be measured: its widgets stay empty");
                return;
            }
        };
        // A processor's use is the difference of two readings, which must be this far apart.
        let mut pause = MINIMUM_CPU_UPDATE_INTERVAL;
        while stop.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
            let start = Instant::now();
            tell(host.measure());
            pause = every.saturating_sub(start.elapsed());
        }
    };
    thread::Builder::new()
        .name("host metrics".to_owned())
        .spawn(measure)
        .map(drop)
}

/// What this machine is called, as a name that series can begin with.
#[must_use]
pub fn machine_name() -> String {
    called(&System::host_name().unwrap_or_default())
}

fn called(host: &str) -> String {
    let (first, _) = host.split_once('.').unwrap_or((host, ""));
    let name: String = clean(first).chars().take(MACHINE_CHARS_MAX).collect();
    if is_prefix(&name) {
        return name;
    }
    // It begins with a digit, or is one of the server's own names.
    format!("machine-{name}").trim_end_matches('-').to_owned()
}

/// What the last reading left behind, for the next one to compare with.
struct Host {
    prefix: String,
    system: System,
    networks: Networks,
    disks: Disks,
    measured_at: Instant,
    measured: u64,
}

impl Host {
    fn new(prefix: String) -> Result<Self, sysinfo::Error> {
        let kinds = RefreshKind::nothing()
            .with_cpu(CpuRefreshKind::nothing().with_usage())
            .with_memory(MemoryRefreshKind::nothing().with_ram().with_swap());
        let mut system = System::new()?;
        system.refresh_specifics(kinds);
        let networks = Networks::new_with_refreshed_list()?;
        let disks = Disks::new_with_refreshed_list_specifics(DiskRefreshKind::nothing().with_storage())?;
        Ok(Self {
            prefix,
            system,
            networks,
            disks,
            measured_at: Instant::now(),
            measured: 0,
        })
    }

    fn measure(&mut self) -> Vec<(String, Value)> {
        let mut samples = Samples {
            prefix: self.prefix.clone(),
            samples: Vec::new(),
        };
        self.processor(&mut samples);
        self.memory(&mut samples);
        self.network(&mut samples);
        if self.measured.is_multiple_of(DISKS_EVERY) {
            self.disks.refresh(true);
        }
        self.disks(&mut samples);
        self.processes(&mut samples);
        self.measured += 1;
        samples.samples
    }

    fn processor(&mut self, samples: &mut Samples) {
        self.system.refresh_cpu_usage();
        samples.put("cpu", rounded(self.system.global_cpu_usage()));
        for (core, cpu) in self.system.cpus().iter().enumerate() {
            samples.put(&format!("cpu.{core}"), rounded(cpu.usage()));
        }
        if let Ok(load) = System::load_average() {
            for (minutes, load) in [("1", load.one), ("5", load.five), ("15", load.fifteen)] {
                samples.put(&format!("load.{minutes}"), json!((load * 100.0).round() / 100.0));
            }
        }
        if let Ok(seconds) = System::uptime() {
            samples.put("uptime", json!(seconds));
        }
    }

    fn memory(&mut self, samples: &mut Samples) {
        self.system
            .refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram().with_swap());
        samples.put_space("memory", self.system.used_memory(), self.system.total_memory());
        if self.system.total_swap() > 0 {
            samples.put_space("swap", self.system.used_swap(), self.system.total_swap());
        }
    }

    fn network(&mut self, samples: &mut Samples) {
        self.networks.refresh(true);
        let seconds = self.measured_at.elapsed().as_secs_f64();
        self.measured_at = Instant::now();
        // What a machine tells itself is no traffic.
        let outside = || self.networks.iter().filter(|(name, _)| *name != "lo" && *name != "lo0");
        let per_second = |bytes: u64| json!((bytes as f64 / seconds).round() as u64);
        samples.put(
            "network.received",
            per_second(outside().map(|(_, network)| network.received()).sum()),
        );
        samples.put(
            "network.sent",
            per_second(outside().map(|(_, network)| network.transmitted()).sum()),
        );
    }

    fn disks(&self, samples: &mut Samples) {
        // A disk may be mounted at many places; the shortest path is the one people know it by.
        let mut by_device = BTreeMap::new();
        for disk in self.disks.iter().filter(|disk| disk.total_space() > 0) {
            let mount = disk.mount_point().to_string_lossy().into_owned();
            let known = by_device.entry(disk.name().to_owned()).or_insert((mount.clone(), disk));
            if mount.len() < known.0.len() {
                *known = (mount, disk);
            }
        }
        for (mount, disk) in by_device.values() {
            let (total, free) = (disk.total_space(), disk.available_space());
            samples.put_space(&format!("disk.{}", safe_name(mount)), total.saturating_sub(free), total);
        }
    }

    fn processes(&mut self, samples: &mut Samples) {
        let kinds = ProcessRefreshKind::nothing().with_cpu().with_memory().without_tasks();
        self.system
            .refresh_processes_specifics(ProcessesToUpdate::All, true, kinds);
        let mut busiest: Vec<&Process> = self.system.processes().values().collect();
        busiest.sort_by(|one, other| {
            other
                .cpu_usage()
                .total_cmp(&one.cpu_usage())
                .then(other.memory().cmp(&one.memory()))
        });
        let row = |process: &&Process| {
            let name = process.name().to_string_lossy();
            json!([
                name,
                process.pid().as_u32(),
                rounded(process.cpu_usage()),
                process.memory()
            ])
        };
        samples.put("processes", busiest.iter().take(PROCESSES_LEN_MAX).map(row).collect());
    }
}

struct Samples {
    prefix: String,
    samples: Vec<(String, Value)>,
}

impl Samples {
    fn put(&mut self, name: &str, value: Value) {
        self.samples.push((format!("{}.{name}", self.prefix), value));
    }

    /// Room, in bytes and as a share of the whole.
    fn put_space(&mut self, name: &str, used: u64, total: u64) {
        self.put(&format!("{name}.used"), json!(used));
        self.put(&format!("{name}.total"), json!(total));
        if total > 0 {
            self.put(
                &format!("{name}.percent"),
                rounded((used as f64 / total as f64 * 100.0) as f32),
            );
        }
    }
}

/// Per cent to one decimal: more would only be noise, and longer on the wire.
fn rounded(percent: f32) -> Value {
    json!((f64::from(percent) * 10.0).round() / 10.0)
}

/// A mount point as a part of a series' name: `/` is `root`, `/srv/data` is `srv-data`.
fn safe_name(mount: &str) -> String {
    let name = clean(mount.trim_matches(['/', '\\']));
    if name.is_empty() { "root".to_owned() } else { name }
}

fn clean(text: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
    text.chars().map(plain).take(NAME_CHARS_MAX).collect()
}

/// Disks fill slowly, and asking a remote one may take long.
const DISKS_EVERY: u64 = 10;
/// Leaves room for the rest of the series' name.
const NAME_CHARS_MAX: usize = 40;
/// The same with `machine-` before it.
const MACHINE_CHARS_MAX: usize = 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_point_becomes_a_plain_name() {
        assert_eq!(safe_name("/"), "root");
        assert_eq!(safe_name("/srv/data 1"), "srv-data-1");
        assert_eq!(safe_name("C:\\"), "C-");
    }

    #[test]
    fn a_machine_is_called_so_that_series_can_be() {
        for (host, name) in [
            ("web1", "web1"),
            ("web1.example.org", "web1"),
            ("8f14e45fceea", "machine-8f14e45fceea"),
            ("host", "machine-host"),
            ("küche", "k-che"),
            ("", "machine"),
        ] {
            assert_eq!(called(host), name);
        }
        assert!(is_prefix(&called(&"9".repeat(200))));
    }

    #[test]
    fn this_machine_has_a_processor_memory_and_processes() {
        let samples: BTreeMap<String, Value> = Host::new("web1".to_owned())
            .expect("tests run where it can be measured")
            .measure()
            .into_iter()
            .collect();
        for name in [
            "web1.cpu",
            "web1.cpu.0",
            "web1.memory.used",
            "web1.memory.percent",
            "web1.network.sent",
            "web1.uptime",
        ] {
            assert!(samples.get(name).is_some_and(Value::is_number), "{name}: {samples:?}");
        }
        let rows = samples["web1.processes"].as_array().expect("rows");
        assert!(!rows.is_empty() && rows.len() <= PROCESSES_LEN_MAX);
    }
}
