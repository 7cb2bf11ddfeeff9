//! The `afterimage` command: parses arguments, runs one command, converts an error into a message and an exit code.
//!
//! Results go to stdout, progress and messages to stderr. Exit codes: 0 done, 1 failed, 2 wrong arguments,
//! 130 stopped by Ctrl-C with everything saved.

mod args;
mod build;
mod command;
mod log;
mod progress;
mod say;

use std::process::ExitCode;

use afterimage_experiment::in_words;
use clap::Parser;

// The arithmetic allocates and frees large buffers at every step; the system allocator returns them to the kernel
// each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args = args::Args::parse();
    match command::run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", in_words(error.as_ref()));
            ExitCode::from(if progress::was_interrupted() { 130 } else { 1 })
        }
    }
}

/// True if stdout was closed, as by `afterimage config | head`: not a failure.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let of = |e: &std::io::Error| e.kind() == std::io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref::<std::io::Error>().is_some_and(of))
}
