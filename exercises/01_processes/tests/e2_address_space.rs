//! Exercise 1.2: `processes::e2_address_space`.

#[path = "support/memory.rs"]
mod memory;
#[path = "support/refusal.rs"]
mod refusal;
#[path = "support/twin.rs"]
mod twin;

use std::ffi::CStr;
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;

use memory::{Pages, READ, READ_WRITE, page_size};
use nix::libc;
use nix::unistd::Pid;
use processes::e2_address_space::{AddressSpace, Backing, Mapping, Perms, Region};
use twin::Twin;

/// The program of `MAPS`.
const PROGRAM: &str = "/opt/tea kettle/boil";

/// What such a process might have in its memory.
const MAPS: &str = "\
00100000-00102000 r-xp 00000000 fe:00 4711                               /opt/tea kettle/low.so
00400000-00401000 r--p 00000000 fe:00 731                                /opt/tea kettle/boil
00401000-00409000 r-xp 00001000 fe:00 731                                /opt/tea kettle/boil
00409000-0040c000 r--p 00009000 fe:00 731                                /opt/tea kettle/boil
0040c000-0040e000 rw-p 0000b000 fe:00 731                                /opt/tea kettle/boil
0040e000-00410000 rw-p 00000000 00:00 0 
00a10000-00a31000 rw-p 00000000 00:00 0                                  [heap]
7f1000000000-7f1000021000 rw-p 00000000 00:00 0                          [anon: steam]
7f1000021000-7f1004000000 ---p 00000000 00:00 0 
7f2000000000-7f2000001000 ---p 00000000 00:00 0 
7f2000001000-7f2000801000 rw-p 00000000 00:00 0 
7f3000000000-7f3000003000 rw-s 00000000 00:01 2055                       /dev/zero (deleted)
7f3000003000-7f3000004000 r--s 00000000 fe:00 8012                       /opt/tea kettle/table
7f4000000000-7f4000004000 r--p 00000000 fe:00 902                        /usr/lib/boil
7f4000004000-7f4000014000 r-xp 00004000 fe:00 902                        /usr/lib/boil
7f4000014000-7f4000015000 ---p 00014000 fe:00 902                        /usr/lib/boil
7f4000015000-7f4000016000 r--p 00014000 fe:00 902                        /usr/lib/boil
7f4000016000-7f4000018000 rw-p 00015000 fe:00 902                        /usr/lib/boil
7f4000018000-7f400001c000 r--p 00000000 00:00 0                          [vvar]
7f400001c000-7f400001e000 r-xp 00000000 00:00 0                          [vdso]
7ffc10000000-7ffc10021000 rw-p 00000000 00:00 0                          [stack]
";

fn read(line: &str) -> Mapping {
    line.parse().unwrap_or_else(|error| panic!("`{line}` was not read: {error}"))
}

fn space(program: &str, maps: &str) -> AddressSpace {
    AddressSpace { program: program.into(), mappings: maps.lines().map(read).collect() }
}

fn own_space() -> AddressSpace {
    AddressSpace::of(Pid::this()).expect("a process can read its own mappings")
}

/// The line of `/proc/PID/maps` for an address: what the message of a failure shows.
fn line_of(pid: Pid, address: usize) -> String {
    let maps = fs::read(format!("/proc/{pid}/maps")).unwrap();
    let maps = String::from_utf8_lossy(&maps);
    let has = |line: &&str| {
        let (start, rest) = line.split_once('-').unwrap();
        let (end, _) = rest.split_once(' ').unwrap();
        let number = |hex| usize::from_str_radix(hex, 16).unwrap();
        (number(start)..number(end)).contains(&address)
    };
    maps.lines().find(has).unwrap_or("no line").to_owned()
}

/// Asserts what `space` has at an address of this process.
#[track_caller]
fn assert_region(space: &AddressSpace, address: usize, wanted: Region, what: &str) {
    let line = line_of(Pid::this(), address);
    assert_eq!(
        space.region_of(address),
        Some(wanted),
        "{what} is at {address:#x}, and /proc/self/maps has there: {line}"
    );
}

