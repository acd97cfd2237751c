//! Run many tasks on one thread, and let any thread wake them.
