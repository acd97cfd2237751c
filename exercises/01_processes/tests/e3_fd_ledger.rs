//! Exercise 1.3: `processes::e3_fd_ledger`.

#[path = "support/closing.rs"]
mod closing;
#[path = "support/descriptors.rs"]
mod descriptors;
#[path = "support/refusal.rs"]
mod refusal;
#[path = "support/twin.rs"]
mod twin;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Seek, SeekFrom};
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use closing::{When, closing};
use descriptors::{epoll, eventfd, memfd, object, open_in, put_at, set_close_on_exec};
use nix::libc;
use nix::unistd::Pid;
use processes::e3_fd_ledger::{FdInfo, FdKind, FdLedger, LedgerDiff};
use twin::Twin;

fn ledger() -> FdLedger {
    FdLedger::of_self().unwrap_or_else(|error| {
        panic!(
            "a process can see its own descriptors, and one of your looks failed: {error}. Was it \
             at a descriptor that is closed by now (ENOENT), or did it open what cannot be opened \
             (ENXIO)?"
        )
    })
}

/// All entries; what each is about must be open.
fn entries(ledger: &FdLedger) -> impl Iterator<Item = (RawFd, &FdInfo)> {
    ledger.0.iter().map(|(&fd, info)| {
        let is_open = descriptors::flags(fd).is_some();
        assert!(is_open, "descriptor {fd} is in your ledger and is not open: {info:?}");
        (fd, info)
    })
}

/// What the ledger has for an open descriptor.
#[track_caller]
fn entry<'a>(ledger: &'a FdLedger, fd: &impl AsRawFd) -> &'a FdInfo {
    let fd = fd.as_raw_fd();
    let entry = ledger.0.get(&fd);
    entry.unwrap_or_else(|| panic!("descriptor {fd} is open and not in {:?}", ledger.0.keys()))
}

fn numbers(ledger: &FdLedger) -> Vec<RawFd> {
    ledger.0.keys().copied().collect()
}

/// A ledger that was not read.
fn of(entries: impl IntoIterator<Item = FdInfo>) -> FdLedger {
    FdLedger(entries.into_iter().map(|info| (info.fd, info)).collect())
}

fn file(fd: RawFd, path: &str, object: (u64, u64)) -> FdInfo {
    FdInfo { fd, kind: FdKind::File(path.into()), object, cloexec: true, offset: 0 }
}

fn pipe(fd: RawFd, inode: u64) -> FdInfo {
    FdInfo { fd, kind: FdKind::Pipe(inode), object: (13, inode), cloexec: true, offset: 0 }
}

fn anon(fd: RawFd, name: &str) -> FdInfo {
    FdInfo { fd, kind: FdKind::Anon(name.to_owned()), object: (14, 1), cloexec: true, offset: 0 }
}

/// Asserts that there is no change between two looks.
#[track_caller]
fn assert_same(before: &FdLedger, later: &FdLedger, what: &str) {
    assert_eq!(before.diff(later), LedgerDiff::default(), "{what}: no other object is open");
}

#[grade::test(hint = "the listing has a descriptor of its own; when is it closed?")]
fn step1_the_numbers_are_those_that_are_open() {
    let usual = open_in(Pid::this());
    assert_eq!(numbers(&ledger()), usual, "all that is open when the test begins");

    let mut files: Vec<File> = (0..20).map(|_| File::open("/dev/null").unwrap()).collect();
    files.remove(10);
    files.remove(3);
    let more = open_in(Pid::this());
    assert_eq!(numbers(&ledger()), more, "18 files more, and two gaps in the numbers");
    for (fd, info) in entries(&ledger()) {
        assert_eq!(info.fd, fd, "the number of an entry is its key");
    }
    drop(files);
    assert_eq!(numbers(&ledger()), usual, "the files are closed again");
}

#[grade::test(hint = "how do you tell the descriptor of your listing from others of that folder?")]
fn step1_only_the_listing_itself_is_left_out() {
    let folders =
        ["/proc/self/fd", "/proc/self/fdinfo", "/proc/self"].map(|f| File::open(f).unwrap());
    let ledger = ledger();
    assert_eq!(numbers(&ledger), open_in(Pid::this()), "this test has folders of /proc open");
    for folder in &folders {
        let path = descriptors::link(folder.as_raw_fd());
        assert_eq!(entry(&ledger, folder).kind, FdKind::File(path), "a folder is a file");
    }
}

