//! What the machine runs for `x += 1`.

use gil::vm::Code;

fn main() {
    print!("{}", Code::x_plus_1());
}
