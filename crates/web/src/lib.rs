//! What every page that Afterimage serves has in common: a [`Guard`] before all routes, [`bucket`]s for limits, [`asset`]s, and
//! [`serve`] until the program is told to stop.

mod arriving;
pub mod asset;
pub mod bucket;
mod connections;
pub mod guard;
mod hosts;
mod limits;
mod server;

pub use guard::{Client, Guard, Settings};
pub use hosts::Hosts;
pub use limits::Limits;
pub use server::{serve, serve_within};