#[grade::test(hint = "the text of the link begins with a word or with `/`; what comes then?")]
fn step1_each_kind_is_told_by_its_link() {
    let (reader, writer) = io::pipe().unwrap();
    let (stream, peer) = UnixStream::pair().unwrap();
    let (events, waiting) = (eventfd(), epoll());
    let null = File::open("/dev/null").unwrap();
    let odd = memfd(c"caf\xe9");
    let disguised = [c"pipe:[7]", c"socket:[7]", c"anon_inode:[eventfd]"].map(memfd);

    let ledger = ledger();
    let inode = |fd: &dyn AsRawFd| object(fd.as_raw_fd()).1;
    for pipe in [&reader as &dyn AsRawFd, &writer] {
        let wanted = FdKind::Pipe(inode(pipe));
        assert_eq!(entry(&ledger, &pipe.as_raw_fd()).kind, wanted, "an end of a pipe");
    }
    for socket in [&stream, &peer] {
        assert_eq!(entry(&ledger, socket).kind, FdKind::Socket(inode(socket)), "a socket");
    }
    for (anon, what) in [(&events, "an eventfd"), (&waiting, "an epoll")] {
        let link = descriptors::link(anon.as_raw_fd());
        let name = link.to_str().unwrap().strip_prefix("anon_inode:").unwrap().to_owned();
        assert_eq!(entry(&ledger, anon).kind, FdKind::Anon(name), "{what}: {}", link.display());
    }
    assert_eq!(entry(&ledger, &null).kind, FdKind::File("/dev/null".into()), "a file");
    let path = PathBuf::from(OsStr::from_bytes(b"/memfd:caf\xe9 (deleted)"));
    assert_eq!(entry(&ledger, &odd).kind, FdKind::File(path), "a path that is not UTF-8");
    for file in &disguised {
        let path = descriptors::link(file.as_raw_fd());
        assert_eq!(entry(&ledger, file).kind, FdKind::File(path), "a file that looks different");
    }
    match File::open("/proc/self/ns/mnt") {
        Ok(namespace) => {
            let name = descriptors::link(namespace.as_raw_fd()).display().to_string();
            let kind = &entry(&self::ledger(), &namespace).kind.clone();
            assert_eq!(*kind, FdKind::Other(name), "a namespace is none of these");
        }
        Err(error) => println!("this system has no namespaces to open: {error}"),
    }
}

#[grade::test(hint = "stat(2) and lstat(2) on a link: of what does each tell?")]
fn step1_the_object_is_what_the_descriptor_leads_to() {
    let null = File::open("/dev/null").unwrap();
    let also_null = File::open("/dev/null").unwrap();
    let (reader, writer) = io::pipe().unwrap();
    let sockets = UnixStream::pair().unwrap();
    let others = [memfd(c"one"), memfd(c"one")];

    let ledger = ledger();
    for (fd, info) in entries(&ledger) {
        let link = descriptors::link(fd);
        assert_eq!(info.object, object(fd), "device and inode of {}", link.display());
    }
    let object = |fd: RawFd| entry(&ledger, &fd).object;
    assert_eq!(object(null.as_raw_fd()), object(also_null.as_raw_fd()), "one file, open twice");
    assert_eq!(object(reader.as_raw_fd()), object(writer.as_raw_fd()), "both ends of a pipe");
    assert_ne!(object(others[0].as_raw_fd()), object(others[1].as_raw_fd()), "two files");
    drop(sockets);
}

#[grade::test(hint = "what did the call open, and who closes it?")]
fn step1_the_call_closes_what_it_opens() {
    let before = open_in(Pid::this());
    for _ in 0..3 {
        ledger();
        FdLedger::of(Pid::this()).unwrap();
    }
    assert_eq!(open_in(Pid::this()), before, "what is open after six calls, and before them");
}

#[grade::test(hint = "proc_pid_fdinfo(5) tells in which base the flags are written")]
fn step2_close_on_exec_is_what_the_kernel_says() {
    let (closed, kept) = (File::open("/dev/null").unwrap(), File::open("/dev/null").unwrap());
    let (reader, writer) = io::pipe().unwrap();
    let (stream, peer) = UnixStream::pair().unwrap();
    let both = fs::OpenOptions::new().read(true).append(true).open("/dev/null").unwrap();
    let in_memory = memfd(c"file");
    set_close_on_exec(&kept, false);
    set_close_on_exec(&writer, false);
    set_close_on_exec(&peer, false);
    let here = ledger();
    for (fd, info) in entries(&here) {
        let wanted = descriptors::flags(fd).unwrap() & libc::FD_CLOEXEC != 0;
        let link = descriptors::link(fd);
        let fdinfo = fs::read_to_string(format!("/proc/self/fdinfo/{fd}")).unwrap();
        assert_eq!(info.cloexec, wanted, "descriptor {fd}, {}, has\n{fdinfo}", link.display());
    }
    drop((closed, reader, stream, both, in_memory));

    // The flag belongs to the number: a copy has its own.
    let copy = kept.as_fd().try_clone_to_owned().unwrap();
    let ledger = ledger();
    assert!(!entry(&ledger, &kept).cloexec, "the flag of a file that stays open was cleared");
    assert!(entry(&ledger, &copy).cloexec, "its copy is to be closed");
}

