//! Scenes: an unlimited, seeded supply of naturalistic images of one or two objects in a place.

use crate::background::{self, Place};
use crate::canvas::Canvas;
use crate::category::{Category, categories};
use crate::colour::scale;
use crate::draws::{Draws, Purpose};
use crate::error::SimError;
use crate::object::{self, Pose};
use crate::surface::Surface;
use ndarray::{Array3, Array4, Axis, Zip};

/// The smallest image side at which the objects can still be told apart.
const LEAST_SIDE: usize = 16;

/// One image and what is in it.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The image, RGB, `[side, side, 3]`.
    pub pixels: Array3<u8>,
    /// What the objects are.
    pub category: Category,
    /// Where the objects are; the first is the largest.
    pub objects: Vec<Pose>,
    /// What the background is.
    pub place: Place,
}

/// Makes scenes; each is a pure function of the generator's seed, the scene's index and its category.
///
/// ```
/// let generator = afterimage_sim::SceneGenerator::new(1, 32)?;
/// let scene = generator.scene(0, None);
/// assert_eq!(scene.pixels.dim(), (32, 32, 3));
/// assert_eq!(scene.pixels, generator.scene(0, None).pixels);
/// # Ok::<(), afterimage_sim::SimError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SceneGenerator {
    seed: u64,
    side: usize,
}

impl SceneGenerator {
    /// A generator of images of `side` x `side` pixels.
    ///
    /// # Errors
    /// `side` below 16.
    pub fn new(seed: u64, side: usize) -> Result<Self, SimError> {
        if side < LEAST_SIDE {
            return Err(SimError::SmallImage { side, least: LEAST_SIDE });
        }
        Ok(Self { seed, side })
    }

    /// The number of pixels along each axis.
    pub fn side(&self) -> usize {
        self.side
    }

    /// The scene of an index. Without a category, the index decides on one.
    pub fn scene(&self, index: u64, category: Option<Category>) -> Scene {
        let mut draws = Draws::new(self.seed, Purpose::Scene, index);
        let drawn = *draws.pick(categories());
        let category = category.unwrap_or(drawn);
        let mut canvas = Canvas::new(self.side);
        let (place, _) = background::paint(&mut canvas, &mut draws);
        let first = Pose::main(&mut draws, &category);
        let mut objects = vec![first];
        if draws.chance(0.3) {
            objects.push(Pose::second(&mut draws, &category, &first));
        }
        let surface = Surface::choose(&mut draws, &category, canvas.side);
        for pose in objects.iter().rev() {
            object::paint(&mut canvas, &category, pose, &surface, place != Place::Litter);
        }
        light(&mut canvas, &mut draws);
        Scene { pixels: canvas.develop(), category, objects, place }
    }

    /// The images of many scenes, made in parallel: `[scenes, side, side, 3]`.
    pub fn images(&self, scenes: &[(u64, Category)]) -> Array4<u8> {
        let mut images = Array4::zeros((scenes.len(), self.side, self.side, 3));
        Zip::from(images.axis_iter_mut(Axis(0)))
            .and(scenes)
            .par_for_each(|mut image, &(index, category)| image.assign(&self.scene(index, Some(category)).pixels));
        images
    }
}

/// The light of the moment: exposure, colour cast, a fall-off to one side and darker corners.
fn light(canvas: &mut Canvas, draws: &mut Draws) {
    let exposure = (0.22 * draws.normal()).exp();
    let warmth = 0.1 * draws.normal();
    let (slope_u, slope_v) = (0.35 * draws.normal(), 0.25 * draws.normal());
    let vignette = draws.between(0.0, 0.5);
    let (side, step) = (canvas.side, 1.0 / canvas.side as f32);
    for (i, sample) in canvas.samples.iter_mut().enumerate() {
        let (u, v) = ((i % side) as f32 * step - 0.5, (i / side) as f32 * step - 0.5);
        let factor = exposure * (1.0 + slope_u * u + slope_v * v).max(0.2) * (1.0 - vignette * (u * u + v * v));
        let [red, green, blue] = scale(*sample, factor);
        *sample = [red * (1.0 + warmth), green, blue * (1.0 - warmth)];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn index_seed_and_category_each_change_the_picture() {
        let generator = SceneGenerator::new(1, 32).unwrap();
        let [a, b] = [categories()[0], categories()[50]];
        let base = generator.scene(4, Some(a)).pixels;
        assert_ne!(base, generator.scene(5, Some(a)).pixels);
        assert_ne!(base, generator.scene(4, Some(b)).pixels);
        assert_ne!(base, SceneGenerator::new(2, 32).unwrap().scene(4, Some(a)).pixels);
    }

    #[test]
    fn blocks_equal_single_scenes() {
        let generator = SceneGenerator::new(9, 24).unwrap();
        let wanted: Vec<(u64, Category)> = (0..6).map(|i| (i, categories()[i as usize * 7])).collect();
        let block = generator.images(&wanted);
        for (i, &(index, category)) in wanted.iter().enumerate() {
            assert_eq!(block.index_axis(Axis(0), i), generator.scene(index, Some(category)).pixels);
        }
    }

    #[test]
    fn tiny_images_are_refused() {
        assert!(SceneGenerator::new(1, 8).is_err());
    }
}
