//! Draws a contact sheet of scenes as a PNG: `cargo run --release -p afterimage-sim --example contact_sheet -- sheet.png 64 16`.

use afterimage_sim::SceneGenerator;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_else(|| "contact_sheet.png".into());
    let side: usize = arguments.next().map_or(Ok(64), |text| text.parse())?;
    let across: u32 = arguments.next().map_or(Ok(16), |text| text.parse())?;
    let generator = SceneGenerator::new(1, side)?;
    let mut sheet = image::RgbImage::new(across * side as u32, across * side as u32);
    let start = Instant::now();
    for index in 0..across * across {
        let scene = generator.scene(index.into(), None);
        let (left, top) = (index % across * side as u32, index / across * side as u32);
        for ((y, x), _) in ndarray::Array2::<u8>::zeros((side, side)).indexed_iter() {
            let pixel = [0, 1, 2].map(|c| scene.pixels[[y, x, c]]);
            sheet.put_pixel(left + x as u32, top + y as u32, image::Rgb(pixel));
        }
    }
    let per_second = f64::from(across * across) / start.elapsed().as_secs_f64();
    eprintln!("{per_second:.0} scenes per second on one core");
    sheet.save(path)?;
    Ok(())
}
