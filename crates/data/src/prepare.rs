//! Makes one data set from another: split again, standardised, cleaned of drift, averaged, its voxels selected.
//!
//! Every statistic is fitted on training trials; a selection by reliability sees validation trials too. A run or session without
//! training trials (as where the test was scanned in runs of its own) takes the statistics of the training trials of its
//! session or, if it has none, of all; see [`TestStatistics`]. What was done is added to the steps of the provenance.

mod again;
mod average;
mod drift;
mod groups;
mod removes;
mod select;
mod split;
mod standardise;
mod stream;

use crate::header::{FittedOn, Header, SourceFile, Step, Voxels};
use crate::import::{Block, Images, Source};
use crate::store::DataSet;
use crate::{Error, Result, TestStatistics};

use groups::{Asked, Groups};
use removes::Removes;
use stream::{Stage, Stream};

pub(crate) use again::{STANDARDISED, VOLUMES};
pub use groups::Scope;
pub use select::{Measure, Rule, Selection};
pub use split::SplitRule;

/// The step of an average.
const MEANS: &str = "the mean over the trials of each stimulus";

/// What to do, in this order. The default changes nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PrepareOptions {
    /// Draw the parts again.
    pub split: Option<SplitRule>,
    /// Keep the voxels of a region expression such as `V1 + V2 - FFA`.
    pub roi: Option<String>,
    /// Take a polynomial of this order over the trials out of each voxel, run by run; its mean stays.
    pub detrend: Option<usize>,
    /// Standardise each voxel.
    pub zscore: Option<Scope>,
    /// What standardises runs and sessions without training trials, and whether their drift is taken out.
    pub test_statistics: TestStatistics,
    /// Keep the voxels that meet all of these.
    pub select: Vec<Selection>,
    /// Keep the mean over the trials of each stimulus only.
    pub average: bool,
}

/// Fits all statistics; responses are read again and transformed when the source is written.
///
/// All of the data set is read and compared with its fingerprint first: what is made of it has a fingerprint of its own,
/// under which damage would pass for content.
///
/// # Errors
/// [`Error::Damaged`] when the data set is not as it was written;
/// [`Error::Region`]; [`Error::Prepare`] when a split leaves nothing for training, a run has too few training trials, a
/// selection rests on test trials or keeps no voxel, a drift is asked for of trials whose order in time is not known, or
/// the data set is standardised already.
pub fn prepare<'a>(data: &'a DataSet, options: &PrepareOptions) -> Result<Source<'a>> {
    prepare_with(data, options, &|_, _, _| ())
}

/// As [`prepare`]; `tell` receives each pass over the trials when it begins, its number from 0, and how many there are.
///
/// # Errors
/// As there.
pub fn prepare_with<'a>(
    data: &'a DataSet,
    options: &PrepareOptions,
    tell: &dyn Fn(&str, usize, usize),
) -> Result<Source<'a>> {
    let passes =
        1 + usize::from(options.detrend.is_some()) + usize::from(options.zscore.is_some()) + options.select.len();
    let mut pass = 0;
    let mut begin = |what: &str| {
        tell(what, pass, passes);
        pass += 1;
    };
    begin("verifying");
    data.verify_once()?;
    let mut header = data.header().clone();
    let mut kept: Vec<usize> = (0..header.trials.len()).collect();
    let mut steps = Vec::new();
    let mut removes = Removes {
        drifts: options.detrend.is_some(),
        unit: options.zscore.is_some(),
        all_runs: true,
        ..Removes::default()
    };
    if let Some(rule) = &options.split {
        steps.extend(split::apply(rule, &mut header, &mut kept)?);
        forget_training(&mut header);
    }
    let mut stream = Stream::new(data, &header, &kept);
    if let Some(roi) = &options.roi {
        stream.keep_voxels(&header.voxels.mask(roi)?);
        steps.push(Step::plain(format!("voxels: {roi}")));
    }
    if let Some(order) = options.detrend {
        begin("drift");
        let stage = drift(&stream, &header, order, options)?;
        steps.push(stage.groups().without_drift(order));
        removes.all_runs &= !stage.groups().sources.borrow();
        stream.push(stage);
    }
    if let Some(scope) = options.zscore {
        let again = again::before(&header.provenance, options).map_err(|reason| Error::prepare(data, reason))?;
        let advice = "standardise by session, or over all runs";
        let asked = Asked { scope, least: 2, advice, without_training: options.test_statistics };
        let groups = Groups::of(&header, &kept, asked)?;
        groups.refuse_single(&header)?;
        removes.levels = groups.are_single_runs(&header, &kept);
        removes.all_runs &= !groups.sources.borrow();
        begin("standardising");
        let stage = Stage::Standardise(standardise::Standardise::fit(&stream, groups)?);
        steps.push(stage.groups().standardised(again));
        stream.push(stage);
    }
    for selection in &options.select {
        begin("selecting");
        let mask = select::mask(&stream, selection)?;
        stream.keep_voxels(&mask);
        let (kept, of) = (mask.iter().filter(|&&kept| kept).count(), mask.len());
        steps.push(Step::new(format!("voxels: {selection}, {kept} of {of} kept"), selection.measure.fitted_on()));
    }
    let voxels = stream.voxels();
    if voxels.count == 0 {
        return Err(Error::prepare(data, "no voxel is left: select less strictly"));
    }
    if options.average {
        steps.push(Step::plain(MEANS));
    }
    source(data, header, voxels, stream, steps, removes, options)
}

