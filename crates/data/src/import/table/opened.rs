//! A file of responses, and what its columns say of its rows.

use std::path::PathBuf;

use ndarray::ArrayD;

use crate::header::LeftOut;
use crate::import::columns::{self, Column, Columns, Named, Reader, Role, Sorted, Stated};
use crate::import::matrix;
use crate::import::order::{Found, Lookup, Order};
use crate::manifest::{Grouping, Manifest, Orientation};
use crate::{Error, Result};

/// The file of responses as it is, and what its columns of text say.
pub(crate) struct Opened {
    pub(super) path: PathBuf,
    pub(super) array: ArrayD<f32>,
    /// Names of the columns of responses; empty if there are none.
    pub(super) names: Vec<String>,
    /// Columns that hold no responses; only if rows are trials they say something of trials.
    others: Vec<Column>,
    /// The order and the numbers of voxels that the table names by number.
    pub(crate) sorted: Sorted,
    rows_are_trials: bool,
    /// Whether the file is a table of text.
    pub(super) is_text: bool,
}

/// Reads the file of responses.
///
/// # Errors
/// As [`matrix::read`] and [`columns::read`]; [`Error::Manifest`] for keys that are only for text.
pub(crate) fn open(manifest: &Manifest) -> Result<Opened> {
    let keys = &manifest.responses;
    let path = manifest.resolve(&keys.file);
    let rows_are_trials = keys.orientation == Orientation::TrialsByVoxels;
    if matrix::is_text(&path) {
        let stated = Stated {
            header: keys.header,
            voxels: keys.columns.clone(),
            ignore: keys.ignore.clone(),
            roles: if rows_are_trials { roles(manifest) } else { Vec::new() },
            rows_are_voxels: !rows_are_trials,
            reader: Reader::Manifest,
        };
        let mut columns = columns::read(&path, &stated)?;
        let sorted = columns.sort_voxels(&path, !rows_are_trials, Reader::Manifest)?;
        let Columns { values, names, others } = columns;
        return Ok(Opened { path, array: values.into_dyn(), names, others, sorted, rows_are_trials, is_text: true });
    }
    if keys.header.is_some() || keys.columns.is_some() || !keys.ignore.is_empty() {
        let reason = "responses.header, responses.columns and responses.ignore are for a .csv or .tsv: leave them out";
        return Err(Error::manifest(&manifest.path, reason));
    }
    let array = matrix::read(&path, keys.array.as_deref())?;
    let sorted = Sorted::default();
    Ok(Opened { path, array, names: Vec::new(), others: Vec::new(), sorted, rows_are_trials, is_text: false })
}

/// The roles that `[trials]` states.
fn roles(manifest: &Manifest) -> Vec<(Role, Option<String>)> {
    let keys = [(Role::Session, &manifest.trials.session), (Role::Run, &manifest.trials.run)];
    let column = |grouping: &Grouping| match grouping {
        Grouping::Named(name) => Some(name.clone()),
        Grouping::Counts(_) => None,
    };
    keys.into_iter().filter_map(|(role, key)| Some((role, column(key.as_ref()?)))).collect()
}

impl Opened {
    /// Columns that say something of the trials.
    pub(crate) fn trial_columns(&self) -> impl Iterator<Item = &Column> {
        self.others.iter().filter(|_| self.rows_are_trials)
    }

    /// Those of a role.
    pub(crate) fn of_role(&self, role: Role) -> Vec<&Column> {
        self.trial_columns().filter(|column| column.role == Some(role)).collect()
    }

    /// Columns that name the image of each trial: those called so, and those without a telling name, such as an index, in
    /// which names of `images` stand. With voxels as rows, the names of the columns if they name images.
    pub(crate) fn images(&self, images: &[String]) -> Vec<Column> {
        let names: Vec<&str> = images.iter().map(String::as_str).collect();
        let lookup = Lookup::new(&names);
        let is_text = |name: &String| name.parse::<f64>().is_err();
        let names_any = |texts: &[String]| texts.iter().any(|text| is_text(text) && lookup.find(text) != Found::None);
        if !self.rows_are_trials {
            let first_line =
                || Column { name: "first line".into(), role: Some(Role::Image), texts: self.names.clone() };
            return names_any(&self.names).then(first_line).into_iter().collect();
        }
        let others = self.of_role(Role::Index).into_iter().chain(self.of_role(Role::Unknown));
        let others = others.filter(|column| names_any(&column.texts));
        self.of_role(Role::Image).into_iter().chain(others).cloned().collect()
    }

    /// The part of each trial, if a column says it.
    pub(crate) fn split(&self) -> Option<&Column> {
        self.of_role(Role::Split).into_iter().next()
    }

    /// Refuses rows of several subjects, and rows out of order that are paired with images by their order.
    pub(super) fn check(&self, order: &Order) -> Result<()> {
        for column in self.of_role(Role::Subject) {
            let mut subjects: Vec<&str> = column.texts.iter().map(String::as_str).collect();
            subjects.sort_unstable();
            subjects.dedup();
            if let [first, second, ..] = subjects[..] {
                let reason = format!(
                    "column \"{}\" names {} subjects, such as \"{first}\" and \"{second}\": a data set is of one",
                    column.name,
                    subjects.len()
                );
                return Err(self.wrong(reason));
            }
        }
        let others = self.others.iter().filter(|column| self.rows_are_trials && column.role.is_some());
        let others: Vec<Named<'_>> = others.map(|column| (column.name.as_str(), column.texts.as_slice())).collect();
        let by_place = !others.is_empty() && order.by_rows;
        if let Some(said) = columns::out_of_order(&others).filter(|_| by_place) {
            let reason = format!(
                "rows are paired with images by their order, but {said}: sort the rows, give a column with the names of \
                 the images, or, if the order is right, name that column in responses.ignore"
            );
            return Err(self.wrong(reason));
        }
        Ok(())
    }

    /// Whether no name or column says what an axis is.
    pub(super) fn is_bare(&self) -> bool {
        self.names.is_empty() && self.others.is_empty()
    }

    fn wrong(&self, reason: String) -> Error {
        Error::mismatch(&self.path, reason)
    }

    pub(super) fn left_out(&self) -> Vec<LeftOut> {
        let used = |column: &Column| {
            let used = [Role::Session, Role::Run, Role::Image, Role::Split];
            (self.rows_are_trials && column.role.is_some_and(|role| used.contains(&role)))
                || self.sorted.by.as_ref() == Some(&column.name)
        };
        let name = |column: &Column| {
            if column.name.is_empty() { "the one without a name".into() } else { column.name.clone() }
        };
        let unused = self.others.iter().filter(|column| !used(column)).map(name);
        LeftOut::named("column", "of the table that holds no responses", unused).into_iter().collect()
    }

    pub(super) fn description(&self) -> String {
        let numbers = self.sorted.numbers.is_some().then(|| {
            "voxels in the order of their numbers, which do not run from 0: a voxel's number here is its place"
                .to_owned()
        });
        let moved = || "voxels in the order of their numbers, which is not that of the file".to_owned();
        let numbers = numbers.or_else(|| self.sorted.moved.then(moved));
        numbers.map(|part| format!("; {part}")).unwrap_or_default()
    }
}
