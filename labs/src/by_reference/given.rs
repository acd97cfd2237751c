//! What the reference of exercise 12.2 finds in `crate::given`.

#[path = "../../../exercises/12_coroutines/src/given/fiber.rs"]
#[expect(dead_code, reason = "the fiber of corosensei is measured without this layer")]
mod fiber;
#[path = "../../../exercises/12_coroutines/src/given/guard.rs"]
mod guard;
#[path = "../../../exercises/12_coroutines/src/given/switch.rs"]
mod switch;

pub use fiber::Resumed;
pub use guard::Guard;
pub use switch::{Entry, Inline, Naked, Switch};
