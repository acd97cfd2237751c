//! Exercise 1.1: `processes::e1_proc_stat`.

#[path = "support/running.rs"]
mod running;
#[path = "support/ticks.rs"]
mod ticks;
#[path = "support/vanishing.rs"]
mod vanishing;

use std::ffi::CStr;
use std::fs;
use std::process::Command;
use std::sync::{Barrier, mpsc};
use std::thread;
use std::time::Duration;

use nix::sys::prctl;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::{Signal, kill};
use nix::sys::time::TimeValLike;
use nix::sys::wait::{Id, WaitPidFlag, waitid, waitpid};
use nix::unistd::Pid;
use processes::record::{ProcError, ProcStat, ProcState};
use running::{Running, SCRIPT};

/// A record in which the field n is the number 1000 + n, so that a number tells where it stood.
/// Where a kernel may have a negative number, or the largest, this one has.
fn fields() -> Vec<String> {
    let mut fields: Vec<String> = (1..=52).map(|number| (1000 + number).to_string()).collect();
    let others = [
        (2, "(name)"),
        (3, "S"),
        (7, "0"),
        (8, "-1"),
        (17, "-1017"),
        (18, "-2"),
        (19, "-20"),
        (25, "18446744073709551615"),
    ];
    for (number, text) in others {
        fields[number - 1] = text.to_owned();
    }
    fields
}

/// The same record with another text in one field.
fn record_with(number: usize, text: &str) -> String {
    let mut fields = fields();
    fields[number - 1] = text.to_owned();
    fields.join(" ") + "\n"
}

/// What every right answer makes of it, apart from the name and the state.
fn wanted(comm: &str, state: ProcState) -> ProcStat {
    ProcStat {
        pid: Pid::from_raw(1001),
        comm: comm.to_owned(),
        state,
        ppid: Pid::from_raw(1004),
        utime_ticks: 1014,
        stime_ticks: 1015,
        num_threads: 1020,
        start_time: 1022,
        rss_pages: 1024,
    }
}

/// Checks that this text is refused for what it is.
fn assert_malformed(text: &str, why: &str) {
    let result = text.parse::<ProcStat>();
    assert!(
        matches!(result, Err(ProcError::Malformed(_))),
        "{why}, so wanted `Malformed`, got {result:?} of {text:?}"
    );
}

/// A shell that waits for the test, and its process ID.
fn shell() -> (Running, Pid) {
    let shell = Running::start(Command::new("/bin/sh").args(["-c", SCRIPT]));
    let pid = Pid::from_raw(shell.pid().cast_signed());
    (shell, pid)
}

#[grade::test(
    hint = "behind the name is field 3 of proc_pid_stat(5): count on; how large may each field be?"
)]
fn each_field_is_where_the_manual_says() {
    let record = fields().join(" ") + "\n";
    let found = record.parse::<ProcStat>().unwrap();
    let message = "in the record of this test, the field n is the number 1000 + n";
    assert_eq!(found, wanted("name", ProcState::Sleeping), "{message}");

    // No two of them are taken for one another, whichever is the larger.
    let record = record_with(14, "7");
    let found = record.parse::<ProcStat>().unwrap();
    assert_eq!((found.utime_ticks, found.stime_ticks), (7, 1015), "fields 14 and 15 of {record:?}");
    // Each of them may be as large as its type allows.
    let usual = wanted("name", ProcState::Sleeping);
    for (number, wanted) in [
        (14, ProcStat { utime_ticks: u64::MAX, ..usual.clone() }),
        (15, ProcStat { stime_ticks: u64::MAX, ..usual.clone() }),
        (22, ProcStat { start_time: u64::MAX, ..usual.clone() }),
        (24, ProcStat { rss_pages: u64::MAX, ..usual }),
    ] {
        let found = record_with(number, &u64::MAX.to_string()).parse::<ProcStat>();
        let found = found.unwrap_or_else(|error| {
            panic!("field {number} is {}, which its type can hold: {error}", u64::MAX)
        });
        assert_eq!(found, wanted, "field {number} is {}", u64::MAX);
    }
}

#[grade::test(hint = "an old kernel has fewer fields than yours, and a new one has more")]
fn what_comes_behind_the_last_field_does_not_matter() {
    let all = fields();
    for length in [24, 25, 44, 52] {
        let found = all[..length].join(" ").parse::<ProcStat>();
        let wanted = wanted("name", ProcState::Sleeping);
        assert_eq!(found.unwrap(), wanted, "a record with {length} fields and no line break");
    }
    let more = all.join(" ") + " -1 1054 new\n";
    assert_eq!(more.parse::<ProcStat>().unwrap().rss_pages, 1024, "a record with 55 fields");
}

