//! Chapter 9, pipes, FIFOs and message queues: each module is one exercise.
