//! Artificial images: shapes and patterns that no scene of a training set looks like.
//!
//! A decoder that draws what was seen draws a cross as a cross; one that leads every response to the nearest photograph does
//! not. The set is a function of a seed: [`Kind`]s, each at several positions, sizes and colours on a grey background.

mod letter;
mod pattern;

use ndarray::{Array3, Array4, Axis, stack};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::draws::{Draws, Purpose};
use crate::error::SimError;
use letter::LETTERS;

/// Smallest side at which a bar is several pixels wide.
const LEAST_SIDE: usize = 32;
/// Positions of the centre, image sides from the left and from the top.
const POSITIONS: [[f32; 2]; 5] = [[0.5, 0.5], [0.3, 0.3], [0.7, 0.3], [0.3, 0.7], [0.7, 0.7]];
/// Half of an image's width and height, image sides.
const SIZES: [f32; 2] = [0.14, 0.24];
/// Names of colours and their display values, 0..1.
const COLOURS: [(&str, [f32; 3]); 6] = [
    ("white", [1.0, 1.0, 1.0]),
    ("black", [0.0, 0.0, 0.0]),
    ("red", [0.9, 0.1, 0.1]),
    ("green", [0.1, 0.7, 0.2]),
    ("blue", [0.1, 0.25, 0.9]),
    ("yellow", [0.95, 0.85, 0.1]),
];
/// Most images of a kind: every combination of position, size and colour.
pub const MOST_EACH: usize = POSITIONS.len() * SIZES.len() * COLOURS.len();

/// What an artificial image shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A filled circle.
    Disc,
    /// A circle's outline.
    Ring,
    /// A bar at one of four orientations.
    Bar,
    /// Two crossed bars, upright or oblique.
    Cross,
    /// A sinusoid between a colour and its opposite, inside a circle, at one of four orientations and two frequencies.
    Grating,
    /// A capital of straight strokes.
    Letter,
    /// A square of one colour.
    Patch,
    /// Squares of random intensity between a colour and its opposite.
    Noise,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 8] =
        [Self::Disc, Self::Ring, Self::Bar, Self::Cross, Self::Grating, Self::Letter, Self::Patch, Self::Noise];

    /// Its name, the class of its images.
    pub fn name(self) -> &'static str {
        match self {
            Self::Disc => "disc",
            Self::Ring => "ring",
            Self::Bar => "bar",
            Self::Cross => "cross",
            Self::Grating => "grating",
            Self::Letter => "letter",
            Self::Patch => "patch",
            Self::Noise => "noise",
        }
    }

    /// Orientations of its images, degrees counterclockwise from horizontal.
    fn orientations(self) -> &'static [f32] {
        match self {
            Self::Bar | Self::Grating => &[0.0, 45.0, 90.0, 135.0],
            Self::Cross => &[0.0, 45.0],
            Self::Disc | Self::Ring | Self::Letter | Self::Patch | Self::Noise => &[0.0],
        }
    }
}

/// What to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtificialConfig {
    /// Seed of the choice of positions, sizes and colours, and of the noise.
    pub seed: u64,
    /// Image side, pixels.
    pub side: usize,
    /// Images of each kind, at most [`MOST_EACH`].
    pub each: usize,
}

/// One artificial image, by its parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Artificial {
    /// File name, such as `grating-07.png`.
    pub name: String,
    /// What it shows in words, such as `grating 45 deg red`.
    pub label: String,
    /// Its kind.
    pub kind: Kind,
    /// Centre, image sides from the left.
    pub x: f32,
    /// Centre, image sides from the top.
    pub y: f32,
    /// Half its width and height, image sides.
    pub size: f32,
    /// Name of its colour.
    pub colour: String,
    /// Orientation, degrees counterclockwise from horizontal; `None` if it has none.
    pub orientation_deg: Option<f32>,
    /// Cycles per image side of a grating.
    pub cycles: Option<f32>,
    /// The letter.
    pub letter: Option<char>,
    /// Seed of its noise.
    pub noise_seed: Option<u64>,
}

/// The images of a configuration, kind by kind.
///
/// # Errors
/// [`SimError::SmallImage`] below 32 px, [`SimError::Config`] for no image or more than there are combinations.
pub fn artificial(config: &ArtificialConfig) -> Result<Vec<Artificial>, SimError> {
    if config.side < LEAST_SIDE {
        return Err(SimError::SmallImage { side: config.side, least: LEAST_SIDE });
    }
    if config.each == 0 || config.each > MOST_EACH {
        let value = config.each.to_string();
        return Err(SimError::Config { key: "each", value, expected: "1 to 60" });
    }
    Ok(Kind::ALL.into_iter().flat_map(|kind| of_kind(kind, config)).collect())
}

