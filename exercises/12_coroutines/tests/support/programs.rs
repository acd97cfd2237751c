//! The programs of `protocol.py`, in Rust.

use std::rc::{Rc, Weak};

use coroutines::e3_generator_send::{Co, Gen};
use coroutines::given::{GenError, GenState, Interrupt};

use crate::transcript::say;

/// A generator of numbers.
pub type Numbers = Gen<i64, i64, i64>;
/// What a body calls `yield_` and `delegate` on.
type Body = Co<i64, i64>;
type End = Result<i64, Interrupt>;

pub fn countdown(body: &Body) -> End {
    for number in [2, 1] {
        body.yield_(number)?;
    }
    Ok(100)
}

pub fn tenfold(body: &Body) -> End {
    say("begins");
    let mut got = body.yield_(0)?;
    while let Some(number) = got {
        say(format!("got {number}"));
        got = body.yield_(10 * number)?;
    }
    say("got nothing");
    Ok(-1)
}

pub fn adder(body: &Body) -> End {
    let mut total = 0;
    while total < 100 {
        total += body.yield_(total)?.unwrap_or(1);
    }
    Ok(total)
}

pub fn stubborn(body: &Body) -> End {
    for number in 0..3 {
        match body.yield_(number) {
            Ok(_) => say("was not disturbed"),
            Err(Interrupt::Throw(error)) => say(format!("caught {error}")),
            Err(close) => return Err(close),
        }
    }
    Ok(5)
}

pub fn careful(body: &Body) -> End {
    say("begins");
    let tried = body.yield_(1).and_then(|_| body.yield_(2));
    say("cleans up");
    tried.map(|_| 3)
}

pub fn translator(body: &Body) -> End {
    body.yield_(1)?;
    match body.yield_(2) {
        Err(Interrupt::Throw(error)) => Err(Interrupt::Throw(format!("not {error}").into())),
        other => other.map(|_| 3),
    }
}

pub fn bomb(body: &Body) -> End {
    body.yield_(1)?;
    Err(Interrupt::Throw("own".into()))
}

pub fn polite(body: &Body) -> End {
    match body.yield_(1) {
        Err(Interrupt::Close) => {
            say("returns instead");
            Ok(7)
        }
        other => other.map(|_| 3),
    }
}

pub fn deaf(body: &Body) -> End {
    match body.yield_(1) {
        Err(Interrupt::Close) => say("does not want to"),
        other => drop(other?),
    }
    let got = body.yield_(2)?;
    let got = got.ok_or(Interrupt::Throw("nothing was sent".into()))?;
    say(format!("got {got}"));
    Ok(got)
}

pub fn clumsy(body: &Body) -> End {
    let _ = body.yield_(1);
    say("drops a cup");
    Err(Interrupt::Throw("broken".into()))
}

pub fn quitter(body: &Body) -> End {
    body.yield_(1)?;
    Err(Interrupt::Close)
}

/// A generator whose body knows it.
fn with_itself(body: impl FnOnce(&Body, Rc<Numbers>) -> End + 'static) -> Rc<Numbers> {
    Rc::new_cyclic(|own: &Weak<Numbers>| {
        let own = Weak::clone(own);
        Gen::new(move |co: &Body| body(co, own.upgrade().expect("whoever calls it holds it")))
    })
}

/// Calls itself in all four ways.
pub fn selfish() -> Rc<Numbers> {
    with_itself(|body, me| {
        let errors =
            [me.next().err(), me.send(1).err(), me.throw("me".into()).err(), me.close().err()];
        drop(me);
        errors.into_iter().for_each(|error| value_error(error.as_ref()));
        Ok(body.yield_(1)?.unwrap_or(0))
    })
}

/// Delegates to itself.
pub fn snake() -> Rc<Numbers> {
    with_itself(|body, me| {
        match body.delegate(&me) {
            Err(Interrupt::Throw(error)) => value_error(error.downcast_ref()),
            other => say(format!("{other:?}")),
        }
        Ok(2)
    })
}