#[grade::test(
    hint = "T and t are two states; and what do you make of a letter that you do not know?"
)]
fn each_letter_is_a_state() {
    for (letter, state) in [
        ("R", ProcState::Running),
        ("S", ProcState::Sleeping),
        ("D", ProcState::DiskSleep),
        ("T", ProcState::Stopped),
        ("t", ProcState::Traced),
        ("Z", ProcState::Zombie),
        ("X", ProcState::Dead),
        ("I", ProcState::Idle),
    ] {
        let found = record_with(3, letter).parse::<ProcStat>().unwrap();
        assert_eq!(found, wanted("name", state), "a record with the letter {letter}");
    }
    for text in ["Q", "r", "?", "7", "Sx", "RS", "é"] {
        assert_malformed(&record_with(3, text), "no state is written like this");
    }
}

#[grade::test(hint = "which of the parentheses ends the name, if the name has some of its own?")]
fn a_name_may_be_any_text() {
    let check = |name: &str| {
        let record = record_with(2, &format!("({name})"));
        let found = record.parse::<ProcStat>().unwrap_or_else(|error| {
            panic!("wanted the name {name:?}, got the error {error:?} of {record:?}")
        });
        assert_eq!(found, wanted(name, ProcState::Sleeping), "the record is {record:?}");
    };
    for name in ["two words", "a) R 1 (b", ") Z 0 0", "1 (init) S 0", "(sd-pam)", " a ", "größer"]
    {
        check(name);
    }
    // All names of up to four of these characters.
    let alphabet = ['(', ')', ' ', '\n', 'R', '1', 'é'];
    let mut names = vec![String::new()];
    for _ in 0..4 {
        names.iter().for_each(|name| check(name));
        let longer = names.iter().flat_map(|name| alphabet.map(|last| format!("{name}{last}")));
        names = longer.collect();
    }
    names.iter().for_each(|name| check(name));
}

#[grade::test(hint = "every step from a text to a number can fail: where does each failure go?")]
fn what_is_no_record_is_malformed() {
    for text in ["", "\n", "1001", "1001 name S 1004", "1001 (name", "1001 name) S", "()", ")("] {
        assert_malformed(text, "there is no whole name in it");
    }
    assert_malformed(") 1001 (name", "the name ends before it begins");

    let all = fields();
    for length in 2..24 {
        assert_malformed(&all[..length].join(" "), &format!("it has only {length} fields"));
    }
    for number in [1, 4, 14, 15, 20, 22, 24] {
        for text in ["many", "1.5", "99999999999999999999"] {
            assert_malformed(&record_with(number, text), &format!("field {number} is {text}"));
        }
    }
    for number in [14, 15, 20, 22, 24] {
        assert_malformed(&record_with(number, "-1"), &format!("field {number} has no sign"));
    }
    for number in [1, 4, 20] {
        assert_malformed(&record_with(number, "4294967297"), "it is too large by a bit");
    }
    for number in [1, 4] {
        assert_malformed(&record_with(number, "4294967295"), "no process ID is as large as that");
    }
    assert_malformed(&record_with(1, "12 x"), "field 1 is no number as a whole");
}

#[grade::test(hint = "whose folder is /proc/self, and whose is /proc/PID/task/TID?")]
fn a_process_reads_its_own_record() {
    let burned = Barrier::new(4);
    thread::scope(|scope| {
        // A thread ends when its sender is gone, whatever ends this test.
        let mut senders = Vec::new();
        for _ in 0..3 {
            let (sender, receiver) = mpsc::channel::<()>();
            senders.push(sender);
            let burned = &burned;
            scope.spawn(move || {
                use_processor_time();
                burned.wait();
                receiver.recv()
            });
        }
        burned.wait();
        let least = processor_time_of(UsageWho::RUSAGE_SELF);
        let found = ProcStat::read(Pid::this()).unwrap();
        let most = processor_time_of(UsageWho::RUSAGE_SELF);

        assert_eq!(found.pid, Pid::this(), "the process ID");
        assert_eq!(found.ppid, Pid::parent(), "the process ID of the parent");
        assert_eq!(found.state, ProcState::Running, "who reads its own record runs");
        assert_eq!(found.num_threads, 4, "the test has started three threads");
        assert!(found.rss_pages > 0, "a process that runs has memory");
        // Both kinds of ticks are rounded down, and a tick has 10 ms at most.
        let (told, least) = (found.cpu_time(), least.saturating_sub(Duration::from_millis(20)));
        assert!(
            (least..=most).contains(&told),
            "{told:?} of processor time; wanted what all threads have used, {least:?} to {most:?}"
        );
    });
}

/// Runs until the calling thread has used a few ticks.
fn use_processor_time() {
    while processor_time_of(UsageWho::RUSAGE_THREAD) < Duration::from_millis(30) {}
}

/// What has been used, in the program and in the kernel (getrusage(2)).
fn processor_time_of(who: UsageWho) -> Duration {
    let usage = getrusage(who).unwrap();
    let both = usage.user_time() + usage.system_time();
    Duration::from_micros(both.num_microseconds().cast_unsigned())
}

