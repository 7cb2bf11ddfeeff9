//! Which images stand for a class.

use std::collections::HashMap;

use afterimage_data::UnpairedPool;
use afterimage_formats::digest::sha256_bytes;
use rayon::prelude::*;

use crate::{EvalError, Result};

/// Images chosen for each class, in the order in which the classes are first met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Name of each class.
    pub names: Vec<String>,
    /// Images of each class, as indices of the pool.
    pub images: Vec<Vec<usize>>,
    /// Images of the pool whose class is not known; they are skipped.
    pub unlabelled: usize,
}

impl Selection {
    /// At most `per_class` images of each class of a pool, spread evenly over the class's images in their order.
    ///
    /// Classes whose names differ in case alone are one.
    ///
    /// # Errors
    /// [`EvalError::Classes`] if no image has a class.
    pub fn of(pool: &UnpairedPool, per_class: usize) -> Result<Self> {
        let mut places: HashMap<String, usize> = HashMap::new();
        let (mut names, mut images, mut unlabelled) = (Vec::new(), Vec::<Vec<usize>>::new(), 0);
        for index in 0..pool.len() {
            let Some(class) = pool.class(index).filter(|class| !class.is_empty()) else {
                unlabelled += 1;
                continue;
            };
            let place = *places.entry(class.to_lowercase()).or_insert_with(|| {
                names.push(class.to_owned());
                images.push(Vec::new());
                images.len() - 1
            });
            images[place].push(index);
        }
        if names.is_empty() {
            let reason = format!(
                "none of {} images has a class: put the images of each class into a folder of its own, or an images.csv with the columns image_id and class beside them",
                pool.len()
            );
            return Err(EvalError::Classes { reason });
        }
        for of_class in &mut images {
            let (all, count) = (of_class.len(), of_class.len().min(per_class));
            *of_class = (0..count).map(|i| of_class[i * all / count]).collect();
        }
        Ok(Self { names, images, unlabelled })
    }

    /// Content hashes of the chosen images, class by class, in hexadecimal.
    ///
    /// # Errors
    /// See [`UnpairedPool::sha256`].
    pub fn contents(&self, pool: &UnpairedPool) -> Result<Vec<Vec<String>>> {
        let of_class = |rows: &Vec<usize>| rows.iter().map(|&row| pool.sha256(row)).collect();
        Ok(self.images.par_iter().map(of_class).collect::<afterimage_data::Result<_>>()?)
    }

    /// A name for the bank that these images give by this embedding: it changes with any of them.
    pub fn key(&self, pool: &UnpairedPool, contents: &[Vec<String>], embedding: &str) -> String {
        let mut text = format!("bank {}\n{embedding}\n{}\n", super::file::VERSION, pool.side());
        for ((class, rows), contents) in self.names.iter().zip(&self.images).zip(contents) {
            text += &format!("{class}\n");
            rows.iter().zip(contents).for_each(|(&row, content)| text += &format!("{content} {}\n", pool.names()[row]));
        }
        sha256_bytes(text.as_bytes())
    }
}
