//! Give a function a stack of its own, and switch between it and its caller.
