//! What mdBook does not check: it renders a missing include as nothing, and a dead link as a link.

mod address;
pub mod directive;
pub mod files;
pub mod html;
pub mod includes;
pub mod links;
mod origin;
