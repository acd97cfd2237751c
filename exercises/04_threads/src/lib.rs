//! Chapter 4, threads: each module is one exercise.