#[grade::test(hint = "which columns are hexadecimal, and which one is decimal?")]
fn step1_a_line_has_its_columns() {
    let line = "7f4000004000-7f4000014000 r-xp 00026000 fe:00 326279             /usr/lib/boil.so";
    let wanted = Mapping {
        range: 0x7f40_0000_4000..0x7f40_0001_4000,
        perms: Perms { read: true, write: false, exec: true, shared: false },
        offset: 0x26000,
        inode: 326_279,
        backing: Backing::File { path: "/usr/lib/boil.so".into(), deleted: false },
    };
    assert_eq!(read(line), wanted, "{line}");
    let line = "ffffffffff600000-ffffffffff601000 --xp 1000000000 103:0a 4294967296 /a";
    let wanted = Mapping {
        range: 0xffff_ffff_ff60_0000..0xffff_ffff_ff60_1000,
        perms: Perms { read: false, write: false, exec: true, shared: false },
        offset: 0x10_0000_0000,
        inode: 4_294_967_296,
        backing: Backing::File { path: "/a".into(), deleted: false },
    };
    assert_eq!(read(line), wanted, "{line}");
}

#[grade::test(hint = "each of the four places has a letter of its own; what does the fourth say?")]
fn step1_the_rights_are_four_letters() {
    let perms = |read, write, exec, shared| Perms { read, write, exec, shared };
    for (letters, wanted) in [
        ("---p", perms(false, false, false, false)),
        ("r--p", perms(true, false, false, false)),
        ("-w-p", perms(false, true, false, false)),
        ("--xp", perms(false, false, true, false)),
        ("---s", perms(false, false, false, true)),
        ("rw-s", perms(true, true, false, true)),
        ("rwxp", perms(true, true, true, false)),
    ] {
        let line = format!("1000-2000 {letters} 00000000 00:00 0 ");
        assert_eq!(read(&line).perms, wanted, "{line}");
    }
}

#[grade::test(hint = "five columns, then padding; how do you get all that is left, unchanged?")]
fn step1_a_path_keeps_its_spaces() {
    for path in
        ["/a b", "/a  b   c", "/opt/[heap]", "/opt/x [stack]", "/tea ", "/a-b r-xp 0 0 0 /c"]
    {
        for padding in [" ", "                    "] {
            let line = format!("1000-2000 r--p 00000000 fe:00 7{padding}{path}");
            let wanted = Backing::File { path: path.into(), deleted: false };
            assert_eq!(read(&line).backing, wanted, "`{line}`");
        }
    }
}

#[grade::test(hint = "proc_pid_maps(5) tells what is added to the path of an unlinked file")]
fn step1_a_deleted_file_is_told_from_its_path() {
    for (name, path, deleted) in [
        ("/tmp/boil (deleted)", "/tmp/boil", true),
        ("/memfd:two  words (deleted)", "/memfd:two  words", true),
        ("/tmp/boil (deleted) (deleted)", "/tmp/boil (deleted)", true),
        ("/tmp/ (deleted)/boil", "/tmp/ (deleted)/boil", false),
        ("/tmp/boil(deleted)", "/tmp/boil(deleted)", false),
    ] {
        let line = format!("1000-2000 r--p 00000000 fe:00 7                {name}");
        let wanted = Backing::File { path: path.into(), deleted };
        assert_eq!(read(&line).backing, wanted, "`{line}`");
    }
}

#[grade::test(hint = "a line may end behind its inode; which names in brackets are no others?")]
fn step1_what_has_no_file_is_told_by_its_name() {
    let other = |name: &str| Backing::Other(name.to_owned());
    for (name, wanted) in [
        ("", Backing::Anonymous),
        (" ", Backing::Anonymous),
        ("                   [heap]", Backing::Heap),
        ("                   [stack]", Backing::MainStack),
        ("                   [anon:steam]", Backing::Anonymous),
        ("                   [anon: two words]", Backing::Anonymous),
        ("                   [anon_shmem:tea]", other("[anon_shmem:tea]")),
        ("                   [stack:47]", other("[stack:47]")),
        ("                   [vdso]", other("[vdso]")),
        (" [vvar_vclock]", other("[vvar_vclock]")),
        (" anon_inode:[perf_event]", other("anon_inode:[perf_event]")),
    ] {
        let line = format!("1000-2000 r--p 00000000 00:00 0{name}");
        assert_eq!(read(&line).backing, wanted, "`{line}`");
    }
}

#[grade::test(hint = "which of your lines would panic if a column were not there?")]
fn step1_what_is_no_such_line_is_an_error() {
    for line in [
        "",
        " ",
        "hello",
        "1000-2000",
        "1000-2000 r--p",
        "1000-2000 r--p 00000000",
        "1000-2000 r--p 00000000 00:00",
        "1000-2000 r--p 00000000 00:00 ",
        "1000 r--p 00000000 00:00 0 ",
        "1000-tea r--p 00000000 00:00 0 ",
        "-2000 r--p 00000000 00:00 0 ",
        "1000-2000 r- 00000000 00:00 0 ",
        "1000-2000 r-xpp 00000000 00:00 0 ",
        "1000-2000 r--p tea 00:00 0 ",
        "1000-2000 r--p 00000000 00:00 tea ",
        "10000000000000000-10000000000001000 r--p 00000000 00:00 0 ",
    ] {
        let result: Result<Mapping, String> = line.parse();
        assert_eq!(result, Err(line.to_owned()), "what `{line}` is read as");
    }
}

