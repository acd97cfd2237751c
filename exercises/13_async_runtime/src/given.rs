//! Supplied: the executor that exercise 13.4 gives a reactor to.
