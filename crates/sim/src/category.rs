//! Categories of objects: what they are shaped like, covered with and coloured.

use crate::shape::Shape;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// What covers an object's surface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Texture {
    /// Shaded as a smooth solid.
    Smooth,
    /// Parallel bands of a second colour.
    Striped,
    /// Round spots of a second colour.
    Spotted,
    /// Squares of two colours.
    Checked,
    /// Irregular patches of 1/f noise.
    Mottled,
    /// A rim of a second colour.
    Rimmed,
}

impl Texture {
    /// Every texture.
    pub const ALL: [Texture; 6] =
        [Texture::Smooth, Texture::Striped, Texture::Spotted, Texture::Checked, Texture::Mottled, Texture::Rimmed];

    /// The word for it in a category name.
    pub fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

/// The family that an object's main colour is drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Colour {
    Red,
    Orange,
    Yellow,
    Green,
    Teal,
    Blue,
    Purple,
    Pink,
    Brown,
    White,
    Black,
}

impl Colour {
    /// Every colour family.
    pub const ALL: [Colour; 11] = [
        Colour::Red,
        Colour::Orange,
        Colour::Yellow,
        Colour::Green,
        Colour::Teal,
        Colour::Blue,
        Colour::Purple,
        Colour::Pink,
        Colour::Brown,
        Colour::White,
        Colour::Black,
    ];

    /// The word for it in a category name.
    pub fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    /// Main and second colour of a member, as display colours.
    pub(crate) fn shades(self) -> [u32; 2] {
        match self {
            Colour::Red => [0xc22a26, 0xf0d8c4],
            Colour::Orange => [0xe27a22, 0x6a3412],
            Colour::Yellow => [0xe8c02c, 0x4a3a16],
            Colour::Green => [0x3f8a34, 0xc8d890],
            Colour::Teal => [0x1f8a8c, 0xd0ece0],
            Colour::Blue => [0x2a56b4, 0xd8e4f0],
            Colour::Purple => [0x6a3a94, 0xe0c050],
            Colour::Pink => [0xdc7098, 0x7a2448],
            Colour::Brown => [0x7c4a26, 0xd8b484],
            Colour::White => [0xe8e6de, 0x8a8478],
            Colour::Black => [0x26262a, 0xb8b4ac],
        }
    }
}

/// A kind of object. Two categories never share shape, texture and colour together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Category {
    /// Its outline.
    pub shape: Shape,
    /// Its surface.
    pub texture: Texture,
    /// Its main colour.
    pub colour: Colour,
}

impl Category {
    /// What kind of thing it is: round, angular, plant, animal, building or vessel.
    pub fn kind(&self) -> &'static str {
        match self.shape {
            Shape::Disc | Shape::Egg | Shape::Ring | Shape::Heart | Shape::Moon => "round",
            Shape::Star | Shape::Box | Shape::Triangle | Shape::Hexagon | Shape::Cross => "angular",
            Shape::Leaf | Shape::Tree | Shape::Flower | Shape::Mushroom => "plant",
            Shape::Fish | Shape::Butterfly => "animal",
            Shape::House | Shape::Tower => "building",
            Shape::Mug | Shape::Bottle => "vessel",
        }
    }

    /// A name such as `striped-red-star`.
    pub fn name(&self) -> String {
        format!("{}-{}-{}", self.texture.name(), self.colour.name(), self.shape.name())
    }
}

/// How many colours and textures each shape comes in.
const PER_SHAPE: usize = 6;

/// The 120 categories: each of the 20 shapes in six textures, each texture in another colour. Colours advance by a step
/// that is coprime to their number, so that every shape, texture and colour is spread evenly over the others.
pub fn categories() -> &'static [Category] {
    static LIST: LazyLock<Vec<Category>> = LazyLock::new(|| {
        let member = |i: usize| Category {
            shape: Shape::ALL[i / PER_SHAPE],
            texture: Texture::ALL[i % PER_SHAPE],
            colour: Colour::ALL[(i * 7 + i / PER_SHAPE) % Colour::ALL.len()],
        };
        (0..Shape::ALL.len() * PER_SHAPE).map(member).collect()
    });
    &LIST
}

/// Every combination of a shape, a texture and a colour.
pub(crate) const MOST_CLASSES: usize = Shape::ALL.len() * Texture::ALL.len() * Colour::ALL.len();

/// All combinations, of which [`categories`] are a part.
pub(crate) fn combinations() -> impl Iterator<Item = Category> {
    (0..MOST_CLASSES).map(|i| {
        let (rest, colour) = (i / Colour::ALL.len(), i % Colour::ALL.len());
        Category {
            shape: Shape::ALL[rest / Texture::ALL.len()],
            texture: Texture::ALL[rest % Texture::ALL.len()],
            colour: Colour::ALL[colour],
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn category_names_are_unique() {
        let names: HashSet<String> = categories().iter().map(Category::name).collect();
        assert_eq!(names.len(), 120);
    }

    #[test]
    fn categories_are_among_the_combinations() {
        let all: HashSet<Category> = combinations().collect();
        assert_eq!(all.len(), MOST_CLASSES);
        assert!(categories().iter().all(|category| all.contains(category)));
    }

    #[test]
    fn every_colour_is_used_by_several_categories() {
        for colour in Colour::ALL {
            assert!(categories().iter().filter(|category| category.colour == colour).count() >= 8);
        }
    }
}
