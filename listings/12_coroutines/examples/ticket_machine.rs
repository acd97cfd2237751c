//! A function with two pauses in it, written as a value.

// ANCHOR: function
/// ```text
/// let mut open = price;
/// while open > 0 {
///     let coin = yield open;
///     open = open.saturating_sub(coin);
/// }
/// let zones = yield 0;
/// return zones * price;
/// ```
#[derive(Debug)]
enum Ticket {
    Start { price: u32 },
    WantsCoin { price: u32, open: u32 },
    WantsZones { price: u32 },
    Done,
}
// ANCHOR_END: function
// ANCHOR: resume
fn resume(ticket: &mut Ticket, input: u32) -> String {
    let (price, open) = match *ticket {
        Ticket::Start { price } => (price, price),
        Ticket::WantsCoin { price, open } => (price, open.saturating_sub(input)),
        Ticket::WantsZones { price } => {
            *ticket = Ticket::Done;
            return format!("returns {}", input * price);
        }
        Ticket::Done => return "has returned before".to_owned(),
    };
    *ticket =
        if open > 0 { Ticket::WantsCoin { price, open } } else { Ticket::WantsZones { price } };
    format!("yields {open}")
}

fn main() {
    let mut ticket = Ticket::Start { price: 3 };
    for input in [99, 1, 2, 4, 0] {
        println!("resume({input}) {}; now {ticket:?}", resume(&mut ticket, input));
    }
}
// ANCHOR_END: resume
