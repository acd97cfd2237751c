//! Chapter 1, processes and what the kernel knows of them: each module is one exercise.
