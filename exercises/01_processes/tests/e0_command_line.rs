//! Exercise 1.0: `processes::e0_command_line`.

#[path = "support/refusal.rs"]
mod refusal;
#[path = "support/running.rs"]
mod running;

use std::env;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{self, Command};

use nix::libc;
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;
use processes::e0_command_line::{arguments, program};
use running::{Running, SCRIPT};

/// The path by which every system has a shell; often it is a link.
const SHELL: &str = "/bin/sh";

/// A shell that waits for the test; the script can have more arguments behind it.
fn shell() -> Command {
    let mut command = Command::new(SHELL);
    command.args(["-c", SCRIPT]);
    command
}

/// The file that is the shell.
fn file_of_the_shell() -> io::Result<PathBuf> {
    fs::canonicalize(SHELL)
}

/// Checks the arguments of a shell that was started by this name, with these behind the script.
fn assert_arguments(name: &OsStr, more: &[&OsStr]) {
    let shell = Running::start(shell().arg0(name).args(more));
    let mut wanted = vec![name, OsStr::new("-c"), OsStr::new(SCRIPT)];
    wanted.extend(more);
    assert_eq!(arguments(shell.pid()).unwrap(), wanted, "how the program was started");
}

/// As [`assert_arguments`], of a shell with a common name.
fn assert_more_arguments(more: &[&str]) {
    let more: Vec<&OsStr> = more.iter().map(OsStr::new).collect();
    assert_arguments(OsStr::new("sh"), &more);
}

/// A copy of the shell, in a file that has a name and no place in any folder.
fn copy_of_the_shell(name: &CStr) -> File {
    // SAFETY: the name ends in NUL, and the call gives back a descriptor of our own.
    let copy = unsafe { libc::memfd_create(name.as_ptr(), libc::MFD_CLOEXEC) };
    assert!(copy >= 0, "no file in memory: {}", io::Error::last_os_error());
    // SAFETY: nobody else has this descriptor.
    let mut copy = File::from(unsafe { OwnedFd::from_raw_fd(copy) });
    io::copy(&mut File::open(SHELL).unwrap(), &mut copy).unwrap();
    copy
}

/// A shell that waits for the test, whose program is this file.
fn shell_from(file: &File) -> Command {
    let mut command = Command::new(format!("/proc/self/fd/{}", file.as_raw_fd()));
    command.arg0("sh").args(["-c", SCRIPT]);
    command
}

#[grade::test(
    hint = "whoever starts a program chooses its first argument; what can nobody choose?"
)]
fn the_program_is_the_file_that_runs() {
    let shell = Running::start(shell().arg0("/usr/bin/liar"));
    assert_eq!(
        program(shell.pid()).unwrap(),
        file_of_the_shell().unwrap(),
        "the process runs the file that `{SHELL}` leads to, and was started by another name"
    );
}

#[grade::test(hint = "what the kernel says of the file is the answer: need it lead to a file now?")]
fn a_program_runs_on_when_its_file_is_gone() {
    // `\xFF` is in no UTF-8, and the name is about as long as one can be.
    let name = [b"a shell \xFF ", "with a long name ".repeat(14).as_bytes()].concat();
    let file = copy_of_the_shell(&CString::new(name.clone()).unwrap());
    let shell = Running::start(&mut shell_from(&file));
    drop(file);
    let wanted = [b"/memfd:", &name[..], b" (deleted)"].concat();
    assert_eq!(
        program(shell.pid()).unwrap(),
        Path::new(OsStr::from_bytes(&wanted)),
        "what /proc/PID/exe says of a program that no folder has any more"
    );
}

#[grade::test(hint = "which byte can no argument hold, and where does it stand?")]
fn arguments_are_what_stands_before_each_nul() {
    assert_more_arguments(&[]);
    assert_more_arguments(&["two words", "\ttab", "line\nbreak", "'quoted'", " ", "größer"]);
    assert_more_arguments(&["\n"]);
}

#[grade::test(hint = "two NUL bytes in a row: what stands between them?")]
fn an_empty_argument_is_an_argument() {
    assert_more_arguments(&["", "in the middle", "", "", "there"]);
    assert_more_arguments(&["at the end", "", ""]);
    assert_more_arguments(&[""]);
    assert_arguments(OsStr::new(""), &[OsStr::new("the name is empty")]);
}

#[grade::test(hint = "an `OsString` holds any bytes: how does one get them into it unchanged?")]
fn an_argument_need_not_be_text() {
    let more = [&b"\xFF\xFE"[..], b"caf\xE9", b"\xC3"].map(OsStr::from_bytes);
    assert_arguments(OsStr::from_bytes(b"sh\x80"), &more);
}

