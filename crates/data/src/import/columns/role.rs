//! What a column of a table of responses holds, by its name.

use crate::responses::VOXEL_COLUMN;

/// What a column that is no voxel says of its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The number of the row, such as pandas' index.
    Index,
    /// The number of the trial.
    Trial,
    Session,
    Run,
    /// The image shown.
    Image,
    /// Training, validation or test.
    Split,
    Subject,
    /// Anything else that is no response: an onset, a condition.
    Other,
    /// No response either, since others are called voxels; its name says nothing.
    Unknown,
}

/// First words of names, and what they say where rows are trials.
const OF_TRIALS: [(&[&str], Role); 8] = [
    (&["index", "idx", "unnamed", "level", "row", "rowname", "rownames", "id"], Role::Index),
    (&["trial", "trials"], Role::Trial),
    (&["session", "sessions", "ses", "sess"], Role::Session),
    (&["run", "runs", "chunk", "chunks"], Role::Run),
    (&["image", "img", "stimulus", "stim", "stimuli", "picture", "photo", "file", "filename"], Role::Image),
    (&["split", "partition", "subset", "fold"], Role::Split),
    (&["subject", "subj", "sub", "participant", "monkey"], Role::Subject),
    (
        &[
            "onset",
            "offset",
            "duration",
            "time",
            "timestamp",
            "tr",
            "volume",
            "vol",
            "block",
            "repeat",
            "repetition",
            "rep",
            "condition",
            "cond",
            "class",
            "category",
            "label",
            "concept",
            "task",
            "rt",
            "reaction",
            "key",
            "button",
            "accuracy",
            "acc",
            "correct",
            "date",
            "age",
            "sex",
            "gender",
            "isi",
            "iti",
            "hand",
            "target",
            "pupil",
            "gaze",
            "saccade",
            "blink",
            "heart",
            "heartrate",
            "respiration",
            "motion",
            "framewise",
            "rating",
            "confidence",
            "choice",
            "answer",
        ],
        Role::Other,
    ),
];
/// The same where rows are voxels.
const OF_VOXELS: [(&[&str], Role); 2] = [
    (&["index", "idx", "unnamed", "level", "row", "rowname", "rownames", "id"], Role::Index),
    (
        &[
            "voxel",
            "voxels",
            "vox",
            "vertex",
            "unit",
            "neuron",
            "channel",
            "electrode",
            "cell",
            "roi",
            "region",
            "area",
            "hemisphere",
            "hemi",
            "x",
            "y",
            "z",
            "i",
            "j",
            "k",
            "ncsnr",
            "nc",
            "snr",
            "subject",
            "subj",
            "sub",
            "participant",
            "monkey",
        ],
        Role::Other,
    ),
];
/// What may follow: `run_number`, `stim_file`, `trial_type`.
const SUFFIXES: [&str; 34] = [
    "id",
    "ids",
    "nr",
    "no",
    "num",
    "number",
    "name",
    "names",
    "file",
    "filename",
    "path",
    "idx",
    "index",
    "type",
    "code",
    "label",
    "key",
    "time",
    "sec",
    "secs",
    "s",
    "ms",
    "onset",
    "count",
    "category",
    "class",
    "session",
    "run",
    "trial",
    "set",
    "size",
    "diameter",
    "rate",
    "displacement",
];

/// Of these, those that leave a session or a run one.
const NUMBERS: [&str; 11] = ["id", "ids", "nr", "no", "num", "number", "idx", "index", "label", "name", "code"];
/// Last words of names of columns that are not responses.
const LAST: [&str; 8] = ["id", "ids", "idx", "time", "times", "timestamp", "onset", "duration"];
/// What makes an image's column one of times.
const TIMES: [&str; 9] = ["onset", "offset", "duration", "time", "sec", "secs", "s", "ms", "tr"];

