//! Build the generators of Python on fibers.
