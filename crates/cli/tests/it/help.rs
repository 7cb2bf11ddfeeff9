//! Snapshots of the help of every command, so that a review shows every change of it.
//!
//! `UPDATE_HELP=1 cargo test --release --workspace --test it help` writes the files again.

use std::path::Path;
use std::process::Command;

const COMMANDS: [&[&str]; 54] = [
    &[],
    &["demo"],
    &["import"],
    &["import", "generic"],
    &["import", "algonauts2023"],
    &["import", "bold5000"],
    &["import", "brain-diffuser"],
    &["import", "god"],
    &["import", "miyawaki"],
    &["import", "nifti"],
    &["import", "nsd"],
    &["import", "ssr"],
    &["import", "things"],
    &["import", "vim1"],
    &["prepare"],
    &["inspect"],
    &["audit"],
    &["config"],
    &["run"],
    &["train"],
    &["baseline"],
    &["baseline", "ridge-pixels"],
    &["baseline", "retrieval"],
    &["baseline", "features"],
    &["baseline", "mean"],
    &["reconstruct"],
    &["evaluate"],
    &["biology"],
    &["report"],
    &["figures"],
    &["encode"],
    &["decode"],
    &["export"],
    &["export", "data"],
    &["export", "maps"],
    &["regions"],
    &["front"],
    &["validity"],
    &["synthesize"],
    &["classes"],
    &["classes", "build"],
    &["classes", "generate"],
    &["shapes"],
    &["compare"],
    &["ablate"],
    &["study"],
    &["study", "create"],
    &["study", "serve"],
    &["study", "analyze"],
    &["study", "forget"],
    &["study", "export"],
    &["view"],
    &["weights", "get"],
    &["weights", "list"],
];

#[test]
fn help_is_what_the_files_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/help");
    let mut differing = Vec::new();
    for command in COMMANDS {
        let name = if command.is_empty() { "afterimage".to_owned() } else { command.join("-") };
        let output = Command::new(env!("CARGO_BIN_EXE_afterimage")).args(command).arg("--help").output().unwrap();
        assert!(output.status.success(), "{command:?} --help fails");
        let shown = String::from_utf8(output.stdout).unwrap();
        let file = folder.join(format!("{name}.txt"));
        if std::env::var_os("UPDATE_HELP").is_some() {
            std::fs::write(&file, &shown).unwrap();
        }
        if std::fs::read_to_string(&file).unwrap_or_default() != shown {
            differing.push(name);
        }
    }
    assert!(differing.is_empty(), "the help of {differing:?} changed: look at it, then run with UPDATE_HELP=1");
}

#[test]
fn every_command_is_among_them() {
    let output = Command::new(env!("CARGO_BIN_EXE_afterimage")).arg("--help").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let listed = text.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    for line in listed {
        let name = line.split_whitespace().next().unwrap_or_default();
        let known = COMMANDS.iter().any(|command| command.first() == Some(&name));
        assert!(known || name == "help" || !line.starts_with("  "), "no snapshot of {name}");
    }
}
