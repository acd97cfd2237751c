//! Simulate threads, cores and a lock in virtual time.
