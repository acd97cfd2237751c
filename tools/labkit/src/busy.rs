//! How busy others kept the machine while a lab ran.

use std::fs;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::cost::processor_time;

/// Above this share of the processors for other programs, a page says that the machine was busy.
const MOST_FOR_OTHERS: f64 = 0.1;

/// The same for what the host of a virtual machine took away.
const MOST_STOLEN: f64 = 0.02;

/// How the machine was used while a lab ran.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Busy {
    /// The load average of the minute before the lab, and of its last minute.
    pub(crate) load: [f64; 2],
    /// Who used the processors; nothing where `/proc/stat` does not tell.
    pub(crate) shares: Option<Shares>,
}

/// Who else used the processors, as shares of all of them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Shares {
    /// Other programs, and the kernel where it did not work for the lab.
    pub(crate) others: f64,
    /// The host of this virtual machine.
    pub(crate) stolen: f64,
}

/// A reading of the processors' clocks; the difference of two tells who used them.
pub(crate) struct Clocks {
    load: f64,
    ticks: Option<Ticks>,
    ours: Duration,
}

/// Seconds that all processors together have spent so far.
struct Ticks {
    all: f64,
    idle: f64,
    stolen: f64,
}

impl Clocks {
    pub(crate) fn read() -> Clocks {
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let load = load.split(' ').next().and_then(|load| load.parse().ok()).unwrap_or_default();
        let ticks = Ticks::parse(&fs::read_to_string("/proc/stat").unwrap_or_default());
        Clocks { load, ticks, ours: processor_time() }
    }

    pub(crate) fn since(&self, before: &Clocks) -> Busy {
        let shares = match (&before.ticks, &self.ticks) {
            (Some(before_ticks), Some(ticks)) => {
                let ours = self.ours.saturating_sub(before.ours).as_secs_f64();
                Some(ticks.shares(before_ticks, ours))
            }
            _ => None,
        };
        Busy { load: [before.load, self.load], shares }
    }
}

impl Ticks {
    /// Reads the first line, `cpu user nice system idle iowait irq softirq steal ...` in
    /// hundredths of a second, see proc_stat(5).
    fn parse(stat: &str) -> Option<Ticks> {
        let values = stat.lines().next()?.strip_prefix("cpu ")?.split_whitespace().take(8);
        let s: Vec<f64> =
            values.map(|v| Some(v.parse::<f64>().ok()? / 100.0)).collect::<Option<_>>()?;
        let [.., idle, iowait, _irq, _softirq, stolen] = s[..] else { return None };
        Some(Ticks { all: s.iter().sum(), idle: idle + iowait, stolen })
    }

    fn shares(&self, before: &Ticks, ours: f64) -> Shares {
        let all = (self.all - before.all).max(0.01);
        let stolen = self.stolen - before.stolen;
        let others = all - (self.idle - before.idle) - stolen - ours;
        Shares { others: (others / all).clamp(0.0, 1.0), stolen: (stolen / all).clamp(0.0, 1.0) }
    }
}

impl Busy {
    /// Whether the numbers need a warning.
    pub(crate) fn is_warning(&self) -> bool {
        self.shares.is_none_or(|s| s.others > MOST_FOR_OTHERS || s.stolen > MOST_STOLEN)
    }

    /// What goes with the numbers, on the terminal and on a page.
    pub(crate) fn sentence(&self) -> String {
        let percent = |share: f64| format!("{:.0} %", share * 100.0);
        let [before, after] = self.load;
        let load = format!("The load average was {before:.1} before and {after:.1} after.");
        let Some(shares) = self.shares else {
            return format!(
                "It is unknown how busy the machine was: /proc/stat does not tell. {load}"
            );
        };
        let (word, advice) = if self.is_warning() {
            ("busy", " Trust the orders, not the digits.")
        } else {
            ("quiet", "")
        };
        let (others, stolen) = (percent(shares.others), percent(shares.stolen));
        format!(
            "The machine was {word} while this was measured: other programs used {others} of its \
             processors, and its host took {stolen}. {load}{advice}"
        )
    }
}

#[cfg(test)]
mod tests;