#[grade::test(hint = "is every address of a mapping found, and not its first one alone?")]
fn step2_an_address_is_found_in_its_mapping() {
    let space = space(PROGRAM, MAPS);
    for mapping in &space.mappings {
        let (first, last) = (mapping.range.start, mapping.range.end - 1);
        for address in [first, first + 1, first.midpoint(last), last] {
            assert_eq!(
                space.find(address),
                Some(mapping),
                "{address:#x} lies in {:#x?}",
                mapping.range
            );
        }
    }
}

#[grade::test(hint = "the second address of a line is the first one that is no longer part of it")]
fn step2_between_two_mappings_there_is_nothing() {
    let space = space(PROGRAM, MAPS);
    let gaps = [
        (0, "below all"),
        (0xf_ffff, "right below the first mapping"),
        (0x10_2000, "the end of the first mapping"),
        (0x20_0000, "between the first mapping and the second"),
        (0x41_0000, "the end of the last mapping before the heap"),
        (0xa0_ffff, "right below the heap"),
        (0x7f50_0000_0000, "below the stack"),
        (0x7ffc_1002_1000, "the end of the last mapping"),
        (usize::MAX, "above all"),
    ];
    for (address, place) in gaps {
        assert_eq!(space.find(address), None, "{address:#x}, {place}: nothing is mapped there");
        assert_eq!(space.region_of(address), None, "{address:#x}, {place}: it is part of nothing");
    }
    let empty = AddressSpace { program: PROGRAM.into(), mappings: Vec::new() };
    assert_eq!(empty.find(0x40_0000), None, "a process without memory");
}

#[grade::test(hint = "two letters decide; what does a fork leave in common for good?")]
fn step2_what_is_private_and_writable_is_added_up() {
    let pages = 2 + 2 + 0x21 + 0x21 + 0x800 + 2 + 0x21;
    assert_eq!(
        space(PROGRAM, MAPS).private_writable_bytes(),
        pages * 0x1000,
        "the lines with `w` and `p` of\n{MAPS}"
    );
    let odd = "1000-2000 -w-p 00000000 00:00 0 \n4000-6000 rwxp 00000000 00:00 0 \n";
    let bytes = space(PROGRAM, odd).private_writable_bytes();
    assert_eq!(bytes, 0x3000, "both of these are private and writable:\n{odd}");
    let empty = AddressSpace { program: PROGRAM.into(), mappings: Vec::new() };
    assert_eq!(empty.private_writable_bytes(), 0, "a process without memory");
}

#[grade::test(hint = "a path is bytes; what do you read the file as?")]
fn step2_a_process_is_read_from_proc() {
    let (file, odd) = (memory::nameless_file(c"two  words"), memory::nameless_file(c"caf\xe9"));
    let named = Pages::map(page_size(), READ, libc::MAP_PRIVATE, Some(&file));
    let odd = Pages::map(page_size(), READ_WRITE, libc::MAP_SHARED, Some(&odd));

    let space = own_space();
    for (pages, path) in [(named, "/memfd:two  words"), (odd, "/memfd:caf\u{fffd}")] {
        let line = line_of(Pid::this(), pages.start);
        let found = space.find(pages.start).unwrap_or_else(|| panic!("nothing is read of {line}"));
        assert_eq!(found.range, pages.range(), "{line}");
        assert_eq!(found.backing, Backing::File { path: path.into(), deleted: true }, "{line}");
    }
    let link = fs::read_link("/proc/self/exe").unwrap();
    let link = link.to_string_lossy();
    // The file may have been built anew meanwhile.
    let program = link.strip_suffix(" (deleted)").unwrap_or(&link);
    assert_eq!(space.program, PathBuf::from(program), "the target of /proc/self/exe");
}

