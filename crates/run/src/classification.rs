//! `classification.json`: the classes that reconstructions are nearest to, and accuracy at any number of classes.

use afterimage_statistics::Interval;
use serde::{Deserialize, Serialize};

use crate::{Artefact, layout};

/// Version of the schema below.
pub const CLASSIFICATION_VERSION: u32 = 2;

/// The content of `classification.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Classification {
    /// Schema version, [`CLASSIFICATION_VERSION`].
    pub version: u32,
    /// `representative`, or `representative.pseudo` if the classes of the test images are unknown.
    pub protocol: String,
    /// The distance with its exact settings.
    pub metric: String,
    /// The classes, in the order of the bank.
    pub classes: Vec<Class>,
    /// The test items.
    pub items: Vec<Item>,
    /// Accuracy against the number of classes.
    pub curve: Vec<Point>,
    /// How superclasses are confused with one another, if they are given.
    pub confusion: Option<Confusion>,
}

/// One class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// Images averaged into its representative.
    pub images: usize,
    /// Which images of training contain it: `training`, `unpaired`; empty for a class that training never saw.
    pub seen_in: Vec<String>,
    /// Its superclass, if one is given.
    pub superclass: Option<String>,
}

/// One test item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Name of the stimulus.
    pub name: String,
    /// Its class; null if it is unknown or has no representative.
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
    /// Mean over shuffled pairings of the same reconstructions. In files of version 1, 1 / `classes`.
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

impl Artefact for Classification {
    const FILE: layout::RunFile = layout::CLASSIFICATION;
    const OLDEST: Option<u32> = Some(1);
}
