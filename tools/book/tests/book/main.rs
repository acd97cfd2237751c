//! Renders and serves a small course, and checks the book of this project.

mod boxes;
mod broken;
mod claims;
mod dead;
mod highlight;
mod little;
mod project;
mod server;
mod serving;