/// Delegates to one that calls it.
pub fn cuckoo() -> Rc<Numbers> {
    with_itself(|body, me| {
        let caller = Gen::new(move |body: &Body| {
            value_error(me.next().err().as_ref());
            drop(me);
            body.yield_(1)?;
            Ok(0)
        });
        body.delegate(&caller)?;
        Ok(2)
    })
}

/// Says what a generator that runs has answered.
fn value_error(error: Option<&GenError>) {
    match error {
        Some(GenError::Running) => say("ValueError"),
        other => say(format!("{other:?}")),
    }
}

fn twice(body: &Body, name: &str) -> End {
    say(format!("{name} begins"));
    let got = |got: Option<i64>| {
        let what = got.map_or("nothing".to_owned(), |got| got.to_string());
        say(format!("{name} got {what}"));
    };
    let tried = body.yield_(1).map(got).and_then(|()| body.yield_(2)).map(got);
    let caught = match tried {
        Err(Interrupt::Throw(error)) => {
            say(format!("{name} caught {error}"));
            body.yield_(3).map(drop)
        }
        other => other,
    };
    say(format!("{name} cleans up"));
    caught.map(|()| 30)
}

pub fn outer(body: &Body) -> End {
    let inner = Gen::new(|body: &Body| twice(body, "the inner"));
    let result = body.delegate(&inner)?;
    say(format!("the outer got {result}"));
    body.yield_(4)?;
    Ok(5)
}

pub fn guard(body: &Body) -> End {
    match body.delegate(&Gen::new(bomb)) {
        Err(Interrupt::Throw(error)) => say(format!("the outer caught {error}")),
        other => drop(other?),
    }
    let result = body.delegate(&Gen::new(outer));
    say("the outer cleans up");
    result
}

pub fn wall(body: &Body) -> End {
    let result = body.delegate(&Gen::new(deaf));
    say("the outer cleans up");
    result
}

pub fn cupboard(body: &Body) -> End {
    let result = body.delegate(&Gen::new(clumsy));
    say("the outer cleans up");
    result
}

pub fn patient(body: &Body) -> End {
    let result = body.delegate(&Gen::new(stubborn))?;
    say(format!("the outer got {result}"));
    body.yield_(6)?;
    Ok(7)
}

pub fn half(body: &Body) -> End {
    let inner = Gen::new(adder);
    // Where one of these fails, the total tells.
    let _ = inner.next();
    let _ = inner.send(40);
    body.delegate(&inner)
}

/// Three generators in a row: of ten thousand lines, those with a 7 are counted.
pub fn pipeline() -> Result<(), GenError> {
    let tally = Gen::new(|body: &Co<String, u32>| {
        let mut lines = 0;
        let interrupt = loop {
            match body.yield_(lines) {
                Ok(_) => lines += 1,
                Err(interrupt) => break interrupt,
            }
        };
        say(format!("{lines} lines"));
        Err::<(), _>(interrupt)
    });
    let grep = Gen::new(move |body: &Co<String, ()>| {
        let thrown = |error| Interrupt::Throw(Box::new(error));
        tally.next().map_err(thrown)?;
        let interrupt = loop {
            match body.yield_(()) {
                Ok(Some(line)) if line.contains('7') => drop(tally.send(line).map_err(thrown)?),
                Ok(_) => {}
                Err(interrupt) => break interrupt,
            }
        };
        tally.close().map_err(thrown)?;
        Err::<(), _>(interrupt)
    });
    let numbered = Gen::new(|body: &Co<(), String>| {
        for number in 0..10_000 {
            body.yield_(format!("line {number}"))?;
        }
        Ok(())
    });
    grep.next()?;
    while let GenState::Yielded(line) = numbered.next()? {
        grep.send(line)?;
    }
    grep.close()
}