#[grade::test(hint = "whose mappings are in /proc/self/maps?")]
fn step2_each_process_has_its_own() {
    let page = Pages::private();
    let twin = Twin::after(|| page.forbid());
    let rights = |space: &AddressSpace| space.find(page.start).map(|mapping| mapping.perms);
    let nothing = Perms { read: false, write: false, exec: false, shared: false };
    assert_eq!(
        rights(&AddressSpace::of(twin.pid).unwrap()),
        Some(nothing),
        "a child has taken all rights from a page of its own: {}",
        line_of(twin.pid, page.start)
    );
    assert_eq!(
        rights(&own_space()),
        Some(Perms { read: true, write: true, ..nothing }),
        "the same page in the parent: {}",
        line_of(Pid::this(), page.start)
    );
}

#[grade::test(hint = "what does the system say of a process that is no more, and who hears it?")]
fn step2_there_must_be_a_process() {
    let gone = Twin::after(|| ()).pid;
    let error = AddressSpace::of(gone).expect_err("the process has ended and was waited for");
    assert_eq!(error.kind(), ErrorKind::NotFound, "there is no process of this number: {error}");
}

#[grade::test(hint = "you read from two places: what do you make of it if one cannot be read?")]
fn step2_what_cannot_be_read_is_an_error() {
    let usual = grade::tight::few_descriptors(0).unwrap();
    let result = AddressSpace::of(Pid::this());
    drop(usual);
    let error = result.expect_err("this process has no descriptor left to open a file with");
    assert_eq!(error.raw_os_error(), Some(libc::EMFILE), "what the system said: {error}");

    refusal::no_links().unwrap();
    let error =
        AddressSpace::of(Pid::this()).expect_err("the system refuses to read any link from now on");
    assert_eq!(error.kind(), ErrorKind::PermissionDenied, "what the system said: {error}");
}

#[grade::test(hint = "in the list of regions, the first that fits counts; what does each ask for?")]
fn step3_the_first_region_that_fits_has_the_mapping() {
    let space = space(PROGRAM, MAPS);
    let wanted = [
        Region::Library,
        Region::ReadOnlyData,
        Region::Text,
        Region::ReadOnlyData,
        Region::Data,
        Region::Anonymous,
        Region::Heap,
        Region::Anonymous,
        Region::Guard,
        Region::Guard,
        Region::Anonymous,
        Region::SharedMap,
        Region::SharedMap,
        Region::Library,
        Region::Library,
        Region::Guard,
        Region::Library,
        Region::Library,
        Region::Kernel,
        Region::Kernel,
        Region::Stack,
    ];
    for (line, wanted) in MAPS.lines().zip(wanted) {
        let address = read(line).range.end - 1;
        assert_eq!(
            space.region_of(address),
            Some(wanted),
            "the program is `{PROGRAM}`; {address:#x} lies in\n{line}"
        );
    }
    let odd = [
        ("1000-2000 rwxp 00000000 fe:00 731    /opt/tea kettle/boil", Region::Text),
        ("1000-2000 --xp 00000000 fe:00 731    /opt/tea kettle/boil", Region::Text),
        ("1000-2000 -w-p 00000000 fe:00 731    /opt/tea kettle/boil", Region::Data),
        ("1000-2000 rw-s 00000000 fe:00 731    /opt/tea kettle/boil", Region::SharedMap),
        ("1000-2000 ---s 00000000 fe:00 731    /opt/tea kettle/boil", Region::Guard),
        ("1000-2000 ---p 00000000 fe:00 731    /opt/tea kettle/boil", Region::Guard),
        ("1000-2000 r-xp 00000000 fe:00 731    /opt/tea kettle/boil (deleted)", Region::Text),
        ("1000-2000 r-xp 00000000 fe:00 731    /opt/tea kettle/boil.so", Region::Library),
        ("1000-2000 r-xp 00000000 fe:00 731    /new/opt/tea kettle/boil", Region::Library),
        ("1000-2000 rwxp 00000000 00:00 0 ", Region::Anonymous),
        ("1000-2000 ---p 00000000 00:00 0      [stack]", Region::Guard),
        ("1000-2000 --xp 00000000 00:00 0      [vsyscall]", Region::Kernel),
    ];
    for (line, wanted) in odd {
        let space = self::space(PROGRAM, line);
        let found = space.region_of(0x1000);
        assert_eq!(found, Some(wanted), "the program is `{PROGRAM}`, and all it maps is\n{line}");
    }
}

/// A static that begins with a value stands in the file of the program.
static DATA: AtomicU32 = AtomicU32::new(7);
static CONSTANTS: [u32; 4] = [2, 3, 5, 7];

