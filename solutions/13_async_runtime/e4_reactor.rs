//! Let tasks wait for descriptors and for time.