#[grade::test(hint = "where does the kernel say how far a file was read? A copy reads on there")]
fn step2_the_offset_is_where_the_next_read_begins() {
    let mut file = memfd(c"long");
    let (reader, _writer) = io::pipe().unwrap();
    assert_eq!(entry(&ledger(), &file).offset, 0, "nothing was read yet");
    for offset in [10, 8_000_000_000] {
        file.seek(SeekFrom::Start(offset)).unwrap();
        let copy = file.try_clone().unwrap();
        let ledger = ledger();
        assert_eq!(entry(&ledger, &file).offset, offset, "the file was moved to {offset}");
        assert_eq!(entry(&ledger, &copy).offset, offset, "a copy is at the same place");
        assert_eq!(entry(&ledger, &reader).offset, 0, "a pipe has no places");
    }
}

#[grade::test(hint = "a number means something in one process: whom did you ask, and about whom?")]
fn step2_each_process_has_its_own() {
    let (reader, _writer) = io::pipe().unwrap();
    let [closed, moved, kept] =
        ["closed", "moved", "kept"].map(|_| File::open("/dev/null").unwrap());
    let twin = Twin::after(|| {
        let mut other = memfd(c"other");
        other.seek(SeekFrom::Start(77)).unwrap();
        put_at(&other, &moved);
        put_at(&eventfd(), &reader);
        set_close_on_exec(&kept, false);
        // SAFETY: the child does not use this descriptor any more.
        unsafe { libc::close(closed.as_raw_fd()) };
    });

    let (theirs, ours) = (FdLedger::of(twin.pid).unwrap(), ledger());
    assert_eq!(numbers(&theirs), open_in(twin.pid), "what is open in a child");
    assert_eq!(numbers(&ours), open_in(Pid::this()), "what is open in its parent");
    assert_eq!(FdLedger::of(Pid::this()).unwrap(), ours, "what is open here, asked by number");

    let other = FdKind::File("/memfd:other (deleted)".into());
    let null = FdKind::File("/dev/null".into());
    let facts = |ledger, fd| {
        let info = entry(ledger, fd);
        (info.kind.clone(), info.cloexec, info.offset)
    };
    assert_eq!(facts(&theirs, &moved), (other, false, 77), "the child has put another file there");
    assert_eq!(facts(&ours, &moved), (null.clone(), true, 0), "the same number in its parent");
    assert_eq!(facts(&theirs, &kept), (null.clone(), false, 0), "the child has cleared the flag");
    assert_eq!(facts(&ours, &kept), (null, true, 0), "the same number in its parent");
    assert!(!theirs.0.contains_key(&closed.as_raw_fd()), "the child has closed this");
}

#[grade::test(hint = "between the listing and the look, a descriptor may be closed: what then?")]
fn step2_what_is_closed_meanwhile_is_no_error() {
    for when in [When::Listed, When::Read, When::Opened] {
        let (reader, writer) = io::pipe().unwrap();
        let other = File::open("/dev/null").unwrap();
        let victim = reader.as_raw_fd();
        let wanted = FdInfo {
            fd: victim,
            kind: FdKind::Pipe(object(victim).1),
            object: object(victim),
            cloexec: true,
            offset: 0,
        };
        let (result, was_closed) = closing(reader.into(), when, FdLedger::of_self);
        let what = format!("descriptor {victim} was closed when it had been {when:?} by the call");
        let ledger = result.unwrap_or_else(|error| panic!("{what}: {error}"));
        entry(&ledger, &writer);
        entry(&ledger, &other);
        if let Some(found) = ledger.0.get(&victim) {
            assert_eq!(*found, wanted, "{what}: it is told as it was, or not at all");
        }
        if !was_closed {
            println!("this is another way to look; no descriptor was closed at {when:?}");
        }
    }
}

#[grade::test(hint = "what does the system say of a process that is no more, and who hears it?")]
fn step2_there_must_be_a_process() {
    let gone = Twin::after(|| ()).pid;
    let error = FdLedger::of(gone).expect_err("the process has ended and was waited for");
    assert_eq!(error.kind(), ErrorKind::NotFound, "there is no process of this number: {error}");
}

#[grade::test(hint = "closed meanwhile is one reason why a look fails; which error tells you so?")]
fn step2_what_cannot_be_seen_is_an_error() {
    refusal::no_links().unwrap();
    let error = FdLedger::of_self().expect_err("the system refuses to read any link from now on");
    assert_eq!(error.kind(), ErrorKind::PermissionDenied, "what the system said: {error}");
}

