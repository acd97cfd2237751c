//! Simulate threads, cores and a lock in virtual time, and draw what happens.
//!
//! A simulation in virtual time has no loop over microseconds. It asks again and again what can happen next, and when;
//! it moves the clock there, lets that one thing happen, and asks anew. `next` lists all that can happen: its smallest
//! entry by time, kind and number is the next, and that order is the whole of the rule for things at one moment.
//!
//! A lock for all and cores are one thing here: seats. With one lock there is one seat, else there are as many as
//! cores. What differs is how a seat changes hands: at once, or to whoever is there when a woken thread arrives.
//!
//! The tempting mistake is to hand the lock to the thread that is woken. Then there is no convoy, for it is in the time
//! between the wake-up and the arrival that the holder takes the lock again.

use std::collections::VecDeque;
use std::fmt::Write;

use crate::timeline::{
    Doing, Event, LANE, LEFT, Machine, Policy, STYLE, Seg, SimThread, Stretch, Timeline, WIDTH,
    What,
};

/// Runs `threads` by the rules of [`crate::timeline`], and returns all events, in their order.
///
/// # Panics
///
/// Panics where the machine has no core, or where its quantum or a time of the policy is 0.
pub fn simulate(machine: Machine, policy: Policy, threads: &[SimThread]) -> Timeline {
    assert!(machine.cores > 0 && machine.quantum_us > 0, "no core or no quantum: {machine:?}");
    let time = match policy {
        Policy::Ticks { every_us: us } | Policy::Interval { us } => Some(us),
        Policy::PerInterpreter | Policy::None => None,
    };
    assert!(time != Some(0), "a time of 0: {policy:?}");
    let mut sim = Sim {
        machine,
        policy,
        seats: if time.is_some() { 1 } else { machine.cores },
        now: 0,
        threads: threads.iter().map(Thread::new).collect(),
        running: Vec::new(),
        waiting: VecDeque::new(),
        woken: VecDeque::new(),
        events: Vec::new(),
    };
    for thread in 0..threads.len() {
        sim.begin_segment(thread);
    }
    while let Some((at, kind, thread)) = sim.next() {
        sim.now = at;
        sim.happen(kind, thread);
    }
    let names = threads.iter().map(|thread| thread.name.clone()).collect();
    Timeline { names, events: sim.events, end_us: sim.now }
}

/// What can happen, in the order in which it happens at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    IoEnds,
    Arrives,
    SegmentEnds,
    TurnEnds,
    Asks,
}

struct Thread {
    /// What is still to come, the next first.
    segs: VecDeque<Seg>,
    /// When its I/O ends.
    io_until: Option<u64>,
    /// What is left of its computing, when it last began to run or to wait.
    left: u64,
    /// When it last began to run or to wait.
    since: u64,
    /// When it last began to run, or had a tick.
    ticked: u64,
    from_io: bool,
}

impl Thread {
    fn new(thread: &SimThread) -> Thread {
        let all = (0..thread.repeat).flat_map(|_| thread.segs.iter().copied());
        let segs = all.filter(|seg| !matches!(seg, Seg::Cpu(0) | Seg::Io(0))).collect();
        Thread { segs, io_until: None, left: 0, since: 0, ticked: 0, from_io: false }
    }
}

struct Sim {
    machine: Machine,
    policy: Policy,
    /// How many may run at once.
    seats: usize,
    now: u64,
    threads: Vec<Thread>,
    running: Vec<usize>,
    waiting: VecDeque<usize>,
    /// Who arrives when. All take equally long, so the first is the next.
    woken: VecDeque<(u64, usize)>,
    events: Vec<Event>,
}

