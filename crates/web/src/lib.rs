//! The common part of Afterimage's servers: a [`Guard`] in front of all routes, rate limits ([`bucket`]), [`asset`]s, and
//! [`serve`], which runs until the program receives a stop signal.

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
