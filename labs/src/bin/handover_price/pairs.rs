//! Who hands over to whom, and how.

use anyhow::Result;
use labkit::Cost;
use labs::cores;
use labs::handover::{ball, coroutines, futex, pipes, tasks};

use crate::tasks::on_the_reference;
#[cfg(target_arch = "x86_64")]
use crate::{
    fibers::fiber,
    given::{Inline, Naked},
};

/// Two cores, one for each of a pair; nothing where both share the first one.
pub type TwoCores = Option<[usize; 2]>;

/// Two that hand a turn to and fro.
pub struct Pair {
    pub name: &'static str,
    /// What the page calls it.
    pub says: &'static str,
    pub class: Class,
    is_on_two_cores: bool,
    /// Makes so many round trips.
    run: fn(TwoCores, u32) -> Result<Cost>,
}

/// Who decides who is next.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The one that hands over.
    Coroutine,
    /// An executor in one thread.
    Task,
    /// An executor in several threads, and the kernel for these.
    Workers,
    /// The kernel.
    Kernel,
}

const PAIRS: &[Pair] = &[
    Pair {
        name: "corosensei",
        says: "a coroutine of corosensei",
        class: Class::Coroutine,
        is_on_two_cores: false,
        run: |_, trips| cores::on_one(|| coroutines::corosensei(trips)),
    },
    #[cfg(target_arch = "x86_64")]
    Pair {
        name: "inline",
        says: "a fiber of 12.2, inline switch",
        class: Class::Coroutine,
        is_on_two_cores: false,
        run: |_, trips| cores::on_one(|| fiber::<Inline>(trips)),
    },
    #[cfg(target_arch = "x86_64")]
    Pair {
        name: "naked",
        says: "a fiber of 12.2, naked switch",
        class: Class::Coroutine,
        is_on_two_cores: false,
        run: |_, trips| cores::on_one(|| fiber::<Naked>(trips)),
    },
    Pair {
        name: "tokio",
        says: "a task of tokio, one thread",
        class: Class::Task,
        is_on_two_cores: false,
        run: |_, trips| {
            cores::on_one(|| tasks::on_tokio(&tasks::tokio_here()?, ball::players(trips)))
        },
    },
    Pair {
        name: "executor",
        says: "a task of the executor of 13.3",
        class: Class::Task,
        is_on_two_cores: false,
        run: |_, trips| cores::on_one(|| on_the_reference(ball::players(trips))),
    },
    Pair {
        name: "tokio_workers",
        says: "a task of tokio, two threads",
        class: Class::Workers,
        is_on_two_cores: true,
        run: |two, trips| {
            beside(two, || tasks::on_tokio(&tasks::tokio_with_two_workers()?, ball::players(trips)))
        },
    },
    Pair {
        name: "futex",
        says: "a thread, by futex(2)",
        class: Class::Kernel,
        is_on_two_cores: true,
        run: |two, trips| cores::on_one(|| futex::threads(second(two), trips)),
    },
    Pair {
        name: "pipe_threads",
        says: "a thread, by pipes",
        class: Class::Kernel,
        is_on_two_cores: true,
        run: |two, trips| {
            cores::on_one(|| pipes::threads(second(two), trips, || Ok(()), || Ok(())))
        },
    },
    Pair {
        name: "pipe_processes",
        says: "a process, by pipes",
        class: Class::Kernel,
        is_on_two_cores: true,
        run: |two, trips| {
            cores::on_one(|| pipes::processes(second(two), trips, || Ok(()), || Ok(())))
        },
    },
];

/// A pair on one core or on two: a variant of the lab.
pub struct Turn {
    pub pair: &'static Pair,
    pub two: TwoCores,
    pub variant: String,
    /// How many round trips it makes.
    pub trips: u32,
}

/// All that can be measured where there are these cores.
pub fn turns(two: TwoCores, is_quick: bool) -> Vec<Turn> {
    let on = |two: TwoCores| {
        let fits = move |pair: &&Pair| pair.is_on_two_cores || two.is_none();
        PAIRS.iter().filter(fits).map(move |pair| {
            let cores = if two.is_some() { "two_cores" } else { "one_core" };
            let variant = format!("{}_{cores}", pair.name);
            Turn { pair, two, variant, trips: pair.class.trips(is_quick) }
        })
    };
    on(None).chain(two.into_iter().flat_map(|two| on(Some(two)))).collect()
}

impl Turn {
    pub fn run(&self) -> Result<Cost> {
        (self.pair.run)(self.two, self.trips)
    }

    /// The variant and how many round trips it makes.
    pub fn counted(&self) -> (&str, u32) {
        (&self.variant, self.trips)
    }
}

impl Class {
    fn trips(self, is_quick: bool) -> u32 {
        match (self, is_quick) {
            (Class::Coroutine, _) => 20_000,
            (Class::Task | Class::Workers, true) => 500,
            (Class::Task | Class::Workers, false) => 2_000,
            (Class::Kernel, true) => 20,
            (Class::Kernel, false) => 200,
        }
    }
}

fn second(two: TwoCores) -> Option<usize> {
    two.map(|[_, second]| second)
}

/// Runs it on both cores, or on the first one, wherever the scheduler puts the threads that it makes.
pub fn beside<T>(two: TwoCores, run: impl FnOnce() -> Result<T>) -> Result<T> {
    match two {
        Some(two) => cores::on(&two, run),
        None => cores::on_one(run),
    }
}
