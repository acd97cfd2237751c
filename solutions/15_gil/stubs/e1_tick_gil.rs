//! One lock for the whole interpreter, which its holder gives up after so many instructions.
