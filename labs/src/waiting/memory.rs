//! What the kernel says of the memory of processes.

use std::fs;

use anyhow::{Context, Result};
use nix::unistd::Pid;

/// Memory of one or more processes, in bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Memory {
    /// Resident pages that are in the page tables of one process alone (smaps: `Private_Clean` and `_Dirty`).
    pub own: u64,
    /// All resident pages, those that are shared once for each process (smaps: `Rss`).
    pub resident: u64,
    /// The same, each divided by the number of processes that share it (smaps: `Pss`).
    pub share: u64,
    /// Addresses that may be used, whether there is memory behind them or not (status: `VmSize`).
    pub addresses: u64,
    /// Page tables (status: `VmPTE`).
    pub page_tables: u64,
    /// The stacks in the kernel of all threads of the machine (meminfo: `KernelStack`).
    pub kernel_stacks: u64,
    /// The small objects of the kernel that it cannot do without, such as its entry for a thread; of the whole
    /// machine (meminfo: `SUnreclaim`).
    pub kernel_objects: u64,
}

impl Memory {
    /// The memory of this process.
    pub(super) fn of_this_process() -> Result<Memory> {
        let mut memory = Memory::of_machine()?;
        memory.add("self")?;
        Ok(memory)
    }

    /// The memory of some other processes together.
    pub(super) fn of_others(processes: &[Pid]) -> Result<Memory> {
        let mut memory = Memory::of_machine()?;
        for process in processes {
            memory.add(&process.to_string())?;
        }
        Ok(memory)
    }

    fn of_machine() -> Result<Memory> {
        let meminfo = fs::read_to_string("/proc/meminfo")?;
        let [kernel_stacks, kernel_objects] =
            ["KernelStack:", "SUnreclaim:"].map(|name| bytes(&meminfo, name));
        Ok(Memory {
            kernel_stacks: kernel_stacks?,
            kernel_objects: kernel_objects?,
            ..Memory::default()
        })
    }

    fn add(&mut self, process: &str) -> Result<()> {
        let pages = fs::read_to_string(format!("/proc/{process}/smaps_rollup"))?;
        let status = fs::read_to_string(format!("/proc/{process}/status"))?;
        self.own += bytes(&pages, "Private_Clean:")? + bytes(&pages, "Private_Dirty:")?;
        self.resident += bytes(&pages, "Rss:")?;
        self.share += bytes(&pages, "Pss:")?;
        self.addresses += bytes(&status, "VmSize:")?;
        self.page_tables += bytes(&status, "VmPTE:")?;
        Ok(())
    }

    /// What is not of one process.
    pub(super) fn of_the_machine(&self) -> Memory {
        let Memory { kernel_stacks, kernel_objects, .. } = *self;
        Memory { kernel_stacks, kernel_objects, ..Memory::default() }
    }

    /// How much more this is; nothing where it is less.
    pub(super) fn less(&self, before: &Memory) -> Memory {
        let mut more = self.numbers();
        for (number, before) in more.iter_mut().zip(before.numbers()) {
            *number = number.saturating_sub(before);
        }
        Memory::from_numbers(more)
    }

    pub(super) fn to_text(self) -> String {
        self.numbers().map(|number| number.to_string()).join(" ")
    }

    pub(super) fn from_text(text: &str) -> Option<Memory> {
        let numbers: Option<Vec<u64>> = text.split(' ').map(|number| number.parse().ok()).collect();
        numbers?.try_into().ok().map(Memory::from_numbers)
    }

    fn numbers(&self) -> [u64; 7] {
        let Memory { own, resident, share, addresses, page_tables, kernel_stacks, kernel_objects } =
            *self;
        [own, resident, share, addresses, page_tables, kernel_stacks, kernel_objects]
    }

    fn from_numbers(numbers: [u64; 7]) -> Memory {
        let [own, resident, share, addresses, page_tables, kernel_stacks, kernel_objects] = numbers;
        Memory { own, resident, share, addresses, page_tables, kernel_stacks, kernel_objects }
    }
}

/// The number after a name, which is in KiB.
fn bytes(text: &str, name: &str) -> Result<u64> {
    let mut lines = text.lines().filter_map(|line| line.strip_prefix(name));
    let number = lines.next().with_context(|| format!("the kernel tells no `{name}`"))?;
    let number =
        number.trim().strip_suffix("kB").with_context(|| format!("`{name}` is not in kB"))?;
    Ok(number.trim().parse::<u64>()? * 1_024)
}
