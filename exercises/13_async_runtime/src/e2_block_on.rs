//! Run one future on this thread, and sleep while it waits.
