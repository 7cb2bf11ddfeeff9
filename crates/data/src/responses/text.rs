//! Responses as a table of text, read by the rules of imports: which line holds names, and which columns are voxels.

use std::path::Path;

use super::{ResponseTable, TableOptions, VOXEL_COLUMN, transpose};
use crate::Result;
use crate::import::columns::{self, Columns, Reader, Stated, falls, numbered, row_voxels, voxel_number};

/// Reads a `.csv` or `.tsv`.
pub(super) fn read(path: &Path, options: &TableOptions) -> Result<ResponseTable> {
    let stated = Stated {
        ignore: options.label.iter().cloned().collect(),
        rows_are_voxels: options.voxels_first,
        reader: Reader::Decode,
        ..Stated::default()
    };
    let Columns { values, names, others } = columns::read(path, &stated)?;
    if options.voxels_first {
        let name = |number: &usize| format!("{VOXEL_COLUMN}{number}");
        let voxels = row_voxels(path, &others, Reader::Decode)?;
        let voxels = voxels.map(|(_, numbers)| numbers.iter().map(name).collect()).unwrap_or_default();
        let labels = (!names.is_empty()).then_some(("response".to_owned(), names));
        return Ok(ResponseTable { responses: transpose(values), labels: labels.into_iter().collect(), voxels });
    }
    let labels = others.into_iter().map(|column| (column.name, column.texts)).collect();
    let voxels = if names.iter().any(|name| voxel_number(name).is_some()) {
        names
    } else if falls(&names).is_some() {
        // As pandas sorts them, V10 comes before V2: the numbers tell the voxels, and the order does not.
        numbered(&names).into_iter().flatten().map(|number| format!("{VOXEL_COLUMN}{number}")).collect()
    } else {
        Vec::new()
    };
    Ok(ResponseTable { responses: values, labels, voxels })
}