impl Role {
    /// The role of a named column; `None` if its name says nothing.
    pub(crate) fn of(name: &str, rows_are_trials: bool) -> Option<Self> {
        let words = words(name);
        let Some((first, rest)) = words.split_first() else { return Some(Self::Index) };
        let known: &[(&[&str], Self)] = if rows_are_trials { &OF_TRIALS } else { &OF_VOXELS };
        let role = known.iter().find(|(names, _)| names.contains(&first.as_str())).map(|(_, role)| *role);
        // "cocoId" and "response_time" are no responses, whatever comes first.
        let is_last = || rest.last().is_some_and(|word| LAST.contains(&word.as_str()));
        let Some(role) = role else { return (rows_are_trials && is_last()).then_some(Self::Other) };
        // pandas numbers what has no name: "Unnamed: 0", "level_0".
        let numbered = ["unnamed", "level"].contains(&first.as_str());
        let suffix = |word: &String| SUFFIXES.contains(&word.as_str()) || (numbered && is_digits(word));
        let numbers = |word: &String| NUMBERS.contains(&word.as_str());
        match role {
            // A run's time or type numbers no run, and a stimulus' onset names no image.
            Self::Session | Self::Run if !rest.iter().all(numbers) => rest.iter().all(suffix).then_some(Self::Other),
            Self::Image if rest.iter().any(|word| TIMES.contains(&word.as_str())) => Some(Self::Other),
            _ => rest.iter().all(suffix).then_some(role),
        }
    }
}

/// Whether a name marks a column as a voxel: `voxel_12`, `Voxel 12`, `vox12`, `voxel_V1_3`. What ends without a number,
/// such as `voxel_mean`, is not a voxel by its name.
pub(crate) fn is_marked(name: &str) -> bool {
    let is_called = name.trim().to_ascii_lowercase().starts_with(VOXEL_COLUMN);
    voxel_number(name).is_some() || (is_called && name.trim().ends_with(|end: char| end.is_ascii_digit()))
}

/// The number in `voxel_12`, and in `voxel_12.0` as names of whole floats are written.
pub(crate) fn voxel_number(name: &str) -> Option<usize> {
    let name = name.trim().to_ascii_lowercase();
    let rest = name.strip_prefix("voxel").or_else(|| name.strip_prefix("vox"))?;
    let digits = rest.trim_start_matches([' ', '_', '-', '.']);
    let is_zeros = |decimals: &str| !decimals.is_empty() && decimals.bytes().all(|digit| digit == b'0');
    let digits = digits.split_once('.').filter(|(_, decimals)| is_zeros(decimals)).map_or(digits, |(whole, _)| whole);
    digits.parse().ok().filter(|_| is_digits(digits))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Lower-case words and numbers of a name: `StimFile` and `stim_file` are `stim`, `file`.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let starts = c.is_uppercase() && before.is_lowercase() || c.is_ascii_digit() != before.is_ascii_digit();
        if !c.is_alphanumeric() || starts {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words.last_mut().into_iter().for_each(|word| word.extend(c.to_lowercase()));
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_field_have_roles() {
        for (name, role) in [
            ("", Role::Index),
            ("Unnamed: 0", Role::Index),
            ("level_1", Role::Index),
            ("trial", Role::Trial),
            ("trialNum", Role::Trial),
            ("Session", Role::Session),
            ("ses", Role::Session),
            ("run_id", Role::Run),
            ("stim_file", Role::Image),
            ("StimulusName", Role::Image),
            ("image", Role::Image),
            ("split", Role::Split),
            ("subject_id", Role::Subject),
            ("onset", Role::Other),
            ("cocoId", Role::Other),
            ("response_time", Role::Other),
            ("stim_onset", Role::Other),
            ("stimulus_duration", Role::Other),
            ("run_time", Role::Other),
            ("session_trial", Role::Other),
            ("trial_type", Role::Trial),
        ] {
            assert_eq!(Role::of(name, true), Some(role), "{name}");
        }
        for name in ["a", "unit0", "V1", "0", "voxel_3", "FFA-1", "run_1", "image_0", "left_V1"] {
            assert_eq!(Role::of(name, true), None, "{name}");
        }
        assert_eq!(Role::of("roi", false), Some(Role::Other));
        assert_eq!(Role::of("trial_3", false), None);
    }

    #[test]
    fn voxels_are_marked_by_name() {
        for name in ["voxel_0", "voxel_V1_3", "Voxel 12", "vox12", "VOXEL-3"] {
            assert!(is_marked(name), "{name}");
        }
        for name in ["voxels", "voxel", "unit3", "vox_left", "voxel_mean", "voxel_sd", "voxel_id", "voxel_number"] {
            assert!(!is_marked(name), "{name}");
        }
        assert_eq!(voxel_number("voxel_012"), Some(12));
        assert_eq!(voxel_number("voxel_29.0"), Some(29));
        // pandas calls the second of two columns "voxel_3" so.
        assert_eq!(voxel_number("voxel_3.1"), None);
        assert_eq!(voxel_number("voxel_V1"), None);
    }
}
