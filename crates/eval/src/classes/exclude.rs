//! Shown images are taken out of the classes by what they look like.

use std::collections::HashMap;

use afterimage_data::audit::{PictureHash, is_duplicate};
use afterimage_data::{Exclusions, UnpairedPool};
use ndarray::{ArrayView4, Axis};

use super::bank::Bank;
use super::embed::mean_of;
use crate::perceptual::Features;
use crate::{EvalError, Result};

impl Bank {
    /// Takes out every image that duplicates, or nearly duplicates, a shown image (u8 `[n, side, side, 3]`), by the
    /// audit's rule: hashes propose, pixels decide. A representative that lost an image is computed again from the
    /// others; a class that lost all is dropped. Gives the names of the images taken out.
    ///
    /// # Errors
    /// [`EvalError::Classes`] if a proposed image cannot be read any more, because the sources have moved or changed.
    pub fn exclude(&mut self, shown: ArrayView4<u8>, features: &dyn Features) -> Result<Vec<String>> {
        let hashes = shown.outer_iter().map(PictureHash::of).collect::<afterimage_data::Result<Vec<_>>>()?;
        let proposed: Vec<(usize, usize)> = self
            .members()
            .filter(|&(class, image)| {
                let hash = self.classes[class].images[image].hash;
                hashes.iter().any(|of_shown| of_shown.is_close(&hash))
            })
            .collect();
        if proposed.is_empty() {
            return Ok(Vec::new());
        }
        let source = Source::open(self)?;
        let mut found: Vec<Vec<usize>> = vec![Vec::new(); self.len()];
        for (class, image) in proposed {
            let member = &self.classes[class].images[image];
            let picture = source.pool.read(&[source.index(self, class, image)?])?;
            for (one, hash) in shown.outer_iter().zip(&hashes) {
                if hash.is_close(&member.hash) && is_duplicate(one, picture.index_axis(Axis(0), 0))? {
                    found[class].push(image);
                    break;
                }
            }
        }
        let mut names = Vec::new();
        for (class, images) in found.iter().enumerate().filter(|(_, images)| !images.is_empty()) {
            names.extend(images.iter().map(|&image| self.classes[class].images[image].name.clone()));
            let mut place = 0..;
            self.classes[class].images.retain(|_| !place.next().is_some_and(|image| images.contains(&image)));
            let rest: Vec<usize> = (0..self.classes[class].images.len())
                .map(|image| source.index(self, class, image))
                .collect::<Result<_>>()?;
            if !rest.is_empty() {
                let mean = mean_of(features, &source.pool.read(&rest)?)?;
                self.means.row_mut(class).iter_mut().zip(mean).for_each(|(old, new)| *old = new);
            }
        }
        self.drop_empty();
        Ok(names)
    }

    fn members(&self) -> impl Iterator<Item = (usize, usize)> {
        let of_class =
            |(class, about): (usize, &super::ClassImages)| (0..about.images.len()).map(move |image| (class, image));
        self.classes.iter().enumerate().flat_map(of_class)
    }

    fn drop_empty(&mut self) {
        let full: Vec<usize> = (0..self.len()).filter(|&class| !self.classes[class].images.is_empty()).collect();
        self.means = self.means.select(Axis(0), &full);
        self.classes.retain(|class| !class.images.is_empty());
    }
}

/// The images of a bank where they came from.
struct Source {
    pool: UnpairedPool,
    places: HashMap<(String, String), usize>,
}

impl Source {
    fn open(bank: &Bank) -> Result<Self> {
        let lost = |error: afterimage_data::Error| lost(bank, &error.to_string());
        let pool = UnpairedPool::open(&bank.sources, bank.side as u32, &Exclusions::default()).map_err(lost)?;
        let wanted: std::collections::HashSet<&str> =
            bank.classes.iter().flat_map(|class| &class.images).map(|member| member.name.as_str()).collect();
        let mut places = HashMap::new();
        for (index, name) in pool.names().iter().enumerate().filter(|(_, name)| wanted.contains(name.as_str())) {
            places.insert((name.clone(), pool.sha256(index)?), index);
        }
        Ok(Self { pool, places })
    }

    fn index(&self, bank: &Bank, class: usize, image: usize) -> Result<usize> {
        let member = &bank.classes[class].images[image];
        let found = self.places.get(&(member.name.clone(), member.sha256.clone()));
        found.copied().ok_or_else(|| lost(bank, &format!("\"{}\" is gone or has changed", member.name)))
    }
}

fn lost(bank: &Bank, what: &str) -> EvalError {
    let sources: Vec<String> = bank.sources.iter().map(|path| path.display().to_string()).collect();
    let reason = format!(
        "an image looks like a shown one and must be compared with it, but {what}; the bank was made from {}: build it again",
        sources.join(", ")
    );
    EvalError::Classes { reason }
}
