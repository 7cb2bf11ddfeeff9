//! `classification.json`: the classes that reconstructions are nearest to, and accuracy at any number of classes.

use afterimage_statistics::Interval;
use serde::{Deserialize, Serialize};

use crate::{Result, RunFolder};

/// Version of the schema below.
pub const CLASSIFICATION_VERSION: u32 = 1;

/// The content of `classification.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Classification {
    /// Schema version, [`CLASSIFICATION_VERSION`].
    pub version: u32,
    /// `representative`, or `representative.pseudo` where the classes of the test images are not known.
    pub protocol: String,
    /// The distance with its exact settings.
    pub metric: String,
    /// The classes, in the order of the bank.
    pub classes: Vec<Class>,
    /// The test items.
    pub items: Vec<Item>,
    /// Accuracy against the number of classes.
    pub curve: Vec<Point>,
    /// How superclasses are taken for one another, where they are given.
    pub confusion: Option<Confusion>,
}

/// One class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// Images averaged into its representative.
    pub images: usize,
    /// Where training could see it: `training`, `unpaired`; empty for a class that it never saw.
    pub seen_in: Vec<String>,
    /// Its superclass, where one is given.
    pub superclass: Option<String>,
}

/// One test item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Name of the stimulus.
    pub name: String,
    /// Its class; null where it is not known or has no representative.
    pub truth: Option<String>,
    /// Rank of that class among all, 1 the best; ties count half.
    pub rank: Option<f64>,
    /// The classes nearest to the reconstruction, the nearest first.
    pub nearest: Vec<String>,
}

/// Accuracy among a number of classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Number of classes.
    pub classes: usize,
    /// Expected share of reconstructions whose nearest class is the true one.
    pub top1: f64,
    /// Its interval.
    pub interval: Option<Interval>,
    /// The same for the shown images themselves: what a perfect decoder would reach.
    pub shown: f64,
    /// Chance.
    pub chance: f64,
}

/// Superclasses of true and nearest classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Confusion {
    /// The superclasses that occur, in order.
    pub superclasses: Vec<String>,
    /// Items by true (row) and nearest (column) superclass.
    pub counts: Vec<Vec<usize>>,
}

impl Classification {
    /// Writes `classification.json` of `run`.
    ///
    /// # Errors
    /// As [`RunFolder::write`].
    pub fn write(&self, run: &RunFolder) -> Result<()> {
        run.write_json(&run.classification_file(), self)
    }

    /// Reads `classification.json` of `run`.
    ///
    /// # Errors
    /// As [`RunFolder::read_versioned`].
    pub fn read(run: &RunFolder) -> Result<Self> {
        run.read_versioned(&run.classification_file(), CLASSIFICATION_VERSION)
    }
}
