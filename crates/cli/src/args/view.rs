//! The arguments of `afterimage view`.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::{host, positive};

#[derive(Debug, clap::Args)]
pub(crate) struct View {
    /// Experiment folders with reconstructions. Items of the same name appear side by side.
    #[arg(required = true, value_name = "RUN")]
    pub(crate) runs: Vec<PathBuf>,
    /// Address and port. Other machines can use any address but loopback, without a password.
    #[arg(long, default_value = "127.0.0.1:8081")]
    pub(crate) listen: SocketAddr,
    /// The server runs behind a reverse proxy: read client addresses from X-Forwarded-For.
    #[arg(long)]
    pub(crate) behind_proxy: bool,
    /// Host name to accept besides localhost and IP addresses; behind a proxy, the proxy's name. Repeatable.
    #[arg(long = "host", value_name = "NAME", value_parser = host)]
    pub(crate) hosts: Vec<String>,
    /// Requests per second from one address; bursts may be 20 times as large.
    #[arg(long, default_value_t = 1000.0, value_name = "N", value_parser = positive)]
    pub(crate) requests_a_second: f64,
    /// Images and responses that may wait for the networks. More are refused with status 503.
    #[arg(long, default_value_t = 1024, value_name = "N", value_parser = clap::value_parser!(u32).range(256..=100_000))]
    pub(crate) waiting: u32,
    /// Device of the networks. Default: the runs' own.
    #[arg(long)]
    pub(crate) device: Option<String>,
}
