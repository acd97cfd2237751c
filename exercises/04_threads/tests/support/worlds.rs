//! Worlds in which the test knows who does what, and what can be seen.

use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicI32, Ordering::SeqCst};

use nix::libc;
use nix::unistd::{Pid, gettid};
use threads::e2_shared_or_not::RealWorld;
use threads::world::{Effect, World};

use crate::tasks;

/// Numbers that a process shares with the children that it forks.
pub struct Shared {
    numbers: NonNull<[AtomicI32; Shared::COUNT]>,
}

// SAFETY: all that is shared are atomics, and nobody unmaps them.
unsafe impl Sync for Shared {}

impl Shared {
    const COUNT: usize = 1024;

    /// They are all 0, and stay mapped to the end of the test.
    pub fn new() -> Shared {
        let size = size_of::<[AtomicI32; Shared::COUNT]>();
        let access = libc::PROT_READ | libc::PROT_WRITE;
        let flags = libc::MAP_SHARED | libc::MAP_ANONYMOUS;
        // SAFETY: the kernel chooses a range that nothing else uses.
        let start = unsafe { libc::mmap(ptr::null_mut(), size, access, flags, -1, 0) };
        assert_ne!(start, libc::MAP_FAILED, "a system has memory");
        Shared { numbers: NonNull::new(start.cast()).expect("address 0 is not given away") }
    }

    pub fn numbers(&self) -> &[AtomicI32] {
        // SAFETY: the memory is mapped, and all zeros are valid atomics.
        unsafe { self.numbers.as_ref() }
    }
}

/// What was done in a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Prepare,
    ActBegins,
    ActEnds,
    Visible,
    Restore,
}

/// What was done, for which effect, and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    pub step: Step,
    pub effect: Effect,
    pub process: i32,
    pub thread: i32,
}

/// A world that writes down who does what. What is visible there, the test says.
pub struct Marker<'a> {
    /// A bit for each effect, in the order of `Effect::ALL`.
    pub visible: usize,
    /// What a unit does.
    pub act: &'a (dyn Fn(Effect) + Sync),
    /// Whether the first unit gives a creator that does not wait the time to go on.
    pub is_slow: bool,
    log: Shared,
    creator: Pid,
}

impl Marker<'_> {
    pub const STEPS: [Step; 5] =
        [Step::Prepare, Step::ActBegins, Step::ActEnds, Step::Visible, Step::Restore];

    pub fn new<'a>(visible: usize, act: &'a (dyn Fn(Effect) + Sync)) -> Marker<'a> {
        Marker { visible, act, is_slow: false, log: Shared::new(), creator: gettid() }
    }

    /// All that was done, in order.
    pub fn events(&self) -> Vec<Event> {
        let (count, entries) = self.log.numbers().split_first().expect("there are numbers");
        let count = usize::try_from(count.load(SeqCst)).expect("a count is not negative");
        let event = |entry: &[AtomicI32]| {
            let [what, process, thread] = [0, 1, 2].map(|at| entry[at].load(SeqCst));
            let what = what.unsigned_abs() as usize;
            let (step, effect) = (Marker::STEPS[what % 5], Effect::ALL[what / 5]);
            Event { step, effect, process, thread }
        };
        entries.chunks_exact(3).take(count).map(event).collect()
    }

    /// How often this step was done.
    pub fn count(&self, step: Step) -> usize {
        self.events().iter().filter(|event| event.step == step).count()
    }

    fn record(&self, step: Step, effect: Effect) {
        let (count, entries) = self.log.numbers().split_first().expect("there are numbers");
        let at = Effect::ALL.iter().position(|&other| other == effect).expect("all are there");
        let what = at * 5 + Marker::STEPS.iter().position(|&s| s == step).expect("all are there");
        let number = count.load(SeqCst).unsigned_abs() as usize;
        let entry = entries.chunks_exact(3).nth(number).expect("nobody takes so many steps");
        let values = [what as i32, Pid::this().as_raw(), gettid().as_raw()];
        entry.iter().zip(values).for_each(|(place, value)| place.store(value, SeqCst));
        count.fetch_add(1, SeqCst);
    }
}

impl World for Marker<'_> {
    fn prepare(&self, effect: Effect) {
        self.record(Step::Prepare, effect);
    }

    fn act(&self, effect: Effect) {
        self.record(Step::ActBegins, effect);
        (self.act)(effect);
        if self.is_slow && effect == Effect::ALL[0] && gettid() != self.creator {
            tasks::gone_and_asleep(self.creator, self.creator, || self.count(Step::Restore) > 0);
        }
        self.record(Step::ActEnds, effect);
    }

    fn visible(&self, effect: Effect) -> bool {
        self.record(Step::Visible, effect);
        let at = Effect::ALL.iter().position(|&other| other == effect).expect("all are there");
        self.visible >> at & 1 == 1
    }

    fn restore(&self, effect: Effect) {
        self.record(Step::Restore, effect);
    }
}

/// The learner's world, in which only some effects are looked for.
pub struct Only<'a> {
    pub world: &'a RealWorld,
    pub rows: &'a [Effect],
    /// Around the action, in the unit.
    pub around: &'a (dyn Fn(Effect, &dyn Fn()) + Sync),
    /// Before the creator looks.
    pub before_the_look: &'a (dyn Fn() + Sync),
    /// After the creator has looked.
    pub after_the_look: &'a (dyn Fn() + Sync),
}

impl<'a> Only<'a> {
    pub fn new(world: &'a RealWorld, rows: &'a [Effect]) -> Only<'a> {
        let nothing = &|| ();
        let around = &|_, act: &dyn Fn()| act();
        Only { world, rows, around, before_the_look: nothing, after_the_look: nothing }
    }
}

impl World for Only<'_> {
    fn prepare(&self, effect: Effect) {
        if self.rows.contains(&effect) {
            self.world.prepare(effect);
        }
    }

    fn act(&self, effect: Effect) {
        if self.rows.contains(&effect) {
            (self.around)(effect, &|| self.world.act(effect));
        }
    }

    fn visible(&self, effect: Effect) -> bool {
        if !self.rows.contains(&effect) {
            return false;
        }
        (self.before_the_look)();
        let visible = self.world.visible(effect);
        (self.after_the_look)();
        visible
    }

    fn restore(&self, effect: Effect) {
        if self.rows.contains(&effect) {
            self.world.restore(effect);
        }
    }
}
