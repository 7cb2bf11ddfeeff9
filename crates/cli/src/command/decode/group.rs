//! Averaging of responses that share a label.

use std::collections::HashSet;
use std::path::Path;

use anyhow::{Result, bail};
use ndarray::Array2;

use afterimage_experiment::trained::{self, Item};
use afterimage_statistics::counted;

use super::labels;
use super::responses::Responses;

/// Labels by which responses are averaged.
#[derive(Debug, Clone, Copy)]
pub(super) struct By<'a> {
    /// A label column of the responses, or a file of labels.
    pub(super) labels: &'a str,
    /// Column, if the file is a table.
    pub(super) column: Option<&'a str>,
}

/// [`trained::average`] by the labels, weighted by the repeats that a row already averages. Without labels every row is
/// an item, named by its label or its row number.
///
/// # Errors
/// See [`labels::read`] and [`labels::check`]; also if `labels` is neither a known column nor a file.
pub(super) fn average(read: Responses, by: Option<&By<'_>>) -> Result<(Array2<f32>, Vec<Item>)> {
    let Some(by) = by else {
        let name = |row: usize| read.labels.first().map_or_else(|| row.to_string(), |(_, texts)| texts[row].clone());
        let items = read.weights.iter().enumerate();
        let items = items.map(|(row, &responses)| Item { name: name(row), responses }).collect();
        return Ok((read.values, items));
    };
    let labels = labels_of(&read, by)?;
    Ok(trained::average(read.values.view(), &labels, &read.weights)?)
}

/// Advice on responses that repeat stimuli, where the source states which; `None` without repeats.
pub(super) fn repeats(read: &Responses) -> Option<String> {
    let (name, texts) = read.labels.iter().find(|(name, _)| name == "stimulus")?;
    let stimuli = texts.iter().collect::<HashSet<_>>().len();
    (stimuli < texts.len()).then(|| {
        let (responses, stimuli) = (counted(texts.len(), "single response"), counted(stimuli, "stimulus"));
        format!("{responses} to {stimuli}: --average-by {name} decodes the mean of each, which is less noisy")
    })
}

/// One label per row, from the columns of the responses or from a file.
fn labels_of(read: &Responses, by: &By<'_>) -> Result<Vec<String>> {
    let By { labels: name, column } = *by;
    if let Some((_, texts)) = read.labels.iter().find(|(known, _)| known == name) {
        if let Some(column) = column {
            bail!("\"{name}\" is a column of the responses, not a file: leave out --average-column \"{column}\"");
        }
        return labels::check(texts.clone(), name);
    }
    let path = Path::new(name);
    if !path.is_file() {
        let known: Vec<&str> = read.labels.iter().map(|(name, _)| name.as_str()).collect();
        let known = if known.is_empty() { "it has none".to_owned() } else { format!("it has {}", known.join(", ")) };
        bail!("\"{name}\" is neither a file nor a label column of \"{}\": {known}", read.path.display());
    }
    labels::refuse_shuffled(&read.path, &read.labels)?;
    labels::check(labels::read(path, column, read.values.nrows())?, name)
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::super::places::Matched;
    use super::*;

    fn read() -> Responses {
        Responses {
            path: "t.csv".into(),
            values: array![[1.0_f32, 0.0], [10.0, 4.0], [4.0, 3.0]],
            weights: vec![2, 1, 1],
            labels: vec![("stimulus".into(), ["b", "a", "b"].map(String::from).to_vec())],
            matched: Matched::Order,
            divided_by: None,
            part: None,
            history: super::super::responses::History::Unknown,
        }
    }

    fn by(labels: &str) -> Option<By<'_>> {
        Some(By { labels, column: None })
    }

    #[test]
    fn means_are_weighted_and_in_the_order_of_appearance() {
        let (means, items) = average(read(), by("stimulus").as_ref()).unwrap();
        assert_eq!(means, array![[2.0, 1.0], [10.0, 4.0]]);
        assert_eq!(items[0], Item { name: "b".into(), responses: 3 });
        let (single, items) = average(read(), None).unwrap();
        assert_eq!((single, items[1].name.as_str()), (read().values, "a"));
    }

    #[test]
    fn repeats_are_named_where_the_source_states_the_stimuli() {
        assert!(repeats(&read()).unwrap().starts_with("3 single responses to 2 stimuli: --average-by stimulus"));
        assert_eq!(repeats(&Responses { labels: Vec::new(), ..read() }), None);
    }

    #[test]
    fn labels_come_from_a_file_of_as_many_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("labels.csv");
        let name = path.to_str().unwrap();
        std::fs::write(&path, "label\nx\ny\nx\n").unwrap();
        let (means, items) = average(read(), by(name).as_ref()).unwrap();
        assert_eq!((means.nrows(), items[0].name.as_str(), items[0].responses), (2, "x", 3));
        std::fs::write(&path, "x\ny\n").unwrap();
        assert!(average(read(), by(name).as_ref()).unwrap_err().to_string().contains("2 labels for 3 responses"));
        assert!(average(read(), by("run").as_ref()).unwrap_err().to_string().contains("it has stimulus"));
        std::fs::write(&path, "trial,shown\n0,x\n1,y\n2,x\n").unwrap();
        let column = By { labels: name, column: Some("shown") };
        assert_eq!(average(read(), Some(&column)).unwrap().1.len(), 2);
        assert!(average(read(), Some(&By { labels: "stimulus", column: Some("shown") })).is_err());
    }
}