#[grade::test(hint = "how many reads do you need, and what stands behind the last NUL?")]
fn a_long_list_of_arguments_is_whole() {
    let many: Vec<OsString> = (0..10_000).map(|number| format!("number {number}").into()).collect();
    let shell = Running::start(shell().args(&many));
    let list = arguments(shell.pid()).unwrap();
    let (got, wanted) = (list.len(), 3 + many.len());
    assert!(got >= wanted, "the program was started with {wanted} arguments, and {got} are all");
    assert_eq!(got, wanted, "more arguments than the program was started with");
    assert!(list[3..] == many, "they are many, and not those that the program was started with");
}

#[grade::test(hint = "a process can run one program after the other: look at each call")]
fn exec_changes_the_program_and_not_the_process() {
    let file = copy_of_the_shell(c"first");
    let mut shell = Running::start(&mut shell_from(&file));
    let pid = shell.pid();
    let wanted = Path::new("/memfd:first (deleted)");
    assert_eq!(program(pid).unwrap(), wanted, "the first program of the process");
    assert_eq!(arguments(pid).unwrap(), ["sh", "-c", SCRIPT], "the first arguments");

    shell.run(&format!("exec {SHELL} -c 'echo ready; read line' second"));
    let wanted = file_of_the_shell().unwrap();
    assert_eq!(program(pid).unwrap(), wanted, "the second program of the same process");
    let wanted = [SHELL, "-c", "echo ready; read line", "second"];
    assert_eq!(arguments(pid).unwrap(), wanted, "the second arguments");
}

#[grade::test(hint = "whose folder is /proc/self?")]
fn each_process_has_a_program_and_arguments_of_its_own() {
    let shell = Running::start(&mut shell());
    let (own, other) = (process::id(), shell.pid());

    let path = env::current_exe().unwrap();
    assert_eq!(program(own).unwrap(), path, "the program of the test itself");
    let path = file_of_the_shell().unwrap();
    assert_eq!(program(other).unwrap(), path, "the program of a child of the test");

    let list: Vec<OsString> = env::args_os().collect();
    assert_eq!(arguments(own).unwrap(), list, "the arguments of the test itself");
    let list = [SHELL, "-c", SCRIPT];
    assert_eq!(arguments(other).unwrap(), list, "the arguments of a child of the test");
}

#[grade::test(hint = "what is left of a process that has ended, and what is not?")]
fn a_zombie_has_neither() {
    let mut child = Command::new(SHELL).args(["-c", "exit"]).spawn().unwrap();
    let pid = child.id();
    // Waits until it has ended, and leaves its status where it is.
    let id = Id::Pid(Pid::from_raw(pid.cast_signed()));
    waitid(id, WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT).unwrap();

    let list = arguments(pid);
    let path = program(pid);
    child.wait().unwrap();
    assert!(
        matches!(&list, Ok(list) if list.is_empty()),
        "a zombie has an empty list of arguments, and got {list:?}"
    );
    assert!(
        matches!(&path, Err(error) if error.kind() == ErrorKind::NotFound),
        "a zombie runs no program, which is the error of the link; got {path:?}"
    );
}

#[grade::test(hint = "where does each call say that it failed, and who is told?")]
fn what_cannot_be_read_is_an_error() {
    let mut child = Command::new(SHELL).args(["-c", "exit"]).spawn().unwrap();
    child.wait().unwrap();
    // The second is more than a process ID can be.
    for pid in [child.id(), u32::MAX] {
        let path = program(pid);
        assert!(
            matches!(&path, Err(error) if error.kind() == ErrorKind::NotFound),
            "there is no process {pid}, so wanted the error of the link; got {path:?}"
        );
        let list = arguments(pid);
        assert!(
            matches!(&list, Err(error) if error.kind() == ErrorKind::NotFound),
            "there is no process {pid}, so wanted the error of the file; got {list:?}"
        );
    }

    let shell = Running::start(&mut shell());
    let usual = grade::tight::few_descriptors(0).unwrap();
    let list = arguments(shell.pid());
    drop(usual);
    assert!(
        matches!(&list, Err(error) if error.raw_os_error() == Some(libc::EMFILE)),
        "the caller has no descriptor left to open a file with; wanted that error, got {list:?}"
    );

    refusal::no_links().unwrap();
    let path = program(shell.pid());
    assert!(
        matches!(&path, Err(error) if error.kind() == ErrorKind::PermissionDenied),
        "the system refuses to read any link from now on; wanted that error, got {path:?}"
    );
}
