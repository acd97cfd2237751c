//! A folder for the files of one test, in memory. The grader gives a test with a census a `/dev/shm`
//! of its own, where the system allows that: then it is gone even where the test was killed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

const MEMORY: &str = "/dev/shm";
const PREFIX: &str = "streams-";

/// It is removed when this value is dropped.
pub struct Place {
    folder: PathBuf,
}

impl Place {
    /// An empty folder.
    pub fn new() -> Place {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        remove_the_old();
        // Relaxed: a number that nobody else gets.
        let number = NUMBER.fetch_add(1, Relaxed);
        let folder = Path::new(MEMORY).join(format!("{PREFIX}{}-{number}", process::id()));
        fs::create_dir(&folder).unwrap();
        Place { folder }
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What remains, the census names.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Removes the folders of tests that were killed.
fn remove_the_old() {
    for entry in fs::read_dir(MEMORY).unwrap().flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.split('-').next());
        if owner.is_some_and(|owner| !Path::new("/proc").join(owner).exists()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
