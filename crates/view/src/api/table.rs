//! CSV bodies, read field by field: the fields of a row are counted before it is kept.

mod unit;

use csv_core::{ReadFieldResult, Reader};

use afterimage_data::{VOXEL_COLUMN, is_label, names_fall as falls, voxel_number};
use afterimage_experiment::Units;

use super::body::{Rows, find_voxels};
use crate::answer::Problem;
use crate::effort::Stop;
use crate::networks::Facts;
use unit::Unit;

/// The longest field, bytes.
const FIELD: usize = 1024;
/// Columns in addition to the voxels, as in a table of trials.
const OTHERS: usize = 64;
/// Fewest columns of a first row of ascending or descending whole numbers that is refused as a possible header.
const WIDE: usize = 8;

/// Which fields of a row are voxels.
enum Columns {
    /// All of them, in the order of the run or of its data set.
    All,
    /// Those at these places, in the order of the run.
    At(Vec<usize>),
}

/// Reads rows of numbers. A first row that contains names, or counts its columns, is a header: columns named `voxel_ID` are
/// then found by name, and others are ignored but for `units`, whose unit is returned.
pub(super) fn read(body: &[u8], facts: &Facts, rows: &mut Rows<'_>, stop: &Stop) -> Result<Option<Units>, Problem> {
    let most = facts.columns.unwrap_or(0).max(facts.ids.len()) + OTHERS;
    let mut table = Table::new(body, most);
    let mut fields = Vec::new();
    let mut columns = Columns::All;
    let mut unit = Unit::default();
    // A first row of whole numbers may be a header: the next row decides.
    let mut first = None;
    let mut is_first = true;
    while table.row(&mut fields)? {
        stop.check()?;
        if std::mem::take(&mut is_first) {
            if fields.iter().all(|text| parse_whole(text).is_some()) {
                first = Some(std::mem::take(&mut fields));
                continue;
            }
            if fields.iter().any(|text| text.parse::<f32>().is_err()) {
                columns = parse_header(&fields, facts)?;
                unit = Unit::of(&fields);
                continue;
            }
        }
        if let Some(first) = first.take().filter(|first| !is_counting(first)) {
            refuse_header(&first, &fields)?;
            push_row(&first, &columns, 1, rows)?;
        }
        unit.read(&fields, table.line)?;
        push_row(&fields, &columns, table.line, rows)?;
    }
    first.map_or(Ok(()), |fields| push_row(&fields, &columns, 1, rows))?;
    Ok(unit.found())
}

/// Parses a whole number, which may be written as a float.
fn parse_whole(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite() && number.fract() == 0.0)
}

/// Refuses whole numbers above fractions, and many ascending or descending ones above others that are not, which may be
/// numbers of voxels.
fn refuse_header(first: &[String], second: &[String]) -> Result<(), Problem> {
    let falls_or_rises = |fields: &[String]| {
        let numbers: Vec<f64> = fields.iter().filter_map(|text| parse_whole(text)).collect();
        let pairs = || numbers.windows(2);
        numbers.len() == fields.len()
            && (pairs().all(|pair| pair[0] < pair[1]) || pairs().all(|pair| pair[0] > pair[1]))
    };
    let above_fractions = first.len() > 1 && second.iter().all(|text| parse_whole(text).is_none());
    if above_fractions || (first.len() >= WIDE && falls_or_rises(first) && !falls_or_rises(second)) {
        let message = "line 1 holds whole numbers above others that are not like them: if it is a line of names, call the \
                       columns voxel_ID, else send the numbers as .npy";
        return Err(Problem::bad(message.to_owned()));
    }
    Ok(())
}

fn push_row(fields: &[String], columns: &Columns, line: u64, rows: &mut Rows<'_>) -> Result<(), Problem> {
    let number = |column: usize| {
        let text = fields.get(column).map_or("", String::as_str);
        text.parse::<f32>().map_err(|_| {
            let hint = if column == 0 && voxel_number(text).is_some() {
                ": transpose the table, rows are trials and columns are voxels"
            } else {
                ""
            };
            Problem::bad(format!("line {line}, column {}: \"{text:.40}\" is not a number{hint}", column + 1))
        })
    };
    rows.begin()?;
    match columns {
        Columns::All => (0..fields.len()).try_for_each(|column| rows.push(number(column)?))?,
        Columns::At(places) => places.iter().try_for_each(|&column| rows.push(number(column)?))?,
    }
    rows.end()
}