fn drift(stream: &Stream<'_>, header: &Header, order: usize, options: &PrepareOptions) -> Result<Stage> {
    if !(1..=drift::HIGHEST).contains(&order) {
        return Err(Error::prepare(stream.data, format!("drift of order {order}: give 1 to {}", drift::HIGHEST)));
    }
    if let Some(reason) = header.untimed() {
        let reason = format!("a drift goes over time, but {reason}: leave out --detrend");
        return Err(Error::prepare(stream.data, reason));
    }
    let advice = "take a drift of a lower order, or leave out --detrend";
    let asked = Asked { scope: Scope::Run, least: order + 2, advice, without_training: options.test_statistics };
    let groups = Groups::of(header, &stream.kept, asked)?;
    Ok(Stage::Drift(drift::Drift::fit(stream, groups, order)?))
}

fn source<'a>(
    data: &'a DataSet,
    header: Header,
    voxels: Voxels,
    stream: Stream<'a>,
    steps: Vec<Step>,
    removes: Removes,
    options: &PrepareOptions,
) -> Result<Source<'a>> {
    let mut provenance = header.provenance;
    provenance.steps.extend(steps);
    if let Some(scope) = options.zscore {
        provenance.units = Some("standard deviations".into());
        let before = provenance.standardised.map(|before| before + again::THEN).unwrap_or_default();
        provenance.standardised = Some(before + scope.words());
    }
    if options.average {
        provenance.untimed = Some("by stimulus".into());
    }
    provenance.warnings = provenance.warnings.iter().filter_map(|warning| removes.left_of(warning)).collect();
    provenance.source_files =
        vec![SourceFile { path: data.path().to_string_lossy().into_owned(), sha256: data.fingerprint().to_owned() }];
    let images: Option<Images<'a>> = header.size.ne(&0).then(|| {
        let read = move |row: usize, _| Ok(data.images(&[row as u32])?.index_axis_move(ndarray::Axis(0), 0));
        Box::new(read) as Images<'a>
    });
    let blocks: Box<dyn Iterator<Item = Result<Block>> + 'a> =
        if options.average { Box::new(average::blocks(stream)) } else { Box::new(stream.into_blocks()) };
    Ok(Source { stimuli: header.stimuli, voxels, provenance, images, blocks })
}

/// After a new split, what was fitted on the old training part may have seen trials of the new test.
fn forget_training(header: &mut Header) {
    let seen = |scope: &mut FittedOn| {
        if matches!(scope, FittedOn::Training | FittedOn::OwnRun) {
            *scope = FittedOn::Everything;
        }
    };
    header.provenance.steps.iter_mut().for_each(|step| seen(&mut step.fitted_on));
    header.voxels.columns.values_mut().for_each(|column| seen(&mut column.fitted_on));
}
