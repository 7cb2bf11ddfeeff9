//! Lists what an image source holds: `cargo run --release -p afterimage-formats --example look -- FOLDER_OR_ZIP`.

use std::path::PathBuf;

use afterimage_formats::images::ImageSource;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Some(path) = std::env::args().nth(1).map(PathBuf::from) else {
        println!("usage: look FOLDER, ZIP or NPY of images");
        return Ok(());
    };
    let source = ImageSource::open(&path)?;
    println!("{} images, SHA-256 {}", source.len(), afterimage_formats::digest::sha256(&path)?);
    for (index, name) in source.names().iter().enumerate().take(5) {
        let (height, width, _) = source.decode(index)?.dim();
        println!("{name}: {height} x {width}");
    }
    Ok(())
}
