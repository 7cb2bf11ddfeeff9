//! Time and memory of importing photographs with responses, and of streaming photographs as unpaired images.
//!
//!     cargo bench -p afterimage-data --bench import -- --images PHOTOS [--voxels 4600] [--side 112] [--copies 1]
//!
//! PHOTOS is any folder of pictures; responses are random. `--copies` takes every picture so many times, for growth.
//! One JSON line a task: `import` (decode, crop, resize, hash and write), `pool` (open, then read all once in batches of
//! 48) and `audit` (perceptual hashes and contents of all against the data set's test images, 100 at most). Images a second, bytes a second of the
//! pictures' files, peak resident memory of the process.

use std::path::Path;
use std::time::Instant;

use afterimage_data::{DataSet, Exclusions, Manifest, UnpairedPool, audit, import_generic};
use afterimage_formats::images::ImageSource;
use ndarray::Array2;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> Outcome {
    let args: Vec<String> = std::env::args().collect();
    let value = |name: &str| args.iter().position(|a| a == name).and_then(|i| args.get(i + 1)).cloned();
    let number = |name: &str, usual: usize| value(name).map_or(usual, |v| v.parse().expect("a number"));
    let Some(photos) = value("--images") else {
        println!("skipped: name a folder of pictures with --images");
        return Ok(());
    };
    let (voxels, side, copies) = (number("--voxels", 4600), number("--side", 112), number("--copies", 1));
    let folder = tempfile::tempdir()?;
    let bytes = copy(Path::new(&photos), &folder.path().join("photos"), copies)?;
    let paths = [folder.path().join("photos")];
    let images = ImageSource::open(&paths[0])?.names().len();

    let responses = Array2::from_shape_fn((images, voxels), |(i, v)| ((i * 31 + v) as f32 * 0.37).sin());
    afterimage_formats::npy::write_f32(&folder.path().join("responses.npy"), responses.view().into_dyn())?;
    let text = format!(
        "name = \"bench\"\nimage_side = {side}\n[responses]\nfile = \"responses.npy\"\norientation = \"trials_by_voxels\"\n\
         [images]\nsource = \"photos\"\norder = \"sorted\"\n[split]\ntest = {}\nvalidation = 0\nseed = 0\n",
        (images / 10).min(100)
    );
    let out = folder.path().join("bench.afterimage");
    let start = Instant::now();
    import_generic(&Manifest::parse(&text, &folder.path().join("bench.toml"))?, &out, false, |_| ())?;
    line("import", images, bytes, start);

    let start = Instant::now();
    let pool = UnpairedPool::open(&paths, side as u32, &Exclusions::default())?;
    for block in (0..pool.len()).collect::<Vec<_>>().chunks(48) {
        pool.read(block)?;
    }
    line("pool", images, bytes, start);

    let start = Instant::now();
    audit::audit(&DataSet::open(&out)?, Some(&pool))?;
    line("audit", images, bytes, start);
    Ok(())
}

/// Copies the pictures so many times, and gives their bytes.
fn copy(from: &Path, to: &Path, copies: usize) -> Result<u64, Box<dyn std::error::Error>> {
    std::fs::create_dir_all(to)?;
    let source = ImageSource::open(from)?;
    let mut bytes = 0;
    for (index, name) in source.names().iter().enumerate() {
        let content = source.bytes(index)?;
        bytes += (copies * content.len()) as u64;
        let extension = Path::new(name).extension().unwrap_or_default().to_string_lossy().into_owned();
        for copy in 0..copies {
            std::fs::write(to.join(format!("{copy:03}_{index:06}.{extension}")), &content)?;
        }
    }
    Ok(bytes)
}

fn line(task: &str, images: usize, bytes: u64, start: Instant) {
    let secs = start.elapsed().as_secs_f64();
    println!(
        "{{\"task\": \"{task}\", \"images\": {images}, \"secs\": {secs:.2}, \"images_per_s\": {:.1}, \"mb_per_s\": {:.1}, \"peak_rss_mib\": {}}}",
        images as f64 / secs,
        bytes as f64 / secs / 1e6,
        peak_memory_mib().map_or("null".into(), |mib| mib.to_string())
    );
}

/// Largest resident memory of this process so far; `None` where the system does not tell.
fn peak_memory_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib / 1024)
}
