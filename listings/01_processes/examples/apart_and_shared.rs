//! What a child does to a file that it inherits, its parent sees; a limit is its own.

use std::fs::File;
use std::io::Seek;
use std::os::unix::fs::FileExt;

use nix::libc::_exit;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, fork};

// ANCHOR: main
fn main() {
    let mut file = File::open("/proc/self/exe").unwrap();

    // SAFETY: this process has one thread.
    let ForkResult::Parent { child } = unsafe { fork() }.unwrap() else {
        file.seek(std::io::SeekFrom::Start(2)).unwrap();
        let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
        setrlimit(Resource::RLIMIT_NOFILE, 3, hard).unwrap();
        println!("child:  {:?}", File::open("/dev/null").map(drop));
        // SAFETY: `_exit` takes any code and does not return.
        unsafe { _exit(0) }
    };
    waitpid(child, None).unwrap();
    println!("parent: {:?}", File::open("/dev/null").map(drop));

    println!("parent: the position in the file is {}", file.stream_position().unwrap());
    let mut bytes = [0; 2];
    file.read_exact_at(&mut bytes, 2).unwrap();
    println!("parent: the next two bytes are {:?}", String::from_utf8_lossy(&bytes));
}
// ANCHOR_END: main
