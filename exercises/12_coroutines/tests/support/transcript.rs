//! Calls generators and writes down what comes of it, in the form of `protocol.py`.

use std::borrow::Borrow;
use std::cell::RefCell;
use std::fmt::Display;

use coroutines::given::{Answer, GenError, GenState, Interrupt};

use crate::calls::{PROGRAMS, Program};
use crate::programs::Numbers;

/// What CPython 3.13.0 prints for `protocol.py`; 3.6 to 3.12 print the same.
pub const RECORDED: &str = include_str!("protocol.txt");

thread_local! {
    static LINES: RefCell<String> = const { RefCell::new(String::new()) };
}

pub fn line(text: impl Display) {
    LINES.with_borrow_mut(|lines| *lines += &format!("{text}\n"));
}

/// A line that a body adds.
pub fn say(text: impl Display) {
    line(format_args!("    | {text}"));
}

/// A call of a generator.
#[derive(Clone, Copy)]
pub enum Call {
    Next,
    Send(i64),
    Throw(&'static str),
    Close,
    Drop,
}

/// Calls a generator. Each call is a line, with what it has come to.
pub fn drive(title: &str, generator: impl Borrow<Numbers>, calls: &[Call]) {
    line(title);
    let mut generator = Some(generator);
    for call in calls {
        let called = generator.as_ref().expect("no call follows a drop").borrow();
        match call {
            Call::Next => {
                line("  next():");
                told(called.next());
            }
            Call::Send(value) => {
                line(format_args!("  send({value}):"));
                told(called.send(*value));
            }
            Call::Throw(error) => {
                line(format_args!("  throw({error}):"));
                told(called.throw((*error).into()));
            }
            Call::Close => {
                line("  close():");
                match called.close() {
                    Ok(()) => line("    is closed"),
                    Err(error) => line(in_python(&error)),
                }
            }
            Call::Drop => {
                line("  drop():");
                generator = None;
                line("    is gone");
            }
        }
    }
}

fn told(answer: Answer<i64, i64>) {
    match answer {
        Ok(GenState::Yielded(value)) => line(format_args!("    yields {value}")),
        Ok(GenState::Returned(value)) => line(format_args!("    returns {value}")),
        Err(error) => line(in_python(&error)),
    }
}

fn in_python(error: &GenError) -> String {
    let error = match error {
        GenError::Exhausted => return "    has ended".to_owned(),
        GenError::NotStarted => "TypeError".to_owned(),
        GenError::Running => "ValueError".to_owned(),
        GenError::IgnoredExit => "RuntimeError".to_owned(),
        GenError::Raised(Interrupt::Close) => "GeneratorExit".to_owned(),
        GenError::Raised(Interrupt::Throw(error)) => match error.downcast_ref() {
            Some(inner) => return in_python(inner),
            None => format!("Oops: {error}"),
        },
    };
    format!("    raises {error}")
}

/// The lines of a program, its title first.
pub fn of_program((title, run): &Program) -> String {
    LINES.with_borrow_mut(String::clear);
    run(title);
    LINES.with_borrow_mut(std::mem::take)
}

/// Runs the programs with these titles, and compares each with what Python prints for it.
#[track_caller]
pub fn assert_like_python(titles: &[&str]) {
    for wanted in titles {
        let program = PROGRAMS.iter().find(|(title, _)| title == wanted);
        let got = of_program(program.expect("the programs have these titles"));
        assert_same(&section(RECORDED, wanted), &got, "this program of tests/support/protocol.py");
    }
}

/// The lines below a title, and the title.
fn section(transcript: &str, title: &str) -> String {
    let from_title = transcript.lines().skip_while(|line| *line != title);
    let is_inside = |(number, line): &(usize, &str)| *number == 0 || line.starts_with(' ');
    let lines = from_title.enumerate().take_while(is_inside);
    lines.map(|(_, line)| format!("{line}\n")).collect()
}

/// Shows the two transcripts, up to the first line where they differ.
#[track_caller]
pub fn assert_same(python: &str, rust: &str, what: &str) {
    if python == rust {
        return;
    }
    let (python, rust): (Vec<_>, Vec<_>) = (python.lines().collect(), rust.lines().collect());
    let same = python.iter().zip(&rust).take_while(|(python, rust)| python == rust).count();
    // Where a transcript is long, its last title tells where this is.
    let from = python[..=same.min(python.len() - 1)]
        .iter()
        .rposition(|line| !line.starts_with(' '))
        .unwrap_or_default();
    let before: String = python[from..same].iter().map(|line| format!("  {line}\n")).collect();
    let end = &"(the end)";
    panic!(
        "{what} does not come to the same (- in Python, + with your `Gen`):\n{before}- {}\n+ {}",
        python.get(same).unwrap_or(end),
        rust.get(same).unwrap_or(end)
    );
}