/// Returns whether fields are the numbers of the columns from 0 or 1, as pandas writes them; one or two numbers may be a
/// response.
fn is_counting(fields: &[String]) -> bool {
    let from = |first: usize| fields.iter().enumerate().all(|(i, text)| parse_whole(text) == Some((i + first) as f64));
    fields.len() > 2 && (from(0) || from(1))
}

fn parse_header(names: &[String], facts: &Facts) -> Result<Columns, Problem> {
    if let Some(column) = names.iter().position(|name| name.is_empty() || name.starts_with("Unnamed:")) {
        let message =
            format!("column {} has no name: leave out the index of the rows (pandas: index=False)", column + 1);
        return Err(Problem::bad(message));
    }
    let numbered = |(column, name): (usize, &String)| Some((column, voxel_number(name)?.to_string()));
    let marked: Vec<(usize, String)> = names.iter().enumerate().filter_map(numbered).collect();
    if let Some(name) = names.iter().find(|name| name.starts_with(VOXEL_COLUMN) && voxel_number(name).is_none()) {
        return Err(Problem::bad(format!("the column {name:.40} is called like a voxel, but not by its number")));
    }
    if marked.is_empty() {
        if let Some(name) = names.iter().find(|name| is_label(name)) {
            let message =
                format!("the column \"{name:.40}\" holds no responses: leave it out, or call the others voxel_ID");
            return Err(Problem::bad(message));
        }
        return if falls(names) { Err(Problem::bad(FALLS.to_owned())) } else { Ok(Columns::All) };
    }
    let marked: Vec<(usize, &str)> = marked.iter().map(|(column, number)| (*column, number.as_str())).collect();
    Ok(Columns::At(find_voxels(&marked, VOXEL_COLUMN, facts)?))
}

const FALLS: &str = "the columns are not in the order of the numbers in their names: put them into the order of the run's data \
                     set, or call them voxel_ID";

/// The fields of a body, row by row.
struct Table<'a> {
    rest: &'a [u8],
    reader: Reader,
    most: usize,
    line: u64,
}

