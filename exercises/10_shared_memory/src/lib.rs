//! Chapter 10, memory shared between processes: each module is one exercise.
