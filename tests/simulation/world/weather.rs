//! What goes wrong, and how all is mended in the end.

use tideboard::config::SCHEMA;

use super::*;

impl World {
    pub fn disaster(&mut self, act: Act) {
        let count = self.tabs.len();
        match act {
            Act::Cut { tab } => {
                if let Some(session) = self.tabs[tab % count].wire {
                    self.drop_wire(session, self.now % 50);
                }
            }
            Act::Partition { tab, ms } => {
                self.partitioned.insert(tab % count, self.now + ms);
            }
            Act::NoSockets { ms, for_good } => {
                self.no_sockets_for_good |= for_good;
                self.block_sockets(self.now + ms);
            }
            Act::KillTab { tab } => self.kill_tab(tab % count),
            Act::KillDevice { tab } => {
                let device = self.tabs[tab % count].device;
                self.devices[device].disk.power_loss();
                for tab in (0..count)
                    .filter(|tab| self.tabs[*tab].device == device)
                    .collect::<Vec<_>>()
                {
                    self.tabs[tab].jobs.clear();
                    self.kill_tab(tab);
                }
            }
            Act::Freeze { tab, ms } if !self.tabs[tab % count].frozen => {
                let state = &mut self.tabs[tab % count];
                (state.frozen, state.frozen_at) = (true, self.now);
                // Whoever is away for weeks comes back when all else has been said.
                if ms < DAY_MS {
                    self.at(self.now + ms, Happening::Thaw { tab: tab % count });
                }
            }
            Act::Leaders { tab, leading } => {
                let life = self.tabs[tab % count].life;
                self.tabs[tab % count].leading = leading;
                self.give(tab % count, life, Input::Leading(leading));
            }
            Act::KillServer => {
                let down = 1 + self.dice.below(4_000);
                self.kill_server(down);
            }
            Act::UpdateServer { is_newer } => {
                self.is_newer = is_newer;
                self.kill_server(200);
            }
            Act::UpdateTab { tab, is_newer } => {
                self.tabs[tab % count].is_newer = is_newer;
                self.kill_tab(tab % count);
            }
            Act::FailCommit { unknown } => self.fail_commit = Some(unknown),
            Act::Backup => {
                self.backup = Some(self.disk.clone());
                self.ledger.backup();
            }
            Act::RestoreBackup => {
                if let Some(backup) = self.backup.clone() {
                    self.kill_server(300);
                    self.disk = backup;
                    self.disk.forget();
                    self.ledger.restore();
                }
            }
            Act::FullDisk { tab, ms } => {
                let tab = tab % count;
                let (device, life) = (self.tabs[tab].device, self.tabs[tab].life);
                self.devices[device].disk.room = if ms % 2 == 0 { Room::None } else { Room::AsMuch };
                self.at(self.now + ms, Happening::DiskFree { device });
                // What nobody looks at makes room.
                let left = self.boards[ms as usize % self.boards.len()].clone();
                self.command(tab, Command::Unwatch { board: left.clone() });
                let input = Input::Command(Command::Watch { board: left });
                self.at(self.now + 2 * ms, Happening::ToTab { tab, life, input });
            }
            Act::ClearStorage { tab } => {
                let device = self.tabs[tab % count].device;
                self.devices[device].disk.clear();
                self.devices[device].cleared_at = self.now;
                self.ledger.cleared(device);
            }
            Act::Tear {
                tab,
                kind,
                pick,
                in_a_crash,
            } => self.tear(tab % count, (kind, pick), in_a_crash),
            Act::SwitchPrincipal { tab } => self.sign_in_next(self.tabs[tab % count].device),
            Act::Hide { tab, ms } => {
                let (tab, life) = (tab % count, self.tabs[tab % count].life);
                self.give(tab, life, Input::Visible(false));
                let input = Input::Visible(true);
                self.at(self.now + ms, Happening::ToTab { tab, life, input });
            }
            Act::Lag { tab } => self.lag_next = Some(tab),
            _ => {}
        }
    }

    fn block_sockets(&mut self, until: u64) {
        self.no_sockets_until = until;
        for session in self.wires.keys().copied().collect::<Vec<_>>() {
            self.drop_wire(session, 1);
        }
    }

    /// Sockets come back, unless they were to stay away: but who has not met the server yet waits for one.
    pub(super) fn mend_sockets(&mut self, person: usize) {
        let met = |tab: &Tab| {
            tab.engine
                .as_ref()
                .is_none_or(|engine| engine.status().namespace.is_some())
        };
        if person == 0 && self.no_sockets_for_good && self.tabs.iter().all(met) {
            self.block_sockets(u64::MAX);
        } else {
            self.no_sockets_until = 0;
        }
    }

    pub(super) fn heal(&mut self) {
        self.healing = true;
        self.partitioned.clear();
        (self.fail_commit, self.lag_next) = (None, None);
        let away = self.tabs.iter().any(|tab| tab.frozen);
        if away {
            self.leap_ms += 90 * DAY_MS;
        }
        // What is newer than its server, or than the page that sends, waits for one that can read it.
        let is_played = |of: fn(&Act) -> bool| self.plan.steps.iter().any(|step| of(&step.act));
        let pages = is_played(|act| matches!(act, Act::UpdateTab { .. }));
        let server = is_played(|act| matches!(act, Act::UpdateServer { .. }));
        if (pages || server) && !std::mem::replace(&mut self.is_newer, true) {
            self.kill_server(1);
        } else if self.server.is_none() {
            self.start_server();
        }
        for device in 0..self.devices.len() {
            self.devices[device].disk.room = Room::Free;
            for tab in (0..self.tabs.len())
                .filter(|tab| self.tabs[*tab].device == device)
                .collect::<Vec<_>>()
            {
                self.thaw(tab);
                if pages && !std::mem::replace(&mut self.tabs[tab].is_newer, true) {
                    self.kill_tab(tab);
                }
            }
            self.elect(device);
        }
    }
}

/// From here on a program with the next data model runs, or one with this one.
pub(super) fn speak(is_newer: bool) {
    planted::speak(SCHEMA + u32::from(is_newer));
}
