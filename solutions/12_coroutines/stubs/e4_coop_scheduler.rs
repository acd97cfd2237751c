//! Write a scheduler of tasks that hand over by themselves.
