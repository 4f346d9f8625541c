//! Whether the device runs on its battery, by what the kernel of Linux and of Android tells to who may read it.

use std::{fs, path::Path};

/// Where the kernel lists batteries and what charges them.
const SUPPLIES: &str = "/sys/class/power_supply";

/// Whether something else than the battery gives the device its power; `false` where that can't be known.
pub fn is_charged() -> bool {
    is_charged_by(Path::new(SUPPLIES))
}

/// A battery says what becomes of it; what charges it may only say that it is plugged in.
fn is_charged_by(supplies: &Path) -> bool {
    let Ok(listed) = fs::read_dir(supplies) else {
        return false;
    };
    let mut is_charged = false;
    for supply in listed.flatten() {
        let told = |what| fs::read_to_string(supply.path().join(what)).unwrap_or_default();
        // That of a mouse, say.
        if told("scope").trim() == "Device" {
            continue;
        }
        match (told("type").trim(), told("status").trim(), told("online").trim()) {
            ("Battery", "Discharging", _) => return false,
            ("Battery", "Charging" | "Full" | "Not charging", _) | ("Mains" | "USB" | "Wireless", _, "1") => {
                is_charged = true;
            }
            _ => {}
        }
    }
    is_charged
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a device with these supplies is charged: the name of each, a file of it, and what that says.
    fn told(name: &str, files: &[(&str, &str, &str)]) -> bool {
        let folder = std::env::temp_dir().join(format!("tideboard-power-{name}-{}", std::process::id()));
        for (supply, file, text) in files {
            let at = folder.join(supply);
            fs::create_dir_all(&at).expect("a folder for temporary files");
            fs::write(at.join(file), [text, "\n"].concat()).expect("it can be written");
        }
        let is_charged = is_charged_by(&folder);
        fs::remove_dir_all(folder).expect("it was made here");
        is_charged
    }

    #[test]
    fn a_battery_that_empties_is_what_the_device_runs_on() {
        let told = |files: &[_]| told("battery", files);
        let battery = ("battery", "type", "Battery");
        assert!(!told(&[battery, ("battery", "status", "Discharging")]));
        assert!(told(&[battery, ("battery", "status", "Charging")]));
        assert!(told(&[battery, ("battery", "status", "Full")]));
        // Plugged in where that gives less than it takes.
        let [usb, plugged] = [("usb", "type", "USB"), ("usb", "online", "1")];
        assert!(!told(&[battery, ("battery", "status", "Discharging"), usb, plugged]));
        assert!(told(&[usb, plugged]));
        assert!(!told(&[usb, ("usb", "online", "0")]));
    }

    #[test]
    fn that_of_a_mouse_says_nothing_of_the_device() {
        let files = [
            ("mains", "type", "Mains"),
            ("mains", "online", "1"),
            ("mouse", "type", "Battery"),
            ("mouse", "scope", "Device"),
            ("mouse", "status", "Discharging"),
        ];
        assert!(told("mouse", &files));
    }

    #[test]
    fn where_nothing_is_told_it_is_taken_for_the_battery() {
        assert!(!is_charged_by(Path::new("/nowhere")));
    }
}
