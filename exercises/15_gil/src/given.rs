//! Supplied: what the exercises of this chapter stand on.
