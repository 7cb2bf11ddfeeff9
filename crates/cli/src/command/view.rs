//! `afterimage view`.

use anyhow::Result;

use afterimage_experiment::session::note_unchecked;
use afterimage_model::device::device;
use afterimage_run::RunFolder;
use afterimage_view::{ViewOptions, view};

use super::inputs;
use crate::args::view::View;
use crate::{log, progress::Terminal, say};

/// Serves runs until Ctrl-C.
pub(super) fn serve(args: &View) -> Result<()> {
    log::start();
    if let Some(name) = &args.device {
        device(name)?;
    }
    let options = ViewOptions {
        listen: args.listen,
        behind_proxy: args.behind_proxy,
        hosts: args.hosts.clone(),
        requests_a_second: args.requests_a_second,
        waiting: args.waiting as usize,
        device: args.device.clone(),
    };
    if !args.listen.ip().is_loopback() && !args.behind_proxy {
        log::note("note: other machines can reach this address and use the networks without a password");
    }
    for run in &args.runs {
        inputs::refuse_no_run(run)?;
        note_unchecked(&RunFolder::open(run)?, &Terminal::default())?;
    }
    if args.behind_proxy && args.hosts.is_empty() {
        log::note("note: without --host the server accepts any host name; give the name of the proxy");
    }
    let started = |address| {
        let _ = say::line(format!("page: http://{address}/"));
        let _ = say::line(format!("API: http://{address}/api/v1/openapi.json"));
    };
    Ok(view(&args.runs, &options, started)?)
}
