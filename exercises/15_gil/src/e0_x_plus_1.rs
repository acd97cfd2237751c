//! Run two frames an instruction at a time, and find out what becomes of x.