impl Sim {
    fn next(&self) -> Option<(u64, Kind, usize)> {
        let io = self.threads.iter().enumerate();
        let mut all: Vec<(u64, Kind, usize)> =
            io.filter_map(|(i, t)| Some((t.io_until?, Kind::IoEnds, i))).collect();
        all.extend(self.woken.front().map(|&(at, i)| (at, Kind::Arrives, i)));
        for &i in &self.running {
            let t = &self.threads[i];
            all.push((t.since + t.left, Kind::SegmentEnds, i));
            let Some(&first) = self.waiting.front() else { continue };
            all.push(match self.policy {
                Policy::Ticks { every_us } => {
                    // Ticks for which nobody waited have come and gone.
                    let earliest = self.now.max(t.ticked + 1);
                    let at = t.since + (earliest - t.since).div_ceil(every_us) * every_us;
                    (at, Kind::TurnEnds, i)
                }
                Policy::Interval { us } => {
                    (t.since.max(self.threads[first].since) + us, Kind::Asks, first)
                }
                Policy::PerInterpreter | Policy::None => {
                    ((t.since + self.machine.quantum_us).max(self.now), Kind::TurnEnds, i)
                }
            });
        }
        all.into_iter().min()
    }

    fn happen(&mut self, kind: Kind, thread: usize) {
        match kind {
            Kind::IoEnds => {
                self.threads[thread].io_until = None;
                self.threads[thread].from_io = true;
                self.emit(thread, What::EndIo);
                self.begin_segment(thread);
            }
            Kind::Arrives => {
                self.woken.pop_front();
                if self.running.len() < self.seats {
                    self.run(thread);
                } else {
                    self.emit(thread, What::Failed);
                    self.threads[thread].since = self.now;
                    self.waiting.push_back(thread);
                }
            }
            Kind::SegmentEnds => {
                let t = &mut self.threads[thread];
                match t.segs.front() {
                    Some(&Seg::Cpu(us)) => {
                        t.left += us;
                        t.segs.pop_front();
                    }
                    _ => {
                        self.running.retain(|&i| i != thread);
                        self.begin_segment(thread);
                        self.seat_is_free();
                    }
                }
            }
            Kind::TurnEnds => match self.policy {
                Policy::Ticks { .. } => self.tick(thread),
                _ => self.hand_over(thread),
            },
            Kind::Asks => {
                self.emit(thread, What::Ask);
                self.waiting.pop_front();
                self.pause(self.running[0]);
                self.wake(thread);
            }
        }
    }

    /// A tick of the holder, while somebody waits.
    fn tick(&mut self, holder: usize) {
        let (first, now) = (self.waiting[0], self.now);
        let t = &mut self.threads[holder];
        t.ticked = now;
        if self.machine.cores > 1 {
            self.waiting.pop_front();
            self.emit(holder, What::Retake);
            self.wake(first);
            return;
        }
        let used_up = now - t.since >= self.machine.quantum_us;
        let preferred = self.machine.io_boost && !t.from_io && self.threads[first].from_io;
        if used_up || preferred {
            self.hand_over(holder);
        }
    }

    /// The first who waits runs, in the place of `thread`.
    fn hand_over(&mut self, thread: usize) {
        let first = self.waiting.pop_front().expect("a turn ends only where somebody waits");
        self.pause(thread);
        self.run(first);
    }

    fn begin_segment(&mut self, thread: usize) {
        match self.threads[thread].segs.pop_front() {
            Some(Seg::Io(us)) => {
                self.threads[thread].io_until = Some(self.now + us);
                self.threads[thread].from_io = false;
                self.emit(thread, What::StartIo);
            }
            Some(Seg::Cpu(us)) => {
                self.threads[thread].left = us;
                self.want_to_run(thread);
            }
            None => self.emit(thread, What::Done),
        }
    }

    fn want_to_run(&mut self, thread: usize) {
        if self.running.len() < self.seats {
            return self.run(thread);
        }
        let preferred = self.machine.io_boost && self.threads[thread].from_io;
        if preferred && matches!(self.policy, Policy::PerInterpreter | Policy::None) {
            let others = self.running.iter().copied().filter(|&i| !self.threads[i].from_io);
            if let Some(other) = others.min_by_key(|&i| (self.threads[i].since, i)) {
                self.pause(other);
                return self.run(thread);
            }
        }
        self.emit(thread, What::Wait);
        self.threads[thread].since = self.now;
        self.waiting.push_back(thread);
    }