#[grade::test(
    hint = "a name is up to 15 bytes, whatever they are: which type holds them, and what ends them?"
)]
fn a_live_name_need_not_be_text() {
    let check = |name: &CStr, wanted: &str| {
        prctl::set_name(name).unwrap();
        let found = ProcStat::read(Pid::this()).unwrap();
        assert_eq!(found.comm, wanted, "the process calls itself {name:?}");
        assert_eq!((found.pid, found.ppid), (Pid::this(), Pid::parent()), "its name is {name:?}");
    };
    check(c"a) R 1 (b", "a) R 1 (b");
    check(c"a line\nbreak", "a line\nbreak");
    check(c"", "");
    // The kernel has cut the last letter in half, as it does with a name that is too long.
    check(c"fourteen chars\xC3\xA9", "fourteen chars\u{FFFD}");
    check(c"\xFF) Z (\xFE", "\u{FFFD}) Z (\u{FFFD}");
}

#[grade::test(hint = "the state is a letter of the record: look at it, and at whose record it is")]
fn another_process_sleeps_stops_and_stays_as_a_zombie() {
    let (_shell, pid) = shell();
    let state = || {
        let found = ProcStat::read(pid).unwrap();
        assert_eq!((found.pid, found.ppid), (pid, Pid::this()), "a child of the test");
        assert_eq!((found.comm.as_str(), found.num_threads), ("sh", 1), "a shell");
        found.state
    };
    // It says that it is ready, and waits for the test for ever, from the next moment on.
    let sleeps = |status: String| status.contains("State:\tS");
    while !sleeps(fs::read_to_string(format!("/proc/{pid}/status")).unwrap()) {
        thread::yield_now();
    }
    assert_eq!(state(), ProcState::Sleeping, "it waits for a line of text");

    kill(pid, Signal::SIGSTOP).unwrap();
    waitpid(pid, Some(WaitPidFlag::WUNTRACED)).unwrap();
    assert_eq!(state(), ProcState::Stopped, "SIGSTOP has stopped it");

    kill(pid, Signal::SIGKILL).unwrap();
    // Waits until it has ended, and leaves its status where it is.
    waitid(Id::Pid(pid), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT).unwrap();
    assert_eq!(state(), ProcState::Zombie, "SIGKILL has ended it, and nobody has waited for it");
}

#[grade::test(hint = "which error means that there is no such file, and what do the others mean?")]
fn a_process_that_is_gone_is_an_error_of_its_own() {
    let (shell, reaped) = shell();
    drop(shell);
    // The second is more than a process ID can be.
    for pid in [reaped, Pid::from_raw(i32::MAX)] {
        let result = ProcStat::read(pid);
        assert!(
            matches!(result, Err(ProcError::Gone(gone)) if gone == pid),
            "there is no process {pid}, so wanted `Gone({pid})`, got {result:?}"
        );
    }

    let (_shell, alive) = self::shell();
    let usual = grade::tight::few_descriptors(0).unwrap();
    let result = ProcStat::read(alive);
    drop(usual);
    assert!(
        matches!(result, Err(ProcError::Io(_))),
        "the process is there, and the caller has no descriptor left to open its record with: \
         wanted `Io`, got {result:?}"
    );
}

#[grade::test(
    hint = "a file that is open tells of a process that may be gone: what does read(2) say?"
)]
fn a_process_may_vanish_while_you_look() {
    let (_shell, pid) = shell();
    vanishing::when_its_record_is_open(pid);
    let result = ProcStat::read(pid);
    // A way that this test does not know has read the record of a live process.
    let was_read = !vanishing::has_happened() && result.is_ok();
    assert!(
        matches!(result, Err(ProcError::Gone(gone)) if gone == pid) || was_read,
        "the process was gone when its record had been opened, before it was read: wanted \
         `Gone({pid})`, got {result:?}"
    );
}

#[grade::test(hint = "how long a tick is, the system says; and in which type do all of them fit?")]
fn ticks_become_time() {
    // A tick is 976.5625 µs.
    ticks::a_second_has(1024);
    for (utime_ticks, stime_ticks, nanos) in [
        (0, 0, 0),
        (1, 0, 976_562),
        (0, 1, 976_562),
        (1023, 3, 1_001_953_125),
        (2048, 1024, 3_000_000_000),
        // A hundred processors in three weeks.
        (180_000_000_001, 1, 175_781_250_001_953_125),
    ] {
        let other = wanted("name", ProcState::Sleeping);
        let found = ProcStat { utime_ticks, stime_ticks, ..other }.cpu_time();
        let wanted = Duration::from_nanos(nanos);
        assert!(
            found.abs_diff(wanted) < Duration::from_micros(1),
            "{utime_ticks} and {stime_ticks} ticks are {wanted:?} where sysconf(3) says that a \
             second has 1024, and got {found:?}"
        );
    }
}
