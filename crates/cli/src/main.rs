//! The `afterimage` command: parses arguments, runs one command, converts an error into a message and an exit code.
//!
//! Results go to stdout, progress and messages to stderr. Exit codes: 0 done, 1 failed, 2 wrong arguments, 3 `audit` found
//! a leak, 130 stopped by Ctrl-C with everything saved.

mod args;
mod build;
mod command;
mod log;
mod number;
mod progress;
mod say;
mod usage;

use std::process::ExitCode;

use afterimage_experiment::in_words;

use command::Outcome;

// The arithmetic allocates and frees large buffers at every step; the system allocator returns them to the kernel
// each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Exit code of a command that did its work and found what must not be there.
const FINDINGS: u8 = 3;
/// Exit code of a command that was stopped, as shells have it for Ctrl-C.
pub(crate) const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let args = usage::parse();
    log::choose(&args.log);
    match command::run(args) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::from(FINDINGS),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            log::fail(&in_words(error.as_ref()), progress::was_interrupted() && is_stop(&error));
            if progress::was_interrupted() { ExitCode::from(INTERRUPTED) } else { ExitCode::FAILURE }
        }
    }
}

/// True if a stage says that it stopped: not an error, since the user asked for it.
fn is_stop(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.to_string().starts_with("stopped"))
}

/// True if stdout was closed, as by `afterimage config | head`: not a failure.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let of = |e: &std::io::Error| e.kind() == std::io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref::<std::io::Error>().is_some_and(of))
}
