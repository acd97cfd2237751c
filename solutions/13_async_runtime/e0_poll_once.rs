//! Poll a future once, and tell what came.
