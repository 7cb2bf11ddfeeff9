//! For tests and benchmarks only: how they meet a server, as a program ([`http`]) and as a person ([`browser`]), and how they
//! [`skip`] what needs files that the repository does not hold. Nothing of it is in the product.

pub mod browser;
pub mod http;
pub mod skip;

pub use browser::Browser;
pub use http::{Client, Response};
pub use skip::{shared, skipped, skipped_outside_ci};
