//! Give the lock up around whatever blocks.
