//! Simulate threads, cores and a lock in virtual time, and draw what happens.
//! Steps of tests: `step1` I/O, `step2` cores, `step3` ticks, `step4` interval, `step5` stretches and
//! figures, `step6` JSON, SVG. The rules are in `src/timeline.rs`.
use crate::timeline::{Machine, Policy, SimThread, Stretch, Timeline};

/// Runs `threads` by the rules of [`crate::timeline`], and returns all events, in their order.
///
/// # Panics
///
/// Panics where the machine has no core, or where its quantum or a time of the policy is 0.
pub fn simulate(machine: Machine, policy: Policy, threads: &[SimThread]) -> Timeline {
    // TODO: what is the next thing that can happen, and when? Of several at one moment, which is first?
    todo!("run {} threads on {machine:?} under {policy:?}", threads.len())
}

impl Timeline {
    /// What the thread does from 0 until it is done, without gaps. An end of I/O after which it waits begins a wait.
    pub fn stretches(&self, thread: usize) -> Vec<Stretch> {
        todo!("the stretches of thread {thread} of {}", self.names.len())
    }

    /// For how many microseconds the thread runs.
    pub fn running_us(&self, thread: usize) -> u64 {
        todo!("the time of thread {thread} of {}", self.names.len())
    }

    /// How often the thread was woken and found the lock taken.
    pub fn failed(&self, thread: usize) -> usize {
        todo!("the failures of thread {thread} of {}", self.names.len())
    }

    /// The microseconds from each end of I/O to the next run, the shortest first. An end of I/O after
    /// which the thread goes into I/O again, or is done, waits for nothing and does not count.
    pub fn response_times(&self, thread: usize) -> Vec<u64> {
        todo!("the times of thread {thread} of {}", self.names.len())
    }

    /// As JSON, with whitespace as you like: `{"end_us":20,"threads":["a","b"],"events":[[0,1,"run"],..]}`.
    /// An event is its time, its thread, and its name: "run", "wait", "retake", "failed", "ask", "start_io",
    /// "end_io" or "done". In names `"` and `\` have a `\` before them. Each character below U+0020 is
    /// `\u` and four hexadecimal digits, such as `\u001f`; newline and the like may also be `\n`, `\t`.
    pub fn to_json(&self) -> String {
        todo!("write {} events", self.events.len())
    }

    /// As SVG: `<svg class="timeline">` with xmlns, viewBox, role="img", a `<title>` in it, and a `<style>` with
    /// [`crate::timeline::STYLE`]. For each thread a `<g class="lane">`, in order, with its name in a `<text>`, a
    /// `<rect>` for each stretch of the class "run", "wait" or "io", and a `<line>` of the class "retake", "failed"
    /// or "ask" for each such event. `x` (of a line `x1`, `x2`) is `LEFT` at 0 and `LEFT + WIDTH` at the end, to within
    /// 0.1; names are left of `LEFT`. Lane i takes `LANE` in height and begins i times `LANE` below the first; its
    /// name, `<rect>` and `<line>` are in it (`y`, `y1`, `y2`), and all are in the viewBox. What is longer than 0 is
    /// seen: a `<rect>` is at least 0.1 wide and 1 high, a `<line>` 1 long. Of transforms only `translate` may be used.
    pub fn to_svg(&self) -> String {
        todo!("draw {} threads", self.names.len())
    }
}
