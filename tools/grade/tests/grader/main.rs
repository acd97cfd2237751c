//! Judges the grader by what it says of the submissions.

/// A test for each submission: its verdict is the one that stands here.
macro_rules! verdicts {
    ($($module:ident :: $name:ident => @$expected:literal)*) => {
        mod rejected {
            $(
                #[test]
                fn $name() {
                    let name = concat!(stringify!($module), "::", stringify!($name));
                    insta::assert_snapshot!(crate::support::verdict(name).to_string(), @$expected);
                }
            )*
        }
    };
}

mod degraded;
mod everyone;
mod extremes;
mod launcher;
mod room;
mod shapes;
mod strays;
#[path = "../support/mod.rs"]
mod support;
mod verdicts;
mod witness;