#[grade::test(hint = "which file is the program of this process, and how do you know?")]
fn step3_the_program_is_told_from_its_libraries() {
    DATA.fetch_add(1, Relaxed); // Relaxed: there is one thread.
    let file = memory::nameless_file(c"library");
    let library = Pages::map(page_size(), READ, libc::MAP_PRIVATE, Some(&file));
    let space = own_space();
    let function = step3_the_program_is_told_from_its_libraries as fn();
    assert_region(&space, function as usize, Region::Text, "a function");
    assert_region(&space, (&raw const DATA).addr(), Region::Data, "a static");
    assert_region(&space, library.start, Region::Library, "a page of another file");

    // Some linkers put constants beside the code.
    let constants = (&raw const CONSTANTS).addr();
    let executable = space.find(constants).is_some_and(|mapping| mapping.perms.exec);
    let wanted = if executable { Region::Text } else { Region::ReadOnlyData };
    assert_region(&space, constants, wanted, "a constant");
}

#[grade::test(hint = "how does a deleted program look in the link, and how in the mappings?")]
fn step3_a_deleted_program_is_still_the_program() {
    assert_program(c"tea kettle", "/memfd:tea kettle");
    // The mark is added to whatever the name is.
    assert_program(c"tea (deleted)", "/memfd:tea (deleted)");
    // Each mapping has a line, so a line break in a path is written in another way.
    assert_program(c"tea\nkettle", "/memfd:tea\\012kettle");
}

/// Checks what is read of a program of this name that is in no folder, with this path in its
/// mappings.
fn assert_program(name: &CStr, path: &str) {
    let file = memory::nameless_program(name).and_then(|mut file| {
        file.write_all(&fs::read("/bin/sh")?)?;
        // A file that is open for writing is no program; the link is one more way to open it.
        fs::File::open(format!("/proc/self/fd/{}", file.as_raw_fd()))
    });
    let started = file.and_then(|file| {
        Command::new(format!("/proc/self/fd/{}", file.as_raw_fd()))
            .arg0("sh")
            .args(["-c", "echo; read line"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
    });
    let mut child = match started {
        Ok(child) => child,
        // vm.memfd_noexec (proc_sys_vm(5)).
        Err(error) => return println!("this system runs no program that is in no folder: {error}"),
    };

    // A program is mapped a moment after it counts as started, so wait until it says something.
    let mut said = [0];
    child.stdout.as_mut().expect("it is a pipe").read_exact(&mut said).unwrap();
    let pid = Pid::from_raw(child.id() as i32);
    let space = AddressSpace::of(pid).unwrap();
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    drop(child.stdin.take());
    child.wait().unwrap();

    assert_eq!(space.program, PathBuf::from(path), "its mappings are\n{maps}");
    let in_maps = format!("{path} (deleted)");
    let code: Vec<Mapping> = maps
        .lines()
        .filter(|line| line.ends_with(&in_maps))
        .map(read)
        .filter(|mapping| mapping.perms.exec)
        .collect();
    assert!(!code.is_empty(), "this test cannot find the program in\n{maps}");
    for Mapping { range, .. } in code {
        let found = space.region_of(range.start);
        assert_eq!(found, Some(Region::Text), "the code at {:#x} in\n{maps}", range.start);
    }
}

#[grade::test(hint = "one stack has a name; where does a program get memory for the others?")]
fn step3_only_the_stack_of_the_main_thread_has_a_name() {
    let random = memory::told_at_start(libc::AT_RANDOM).expect("every program gets random bytes");
    assert_region(&own_space(), random, Region::Stack, "what the kernel put on the first stack");

    thread::scope(|scope| {
        scope.spawn(|| {
            let local = 7_u32;
            let address = (&raw const local).addr();
            assert_region(&own_space(), address, Region::Anonymous, "a local of another thread");
        });
    });
}

#[grade::test(hint = "rights first, then sharing, then the name: which question do you ask last?")]
fn step3_memory_is_told_by_how_it_was_got() {
    let private = Pages::private();
    let shared = Pages::map(page_size(), READ_WRITE, libc::MAP_SHARED, None);
    let guard = Pages::private();
    guard.forbid();
    let heap = memory::new_in_heap();

    let space = own_space();
    assert_region(&space, private.start, Region::Anonymous, "a private page");
    assert_region(&space, shared.start, Region::SharedMap, "a shared page");
    assert_region(&space, guard.start, Region::Guard, "a page without rights");
    match heap {
        Some(address) => assert_region(&space, address, Region::Heap, "what brk(2) gave"),
        None => println!("this system gives no memory by brk(2)"),
    }
    match memory::told_at_start(libc::AT_SYSINFO_EHDR) {
        Some(address) => assert_region(&space, address, Region::Kernel, "what vdso(7) tells of"),
        None => println!("this system has no vdso(7)"),
    }
}
