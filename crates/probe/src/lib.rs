//! How tests and benchmarks meet a server: as a program ([`http`]) and as a person ([`browser`]). Nothing of it is in the product.

pub mod browser;
pub mod http;

pub use browser::Browser;
pub use http::{Client, Response};
