//! The arguments of `afterimage view`.

use std::net::SocketAddr;
use std::path::PathBuf;

use tracing::level_filters::LevelFilter;

use super::{host, positive};
use crate::log;

#[derive(Debug, clap::Args)]
pub(crate) struct View {
    /// Run folders with reconstructions; items of the same name stand side by side.
    #[arg(required = true, value_name = "RUN")]
    pub(crate) runs: Vec<PathBuf>,
    /// Address and port; anything but the loopback address can be asked by other machines, without a password.
    #[arg(long, default_value = "127.0.0.1:8081")]
    pub(crate) listen: SocketAddr,
    /// A reverse proxy stands before it: take addresses from X-Forwarded-For.
    #[arg(long)]
    pub(crate) behind_proxy: bool,
    /// A name that the server answers to besides localhost and addresses; may be repeated. Behind a proxy: the proxy's name.
    #[arg(long = "host", value_name = "NAME", value_parser = host)]
    pub(crate) hosts: Vec<String>,
    /// Requests of one address in a second, twenty times as many at once.
    #[arg(long, default_value_t = 1000.0, value_name = "N", value_parser = positive)]
    pub(crate) requests_a_second: f64,
    /// Images and responses that may wait for the networks; more are answered with 503.
    #[arg(long, default_value_t = 1024, value_name = "N", value_parser = clap::value_parser!(u32).range(256..=100_000))]
    pub(crate) waiting: u32,
    /// Device of the networks, instead of the runs'.
    #[arg(long)]
    pub(crate) device: Option<String>,
    /// What the server says about its work on stderr: its errors, or more; no address, token or participant is named.
    #[arg(long, value_name = "LEVEL", default_value = "error", value_parser = log::level())]
    pub(crate) log: LevelFilter,
}
