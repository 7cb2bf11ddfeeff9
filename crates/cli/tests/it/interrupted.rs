//! An import that does not come to its end leaves no data set: Ctrl-C, a kill, a full disk, a bad file halfway.
#![cfg(unix)]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::{Desk, MANIFEST, printed, program};
use ndarray::{Array2, Array4};

const ARGS: [&str; 5] = ["import", "generic", "manifest.toml", "--out", "made.afterimage"];

/// Images of noise, which do not compress, and responses to them.
fn prepare(desk: &Desk, n: usize) {
    let noise =
        |i: usize| (i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23).wrapping_mul(0xbf58_476d) >> 40;
    let pixel = |(i, y, x, c): (usize, usize, usize, usize)| noise(((i * 64 + y) * 64 + x) * 3 + c) as u8;
    let images = Array4::<u8>::from_shape_fn((n, 64, 64, 3), pixel);
    afterimage_formats::npy::write_u8(&desk.path("images.npy"), images.view().into_dyn()).unwrap();
    let responses = Array2::<f32>::from_shape_fn((n, 50), |(i, j)| noise(i * 50 + j) as f32);
    afterimage_formats::npy::write_f32(&desk.path("responses.npy"), responses.view().into_dyn()).unwrap();
    desk.write("manifest.toml", MANIFEST);
}

/// Names in the folder that an import made.
fn made(desk: &Desk) -> Vec<String> {
    let names = std::fs::read_dir(desk.path("")).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.retain(|name| name.contains("made"));
    names
}

/// Sends `signal` once the import writes.
fn stop(desk: &Desk, mut child: Child, signal: &str) -> std::process::ExitStatus {
    let start = Instant::now();
    while made(desk).is_empty() {
        assert!(start.elapsed() < Duration::from_secs(60), "the import did not begin");
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
    child.wait().unwrap()
}

fn whole(path: &Path) -> bool {
    afterimage_data::DataSet::open(path).is_ok()
}

#[test]
fn stopped_and_killed_imports_leave_nothing_that_opens() {
    let desk = Desk::new();
    prepare(&desk, 4000);
    let status = stop(&desk, desk.start(&ARGS), "-INT");
    assert_eq!(status.code(), Some(130));
    assert_eq!(made(&desk), [""; 0]);

    assert!(!stop(&desk, desk.start(&ARGS), "-KILL").success());
    let left = made(&desk);
    assert!(left.len() == 1 && left[0].ends_with(".partial"), "{left:?}");
    assert!(!whole(&desk.path(&left[0])), "what a killed import left opens");

    printed(&desk.run(&ARGS));
    assert_eq!(made(&desk), ["made.afterimage"]);
    assert!(whole(&desk.path("made.afterimage")));
}

#[test]
fn full_disk_is_reported_and_leaves_nothing() {
    let desk = Desk::new();
    prepare(&desk, 400);
    // Files may not grow beyond 256 KiB; writing more is then refused as on a full disk.
    let limited = format!("ulimit -f 512; trap '' XFSZ; exec \"$0\" {}", ARGS.join(" "));
    let path = program().get_program().to_owned();
    let output = Command::new("sh")
        .current_dir(desk.path(""))
        .args(["-c", &limited])
        .arg(path)
        .stdout(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("made.afterimage") && said.contains("large"), "{said}");
    assert_eq!(made(&desk), [""; 0]);
}

#[test]
fn bad_file_halfway_is_named_and_the_data_set_before_stays() {
    let desk = Desk::new();
    prepare(&desk, 200);
    printed(&desk.run(&ARGS));
    let before = std::fs::read(desk.path("made.afterimage/zarr.json")).unwrap();
    let mut values = Array2::<f32>::ones((200, 50));
    values[[150, 7]] = f32::INFINITY;
    afterimage_formats::npy::write_f32(&desk.path("responses.npy"), values.view().into_dyn()).unwrap();
    let said = desk.refusal(&[&ARGS[..], &["--overwrite"]].concat());
    assert!(said.contains("responses.npy") && said.contains("150"), "{said}");
    assert_eq!(made(&desk), ["made.afterimage"]);
    assert_eq!(std::fs::read(desk.path("made.afterimage/zarr.json")).unwrap(), before);
}
