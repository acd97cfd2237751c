//! Interim: runs a test in its own process; containment follows.
pub use grade_macros::test;

#[derive(Clone, Copy)]
pub struct Options {
    pub timeout_ms: u64,
    pub mem_mb: u64,
    pub leftovers_ok: bool,
    pub panics_ok: bool,
    pub should_panic: &'static str,
    pub hint: &'static str,
}

impl Options {
    pub const DEFAULT: Options = Options {
        timeout_ms: 5_000,
        mem_mb: 1_024,
        leftovers_ok: false,
        panics_ok: false,
        should_panic: "",
        hint: "",
    };
}

pub fn run<T: std::process::Termination>(
    _module: &str,
    _name: &str,
    _options: Options,
    body: fn() -> T,
) {
    body();
}
