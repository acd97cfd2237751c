//! Write futures by hand: one that waits, and two that run two others.
