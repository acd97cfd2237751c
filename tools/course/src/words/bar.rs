//! A bar of progress, in characters that every terminal has.

/// How many characters it has.
const WIDTH: usize = 30;

/// How much is done: `[######......]`.
pub fn bar(done: usize, all: usize) -> String {
    let full = (done * WIDTH).checked_div(all).unwrap_or(0).min(WIDTH);
    format!("[{}{}]", "#".repeat(full), ".".repeat(WIDTH - full))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_full_only_at_the_end() {
        let full = |done, all| bar(done, all).matches('#').count();
        assert_eq!([full(0, 3), full(1, 3), full(3, 3)], [0, WIDTH / 3, WIDTH]);
        assert_eq!(full(70, 70) - full(69, 70), 1);
        assert_eq!(bar(0, 0).len(), bar(3, 3).len());
    }
}