#[grade::test(hint = "which of your two looks sees more than the other, and why?")]
fn step3_two_looks_in_a_row_are_the_same() {
    let files: Vec<File> = (0..20).map(|_| File::open("/dev/null").unwrap()).collect();
    let (before, later) = (ledger(), ledger());
    assert_same(&before, &later, "nothing happened between two looks");
    assert_same(&before, &before, "one look");
    assert_same(&of([]), &of([]), "no descriptors");
    drop(files);
}

#[grade::test(hint = "which side of the difference does each list tell of?")]
fn step3_what_was_opened_and_closed_is_told() {
    let (reader, writer) = io::pipe().unwrap();
    let before = ledger();
    drop(reader);
    // One of these may get the number that is free again.
    let files: Vec<File> = (0..12).map(|_| memfd(c"new")).collect();
    let later = ledger();
    drop(writer);

    let only_in = |one: &FdLedger, other: &FdLedger| -> Vec<FdInfo> {
        one.0.values().filter(|info| !other.0.contains_key(&info.fd)).cloned().collect()
    };
    for (before, later) in [
        (before.clone(), later.clone()),
        (later, before),
        (of([pipe(9, 1), pipe(10, 2), pipe(100, 3)]), of([])),
        (of([]), of([pipe(9, 1), pipe(10, 2), pipe(100, 3)])),
        (of([pipe(2, 1), pipe(10, 2)]), of([pipe(3, 1), pipe(10, 2), pipe(11, 4)])),
    ] {
        let diff = before.diff(&later);
        assert_eq!(
            diff.opened,
            only_in(&later, &before),
            "opened between {before:?} and {later:?}"
        );
        assert_eq!(
            diff.closed,
            only_in(&before, &later),
            "closed between {before:?} and {later:?}"
        );
    }
    drop(files);
}

#[grade::test(hint = "a number is a place: what would tell you that something else stands there?")]
fn step3_a_number_that_leads_elsewhere_is_replaced() {
    let (place, _writer) = io::pipe().unwrap();
    let (other, _other_writer) = io::pipe().unwrap();
    let others: [(&str, &dyn AsRawFd); 5] = [
        ("another pipe", &other),
        ("a file", &memfd(c"one")),
        ("another file of the same name", &memfd(c"one")),
        ("an eventfd", &eventfd()),
        ("an epoll, with the same inode", &epoll()),
    ];
    for (what, other) in others {
        let before = ledger();
        put_at(&other.as_raw_fd(), &place);
        let later = ledger();
        let [was, is] = [&before, &later].map(|ledger| entry(ledger, &place).clone());
        let wanted = LedgerDiff { replaced: vec![(was, is)], ..LedgerDiff::default() };
        assert_eq!(before.diff(&later), wanted, "{what} has taken the place of a descriptor");
    }

    let (one, two) = (file(3, "/tmp/a", (7, 100)), file(3, "/tmp/a", (8, 100)));
    let numbers = [9, 10, 100, 11];
    let before = of(numbers.map(|fd| pipe(fd, 1)).into_iter().chain([one.clone()]));
    let later = of(numbers.map(|fd| pipe(fd, 2)).into_iter().chain([two.clone()]));
    let pipes = [9, 10, 11, 100].map(|fd| (pipe(fd, 1), pipe(fd, 2)));
    let replaced = [(one, two)].into_iter().chain(pipes).collect();
    let wanted = LedgerDiff { replaced, ..LedgerDiff::default() };
    assert_eq!(before.diff(&later), wanted, "four pipes, and a file on another device");
}

#[grade::test(hint = "what of a descriptor may change while the object behind it stays the same?")]
fn step3_the_same_object_is_never_accused() {
    let mut file = memfd(c"file");
    let before = ledger();
    file.seek(SeekFrom::Start(100)).unwrap();
    assert_same(&before, &ledger(), "a file was moved to 100");
    set_close_on_exec(&file, false);
    assert_same(&before, &ledger(), "it is no longer closed on exec");
    let copy = file.try_clone().unwrap();
    put_at(&copy, &file);
    drop(copy);
    assert_same(&before, &ledger(), "a copy was put in the place of what it is a copy of");

    let named = of([self::file(5, "/tmp/a", (7, 100)), anon(6, "[eventfd]"), pipe(7, 9)]);
    for path in ["/tmp/a (deleted)", "/tmp/b", "/srv/a"] {
        let later = of([self::file(5, path, (7, 100)), anon(6, "[eventfd]"), pipe(7, 9)]);
        assert_same(&named, &later, &format!("`/tmp/a` has become `{path}`"));
    }
    let eventfd = BTreeMap::from([(6, anon(6, "[eventfd]"))]);
    let epoll = BTreeMap::from([(6, anon(6, "[eventpoll]"))]);
    let diff = FdLedger(eventfd).diff(&FdLedger(epoll));
    assert_eq!(diff.replaced.len(), 1, "an eventfd and an epoll share an inode: {diff:?}");
}