impl<'a> Table<'a> {
    fn new(body: &'a [u8], most: usize) -> Self {
        Self { rest: body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body), reader: Reader::new(), most, line: 0 }
    }

    /// Reads the next row; false at the end.
    fn row(&mut self, fields: &mut Vec<String>) -> Result<bool, Problem> {
        fields.clear();
        self.line = self.reader.line();
        let (mut field, mut length) = ([0; FIELD], 0);
        loop {
            let (result, read, written) = self.reader.read_field(self.rest, &mut field[length..]);
            self.rest = &self.rest[read..];
            length += written;
            match result {
                ReadFieldResult::InputEmpty => {}
                ReadFieldResult::OutputFull => {
                    let message = format!("line {}: a field of more than {FIELD} bytes", self.line);
                    return Err(Problem::bad(message));
                }
                ReadFieldResult::End => return Ok(false),
                ReadFieldResult::Field { record_end } => {
                    if fields.len() == self.most {
                        let message = format!(
                            "line {} has more than {} columns, more than the run's data set",
                            self.line, self.most
                        );
                        return Err(Problem::bad(message));
                    }
                    fields.push(String::from_utf8_lossy(&field[..length]).trim().to_owned());
                    length = 0;
                    if record_end {
                        return Ok(true);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;

    fn facts() -> Facts {
        Facts {
            ids: vec![3, 10, 1],
            names: vec![3, 10, 1],
            of_more: false,
            columns: Some(12),
            units: None,
            standardises: true,
        }
    }

    fn table(text: &str) -> Result<Array2<f32>, String> {
        table_for(&facts(), text)
    }

    fn table_for(facts: &Facts, text: &str) -> Result<Array2<f32>, String> {
        let stop = Stop::default();
        let mut rows = Rows::new(facts, &stop);
        read(text.as_bytes(), facts, &mut rows, &stop).and_then(|_| rows.finish()).map_err(Problem::message_of)
    }

    #[test]
    fn tables_come_with_or_without_a_header() {
        let expected = array![[1.0, 2.0], [3.0, 4.0]];
        for text in ["1,2\n3,4", "v1, v2\n1, 2\n3,4\n", "\u{feff}v1,v2\r\n\"1\",2\r\n3,4\r\n\n"] {
            assert_eq!(table(text).unwrap(), expected, "{text:?}");
        }
        let expected = array![[5.0, 6.0, 7.0], [0.0, 1.0, 2.0]];
        for text in ["0,1,2\n5,6,7\n0,1,2\n", "1,2,3\n5,6,7\n0,1,2\n", "5,6,7\n0,1,2\n"] {
            assert_eq!(table(text).unwrap(), expected, "{text:?}");
        }
        assert_eq!(table("1,2,3\n").unwrap(), array![[1.0, 2.0, 3.0]], "a header would have rows");
        assert!(table("1,3\n3,x\n").unwrap_err().contains("line 2, column 2: \"x\""));
        assert!(table("x,a\nvoxel_3,1\nvoxel_10,2\n").unwrap_err().contains("transpose the table"));
        assert!(table("a,b\nc,d\n").unwrap_err().contains("line 2"));
    }

    #[test]
    fn the_unit_of_a_table_is_that_of_its_column() {
        let unit = |text: &str| {
            let (stop, facts) = (Stop::default(), facts());
            read(text.as_bytes(), &facts, &mut Rows::new(&facts, &stop), &stop).map_err(Problem::message_of)
        };
        let head = "image,units,voxel_3,voxel_10,voxel_1\n";
        assert_eq!(unit(&format!("{head}a,standardised,1,2,3\nb,standardised,1,2,4\n")), Ok(Some(Units::Standardised)));
        assert_eq!(unit("voxel_3,voxel_10,voxel_1\n1,2,3\n"), Ok(None));
        let several = unit(&format!("{head}a,recorded,1,2,3\nb,standardised,1,2,4\n")).unwrap_err();
        assert!(several.contains("line 3 has the unit \"standardised\""), "{several}");
    }

    #[test]
    fn voxels_are_found_by_their_names() {
        let expected = array![[3.0, 10.0, 1.0]];
        assert_eq!(table("voxel_1,voxel_10,voxel_3\n1,10,3\n").unwrap(), expected);
        assert_eq!(table("image,voxel_3,trial,voxel_10,voxel_1\nx.png,3,7,10,1\n").unwrap(), expected);
        assert_eq!(table("Voxel 1,VOXEL_10,vox3\n1,10,3\n").unwrap(), expected);
        assert_eq!(table("0.0,1.0,2.0\n3,10,1\n").unwrap(), expected, "counts as floats are a header");
        let all: Vec<String> = (0..12).rev().map(|id| format!("voxel_{id}")).collect();
        let values: Vec<String> = (0..12).rev().map(|id| id.to_string()).collect();
        assert_eq!(table(&format!("{}\n{}\n", all.join(","), values.join(","))).unwrap(), expected);
        // Of a data set of which voxels were left out, names are those of the source.
        let part = Facts { names: vec![3, 40, 1], of_more: true, columns: Some(3), ..facts() };
        assert_eq!(table_for(&part, "voxel_1,voxel_2,voxel_3,voxel_40\n1,7,3,10\n").unwrap(), expected);
        assert!(table_for(&part, "voxel_0,voxel_1,voxel_2\n1,7,3\n").unwrap_err().contains("voxel_3 is missing"));
        for (text, reason) in [
            ("voxel_3,voxel_10\n1,2\n", "voxel_1 is missing"),
            ("voxel_3,voxel_10,voxel_1000\n1,2,3\n", "voxel_1000"),
            ("voxel_3,voxel_10,voxel_1,voxel_3\n1,2,3,4\n", "voxel_3 is there twice"),
            ("voxel_3,voxel_10,voxel_one\n1,2,3\n", "voxel_one"),
            (",a,b\n0,1,2\n", "column 1 has no name"),
            ("a,b,trial\n1,2,3\n", "\"trial\" holds no responses"),
            ("V3,V10,V1\n1,2,3\n", "not in the order of the numbers"),
            ("100,101,103\n0.5,1.25,2.5\n", "whole numbers above"),
            ("29,28,27,26,25,24,23,22\n1,0,2,2,1,0,3,1\n", "whole numbers above"),
            ("Unnamed: 0,a,b\n0,1,2\n", "column 1 has no name"),
        ] {
            let said = table(text).unwrap_err();
            assert!(said.contains(reason), "{text:?}: {said}");
        }
    }

    #[test]
    fn commas_without_end_are_refused_after_a_row() {
        let said = table(&",".repeat(10_000_000)).unwrap_err();
        assert!(said.contains("more than 76 columns"), "{said}");
        let said = table(&"x".repeat(10_000_000)).unwrap_err();
        assert!(said.contains("more than 1024 bytes"), "{said}");
        let said = table(&"1\n".repeat(1000)).unwrap_err();
        assert!(said.contains("at most 256"), "{said}");
    }
}