/// The images of a kind: combinations of position, size and colour in random order, details in turn.
fn of_kind(kind: Kind, config: &ArtificialConfig) -> Vec<Artificial> {
    let mut combinations: Vec<usize> = (0..MOST_EACH).collect();
    Draws::new(config.seed, Purpose::Artificial, kind as u64).shuffle(&mut combinations);
    combinations.truncate(config.each);
    let make = |(index, combination): (usize, usize)| {
        let [x, y] = POSITIONS[combination % POSITIONS.len()];
        let size = SIZES[combination / POSITIONS.len() % SIZES.len()];
        let colour = COLOURS[combination / (POSITIONS.len() * SIZES.len())].0;
        let orientations = kind.orientations();
        let orientation = (orientations.len() > 1).then(|| orientations[index % orientations.len()]);
        let letter = (kind == Kind::Letter).then(|| LETTERS[index % LETTERS.len()].0);
        let cycles = (kind == Kind::Grating).then(|| [6.0, 12.0][index / orientations.len() % 2]);
        let detail = orientation.map(|o| format!(" {o} deg")).or(letter.map(|l| format!(" {l}"))).unwrap_or_default();
        Artificial {
            name: format!("{}-{index:02}.png", kind.name()),
            label: format!("{}{detail} {colour}", kind.name()),
            kind,
            x,
            y,
            size,
            colour: colour.into(),
            orientation_deg: orientation,
            cycles,
            letter,
            noise_seed: (kind == Kind::Noise).then(|| config.seed.wrapping_mul(1000).wrapping_add(index as u64)),
        }
    };
    combinations.into_iter().enumerate().map(make).collect()
}

impl Artificial {
    /// The image `[side, side, 3]`.
    pub fn image(&self, side: usize) -> Array3<u8> {
        pattern::paint(self, side)
    }

    /// Display value of its colour, 0..1.
    fn display(&self) -> [f32; 3] {
        COLOURS.iter().find(|(name, _)| *name == self.colour).map_or([1.0; 3], |(_, value)| *value)
    }
}

/// Images `[n, side, side, 3]` of a list, which must not be empty.
pub fn artificial_images(list: &[Artificial], side: usize) -> Array4<u8> {
    let images: Vec<Array3<u8>> = list.par_iter().map(|one| one.image(side)).collect();
    let views: Vec<_> = images.iter().map(|image| image.view()).collect();
    stack(Axis(0), &views).expect("all images have one side")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const CONFIG: ArtificialConfig = ArtificialConfig { seed: 3, side: 64, each: 20 };

    #[test]
    fn the_set_is_a_function_of_its_seed_and_all_images_differ() {
        let all = artificial(&CONFIG).unwrap();
        assert_eq!(all.len(), 160);
        assert_eq!(all, artificial(&CONFIG).unwrap());
        assert_ne!(all, artificial(&ArtificialConfig { seed: 4, ..CONFIG }).unwrap());
        let images = artificial_images(&all, 64);
        let different: HashSet<Vec<u8>> = images.outer_iter().map(|image| image.iter().copied().collect()).collect();
        assert_eq!(different.len(), 160);
        let names: HashSet<&str> = all.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names.len(), 160);
    }

    #[test]
    fn every_kind_has_several_positions_sizes_and_colours_and_lies_where_it_says() {
        let all = artificial(&CONFIG).unwrap();
        for kind in Kind::ALL {
            let of: Vec<&Artificial> = all.iter().filter(|one| one.kind == kind).collect();
            let count = |key: fn(&Artificial) -> String| of.iter().map(|one| key(one)).collect::<HashSet<_>>().len();
            assert!(count(|one| format!("{} {}", one.x, one.y)) >= 4, "{kind:?}");
            assert!(count(|one| one.size.to_string()) == 2 && count(|one| one.colour.clone()) >= 5, "{kind:?}");
            for one in of {
                let image = one.image(64);
                let background = image[[0, 0, 0]];
                let differs = |y: usize, x: usize| (0..3).any(|c| image[[y, x, c]] != background);
                let inside: Vec<[usize; 2]> =
                    (0..64 * 64).map(|i| [i / 64, i % 64]).filter(|&[y, x]| differs(y, x)).collect();
                assert!(inside.len() > 40, "{} changes {} pixels", one.label, inside.len());
                let reach = (one.size * 64.0).ceil() + 1.5;
                let near = |at: usize, centre: f32| (at as f32 + 0.5 - centre * 64.0).abs() <= reach;
                assert!(inside.iter().all(|&[y, x]| near(x, one.x) && near(y, one.y)), "{}", one.label);
            }
        }
    }

    #[test]
    fn impossible_numbers_are_refused() {
        for each in [0, MOST_EACH + 1] {
            assert!(artificial(&ArtificialConfig { each, ..CONFIG }).unwrap_err().to_string().contains("1 to 60"));
        }
        assert!(artificial(&ArtificialConfig { side: 8, ..CONFIG }).is_err());
        assert_eq!(artificial(&ArtificialConfig { each: MOST_EACH, ..CONFIG }).unwrap().len(), 480);
    }
}