    fn seat_is_free(&mut self) {
        let Some(first) = self.waiting.pop_front() else { return };
        match self.policy {
            Policy::Ticks { .. } | Policy::Interval { .. } => self.wake(first),
            Policy::PerInterpreter | Policy::None => self.run(first),
        }
    }

    fn wake(&mut self, thread: usize) {
        self.woken.push_back((self.now + self.machine.wake_us, thread));
    }

    fn run(&mut self, thread: usize) {
        self.threads[thread].since = self.now;
        self.threads[thread].ticked = self.now;
        self.running.push(thread);
        self.emit(thread, What::Run);
    }

    fn pause(&mut self, thread: usize) {
        let t = &mut self.threads[thread];
        t.left -= self.now - t.since;
        t.since = self.now;
        self.running.retain(|&i| i != thread);
        self.waiting.push_back(thread);
        self.emit(thread, What::Wait);
    }

    fn emit(&mut self, thread: usize, what: What) {
        self.events.push(Event { at_us: self.now, thread, what });
    }
}

impl Timeline {
    fn of(&self, thread: usize) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(move |event| event.thread == thread)
    }

    /// What the thread does from 0 until it is done, without gaps. An end of I/O after which it waits begins a wait.
    pub fn stretches(&self, thread: usize) -> Vec<Stretch> {
        let mut found: Vec<Stretch> = Vec::new();
        let mut doing: Option<(Doing, u64)> = None;
        for event in self.of(thread) {
            let next = match event.what {
                What::Run => Some(Doing::Run),
                What::Wait => Some(Doing::Wait),
                What::StartIo => Some(Doing::Io),
                What::Done => None,
                What::Retake | What::Failed | What::Ask | What::EndIo => continue,
            };
            if let Some((doing, from_us)) = doing.filter(|&(_, from_us)| from_us < event.at_us) {
                match found.last_mut().filter(|last| last.doing == doing) {
                    Some(last) => last.to_us = event.at_us,
                    None => found.push(Stretch { doing, from_us, to_us: event.at_us }),
                }
            }
            doing = next.map(|doing| (doing, event.at_us));
        }
        found
    }

    /// For how many microseconds the thread runs.
    pub fn running_us(&self, thread: usize) -> u64 {
        let runs = self.stretches(thread).into_iter().filter(|s| s.doing == Doing::Run);
        runs.map(|run| run.to_us - run.from_us).sum()
    }

    /// How often the thread was woken and found the lock taken.
    pub fn failed(&self, thread: usize) -> usize {
        self.of(thread).filter(|event| event.what == What::Failed).count()
    }

    /// The microseconds from each end of I/O to the next run, the shortest first. An end of I/O after
    /// which the thread goes into I/O again, or is done, waits for nothing and does not count.
    pub fn response_times(&self, thread: usize) -> Vec<u64> {
        let mut times = Vec::new();
        let mut ended = None;
        for event in self.of(thread) {
            match event.what {
                What::EndIo => ended = Some(event.at_us),
                What::StartIo | What::Done => ended = None,
                What::Run => times.extend(ended.take().map(|ended| event.at_us - ended)),
                What::Wait | What::Retake | What::Failed | What::Ask => {}
            }
        }
        times.sort_unstable();
        times
    }

    /// As JSON, with whitespace as you like: `{"end_us":20,"threads":["a","b"],"events":[[0,1,"run"],..]}`.
    /// An event is its time, its thread, and its name: "run", "wait", "retake", "failed", "ask", "start_io",
    /// "end_io" or "done". In names `"` and `\` have a `\` before them. Each character below U+0020 is
    /// `\u` and four hexadecimal digits, such as `\u001f`; newline and the like may also be `\n`, `\t`.
    pub fn to_json(&self) -> String {
        let names: Vec<String> = self.names.iter().map(|name| json_string(name)).collect();
        let events: Vec<String> = self.events.iter().map(json_event).collect();
        format!(
            "{{\"end_us\":{},\"threads\":[{}],\"events\":[\n{}\n]}}\n",
            self.end_us,
            names.join(","),
            events.join(",\n")
        )
    }

    /// As SVG: `<svg class="timeline">` with xmlns, viewBox, role="img", a `<title>` in it, and a `<style>` with
    /// [`crate::timeline::STYLE`]. For each thread a `<g class="lane">`, in order, with its name in a `<text>`, a
    /// `<rect>` for each stretch of the class "run", "wait" or "io", and a `<line>` of the class "retake", "failed"
    /// or "ask" for each such event. `x` (of a line `x1`, `x2`) is `LEFT` at 0 and `LEFT + WIDTH` at the end, to within
    /// 0.1; names are left of `LEFT`. Lane i takes `LANE` in height and begins i times `LANE` below the first; its
    /// name, `<rect>` and `<line>` are in it (`y`, `y1`, `y2`), and all are in the viewBox. What is longer than 0 is
    /// seen: a `<rect>` is at least 0.1 wide and 1 high, a `<line>` 1 long. Of transforms only `translate` may be used.
    pub fn to_svg(&self) -> String {
        let height = LANE * self.names.len() as f64 + 26.0;
        let width = LEFT + WIDTH + 20.0;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"timeline\" role=\"img\" viewBox=\"0 0 {width} {height}\">\n\
             <title>{} threads, {} microseconds</title>\n<style>{STYLE}</style>\n",
            self.names.len(),
            self.end_us
        );
        // What is written to a string is always written.
        self.lanes(&mut svg).expect("a string takes all that is written to it");
        let foot = height - 8.0;
        let end = LEFT + WIDTH;
        write!(
            svg,
            "<text x=\"{LEFT}\" y=\"{foot}\">0</text>\
             <text x=\"{end}\" y=\"{foot}\" text-anchor=\"end\">{} µs</text>\n</svg>\n",
            self.end_us
        )
        .expect("a string takes all that is written to it");
        svg
    }

    fn lanes(&self, svg: &mut String) -> std::fmt::Result {
        // Without an end there is nothing to draw, and nothing to divide by.
        let x = |at: u64| LEFT + WIDTH * at as f64 / self.end_us.max(1) as f64;
        for (thread, name) in self.names.iter().enumerate() {
            let top = LANE * thread as f64 + 6.0;
            let name = xml(name);
            writeln!(svg, "<g class=\"lane\"><text x=\"4\" y=\"{}\">{name}</text>", top + 15.0)?;
            for stretch in self.stretches(thread) {
                let (class, height) = match stretch.doing {
                    Doing::Run => ("run", 22.0),
                    Doing::Wait => ("wait", 4.0),
                    Doing::Io => ("io", 12.0),
                };
                let (from, y) = (x(stretch.from_us), top + (22.0 - height) / 2.0);
                let wide = (x(stretch.to_us) - from).max(0.1);
                writeln!(
                    svg,
                    "<rect class=\"{class}\" x=\"{from:.2}\" y=\"{y}\" width=\"{wide:.2}\" height=\"{height}\"/>"
                )?;
            }
            for event in self.of(thread) {
                let (class, from, to) = match event.what {
                    What::Retake => ("retake", 22.0, 27.0),
                    What::Failed => ("failed", 2.0, 20.0),
                    What::Ask => ("ask", 0.0, 22.0),
                    _ => continue,
                };
                let (x, from, to) = (x(event.at_us), top + from, top + to);
                writeln!(
                    svg,
                    "<line class=\"{class}\" x1=\"{x:.2}\" x2=\"{x:.2}\" y1=\"{from}\" y2=\"{to}\"/>"
                )?;
            }
            svg.push_str("</g>\n");
        }
        Ok(())
    }
}

fn json_event(event: &Event) -> String {
    let what = match event.what {
        What::Run => "run",
        What::Wait => "wait",
        What::Retake => "retake",
        What::Failed => "failed",
        What::Ask => "ask",
        What::StartIo => "start_io",
        What::EndIo => "end_io",
        What::Done => "done",
    };
    format!("[{},{},\"{what}\"]", event.at_us, event.thread)
}

fn json_string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for char in text.chars() {
        match char {
            '"' | '\\' => quoted.extend(['\\', char]),
            '\0'..' ' => quoted.push_str(&format!("\\u{:04x}", u32::from(char))),
            _ => quoted.push(char),
        }
    }
    quoted + "\""
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
