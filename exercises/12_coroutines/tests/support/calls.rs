//! The programs of `protocol.py` and the calls of each, in its order.

use crate::programs::{self, Numbers};
use crate::transcript::Call::{Close, Drop, Next, Send, Throw};
use crate::transcript::{drive, line};

/// A title of `protocol.py`, and how its program runs in Rust.
pub type Program = (&'static str, fn(&str));

/// The programs of `protocol.py`, in its order.
pub const PROGRAMS: &[Program] = &[
    ("a countdown", |title| drive(title, Numbers::new(programs::countdown), &[Next; 5])),
    ("a fresh one is sent a value", |title| {
        drive(title, Numbers::new(programs::tenfold), &[Send(7), Send(8), Next, Next]);
    }),
    ("values are sent", |title| {
        let calls = [Next, Send(7), Send(8), Next, Send(9), Next];
        drive(title, Numbers::new(programs::tenfold), &calls);
    }),
    ("values and no values", |title| {
        let calls = [Next, Send(10), Next, Next, Send(5), Next, Send(100), Next];
        drive(title, Numbers::new(programs::adder), &calls);
    }),
    ("a throw is caught", |title| {
        let calls = [Next, Throw("one"), Next, Throw("two"), Next];
        drive(title, Numbers::new(programs::stubborn), &calls);
    }),
    ("a throw is not caught", |title| {
        let calls = [Next, Throw("fire"), Next, Throw("late"), Next];
        drive(title, Numbers::new(programs::careful), &calls);
    }),
    ("a fresh one is thrown an error", |title| {
        drive(title, Numbers::new(programs::careful), &[Throw("early"), Next, Close]);
    }),
    ("it raises what it likes", |title| {
        drive(title, Numbers::new(programs::translator), &[Next, Next, Throw("this"), Next]);
    }),
    ("it raises by itself", |title| {
        drive(title, Numbers::new(programs::bomb), &[Next, Next, Next, Send(1)]);
    }),
    ("it is closed", |title| {
        let calls = [Next, Close, Next, Close, Throw("late")];
        drive(title, Numbers::new(programs::careful), &calls);
    }),
    ("a fresh one is closed", |title| {
        drive(title, Numbers::new(programs::careful), &[Close, Next, Send(1), Close]);
    }),
    ("it returns when it is closed", |title| {
        drive(title, Numbers::new(programs::polite), &[Next, Close, Next]);
    }),
    ("it does not end when it is closed", |title| {
        drive(title, Numbers::new(programs::deaf), &[Next, Close, Send(9), Next]);
    }),
    ("it fails when it is closed", |title| {
        drive(title, Numbers::new(programs::clumsy), &[Next, Close, Next]);
    }),
    ("it ends as if it were closed", |title| {
        drive(title, Numbers::new(programs::quitter), &[Next; 3]);
    }),
    ("it is dropped", |title| drive(title, Numbers::new(programs::careful), &[Next, Drop])),
    ("a fresh one is dropped", |title| drive(title, Numbers::new(programs::careful), &[Drop])),
    ("one that has ended is dropped", |title| {
        drive(title, Numbers::new(programs::careful), &[Next, Throw("fire"), Drop]);
    }),
    ("it returns when it is dropped", |title| {
        drive(title, Numbers::new(programs::polite), &[Next, Drop]);
    }),
    ("it calls itself", |title| drive(title, programs::selfish(), &[Next, Send(4), Next])),
    ("it delegates to itself", |title| drive(title, programs::snake(), &[Next; 2])),
    ("it delegates", |title| {
        drive(title, Numbers::new(programs::outer), &[Next, Send(10), Next, Next, Next]);
    }),
    ("the inner catches", |title| {
        let calls = [Next, Throw("one"), Next, Throw("two"), Next];
        drive(title, Numbers::new(programs::outer), &calls);
    }),
    ("the inner does not catch", |title| {
        let calls = [Next, Throw("one"), Throw("two"), Next];
        drive(title, Numbers::new(programs::outer), &calls);
    }),
    ("the outer catches", |title| {
        let calls = [Next, Next, Send(8), Next, Throw("three"), Next];
        drive(title, Numbers::new(programs::guard), &calls);
    }),
    ("both are closed", |title| {
        drive(title, Numbers::new(programs::guard), &[Next, Next, Close, Next]);
    }),
    ("the inner does not end when both are closed", |title| {
        drive(title, Numbers::new(programs::wall), &[Next, Close, Next]);
    }),
    ("the inner fails when both are closed", |title| {
        drive(title, Numbers::new(programs::cupboard), &[Next, Close, Next]);
    }),
    ("the inner returns when it is thrown an error", |title| {
        let calls = [Next, Next, Throw("one"), Throw("two"), Next, Next];
        drive(title, Numbers::new(programs::patient), &calls);
    }),
    ("the inner calls the outer", |title| drive(title, programs::cuckoo(), &[Next; 2])),
    ("the inner has begun before", |title| {
        drive(title, Numbers::new(programs::half), &[Next, Send(60)]);
    }),
    ("a pipeline", |title| {
        line(title);
        if let Err(error) = programs::pipeline() {
            line(format_args!("    fails: {error}"));
        }
    }),
];
