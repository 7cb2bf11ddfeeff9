//! Imports what a manifest names, prints the summary and the audit, and times the unpaired images:
//! `cargo run --release -p afterimage-data --example import_and_audit -- MANIFEST.toml OUT.afterimage [UNPAIRED ...]`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use afterimage_data::{DataSet, Exclusions, Manifest, UnpairedPool, audit, import_generic};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<PathBuf> = std::env::args().skip(1).map(PathBuf::from).collect();
    let [manifest, out, unpaired @ ..] = arguments.as_slice() else {
        println!("usage: import_and_audit MANIFEST.toml OUT.afterimage [UNPAIRED ...]");
        return Ok(());
    };
    run(manifest, out, unpaired)
}

fn run(manifest: &Path, out: &Path, unpaired: &[PathBuf]) -> Result<(), Box<dyn std::error::Error>> {
    let start = Instant::now();
    let summary = import_generic(&Manifest::read(manifest)?, out, true, |_| ())?;
    println!("{summary:#?}\nimported in {:.2} s", start.elapsed().as_secs_f64());
    let start = Instant::now();
    let data = DataSet::open(out)?;
    println!("opened in {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
    let pool = match unpaired {
        [] => None,
        paths => Some(UnpairedPool::open(paths, summary.image_side as u32, &Exclusions::default())?),
    };
    if let Some(pool) = &pool {
        time(pool)?;
    }
    let start = Instant::now();
    for check in audit(&data, pool.as_ref())?.checks {
        println!("{:?}  {}: {}", check.verdict, check.name, check.detail);
        check.items.iter().for_each(|item| println!("      {item}"));
    }
    println!("audited in {:.2} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn time(pool: &UnpairedPool) -> afterimage_data::Result<()> {
    let indices: Vec<usize> = (0..pool.len().min(960)).collect();
    let start = Instant::now();
    for block in indices.chunks(48) {
        pool.read(block)?;
    }
    let rate = indices.len() as f64 / start.elapsed().as_secs_f64();
    println!("{} unpaired images, {rate:.0} a second at {} x {1}", pool.len(), pool.side());
    Ok(())
}
