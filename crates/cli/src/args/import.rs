//! The arguments of `afterimage import`, one kind of source each.

use std::path::PathBuf;

/// Kinds of source.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Kind {
    /// A table of responses and a folder, archive or array of images, joined by a manifest
    #[command(after_help = "Example: afterimage import generic v4.toml --out v4.afterimage")]
    Generic(Generic),
    /// The figures and letters of Miyawaki et al. 2008, from one MAT file
    #[command(
        after_help = "Example: afterimage import miyawaki miyawaki_structured_28x28.mat --out figures.afterimage"
    )]
    Miyawaki(Miyawaki),
    /// Generic Object Decoding and Deeprecon: bdpy's HDF5 or MAT, and the pictures of ImageNet
    #[command(
        after_help = "Example: afterimage import god Subject3.mat --images images.zip --roi VC --out god_s3.afterimage"
    )]
    God(God),
    /// The recordings that accompany Gaziv et al. 2022: sbj_X.npz and images_112.npz
    #[command(after_help = "Example: afterimage import ssr sbj_3.npz --images images_112.npz --out s3.afterimage")]
    Ssr(Ssr),
    /// The Natural Scenes Dataset: one subject's betas, mask, design and pictures
    #[command(
        after_help = "Example: afterimage import nsd --subject 1 --betas betas_fithrf_GLMdenoise_RR --mask nsdgeneral.nii.gz --design nsd_expdesign.mat --stimuli nsd_stimuli.hdf5 --out nsd_s1.afterimage"
    )]
    Nsd(Nsd),
    /// NSD as brain-diffuser prepares it: tables of means, training and test apart
    #[command(
        after_help = "Example: afterimage import brain-diffuser nsd_train_fmriavg_nsdgeneral_sub1.npy nsd_test_fmriavg_nsdgeneral_sub1.npy --train-images nsd_train_stim_sub1.npy --test-images nsd_test_stim_sub1.npy --out nsd_s1.afterimage"
    )]
    BrainDiffuser(BrainDiffuser),
    /// NSD as the Algonauts 2023 challenge gives it: a subject's folder
    #[command(
        after_help = "Example: afterimage import algonauts2023 subj01 --test 500 --validation 500 --out subj01.afterimage"
    )]
    Algonauts2023(Algonauts2023),
    /// BOLD5000, both releases: responses by region and the presentation lists
    #[command(
        after_help = "Example: afterimage import bold5000 CSI1_ROIs_TR34.h5 --lists Stimuli_Presentation_Lists/CSI1 --images Presented_Stimuli --out csi1.afterimage"
    )]
    Bold5000(Bold5000),
    /// THINGS-fMRI: a subject's responses, voxel table and stimulus table
    #[command(
        after_help = "Example: afterimage import things sub-01_ResponseData.h5 --voxels sub-01_VoxelMetadata.csv --stimuli sub-01_StimulusMetadata.csv --images object_images --out sub-01.afterimage"
    )]
    Things(Things),
    /// vim-1 (Kay et al. 2008): estimated responses and grey photographs
    #[command(
        after_help = "Example: afterimage import vim1 EstimatedResponses.mat --stimuli Stimuli.mat --subject 1 --out vim1_s1.afterimage"
    )]
    Vim1(Vim1),
    /// Any NIfTI or MGH series with a table of what was shown, such as BIDS events
    #[command(
        after_help = "Example: afterimage import nifti sub-01_run-*_bold.nii.gz --mask vt.nii.gz --test-runs 10,11 --out sub-01.afterimage"
    )]
    Nifti(Nifti),
}

/// Where the data set goes.
#[derive(Debug, clap::Args)]
pub(crate) struct Out {
    /// The data set to make.
    #[arg(long, value_name = "DATASET")]
    pub(crate) out: PathBuf,
    /// Replace a data set that is there.
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Print the summary as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Height and width of the stored images.
#[derive(Debug, clap::Args)]
pub(crate) struct Side {
    /// Height and width of the stored images, pixels.
    #[arg(long, value_name = "PIXELS", default_value_t = 112, value_parser = clap::value_parser!(u16).range(8..=2048))]
    pub(crate) image_side: u16,
}

/// Which voxels, and which training pictures are held out for early stopping.
#[derive(Debug, clap::Args)]
pub(crate) struct Choice {
    /// Keep the voxels of a region expression, such as "V1 + V2 - FFA".
    #[arg(long, value_name = "REGIONS")]
    pub(crate) roi: Option<String>,
    /// Training pictures held out for early stopping, drawn by the seed.
    #[arg(long, value_name = "PICTURES", default_value_t = 0)]
    pub(crate) validation: usize,
    /// Seed of the draw.
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Generic {
    /// The manifest, TOML: which responses, which images, in which order.
    pub(crate) manifest: PathBuf,
    #[command(flatten)]
    pub(crate) out: Out,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Miyawaki {
    /// The MAT file with fmriTrn, stimTrn, labelTrn and their Test counterparts.
    pub(crate) file: PathBuf,
    /// Figures held out for the test, drawn by the seed.
    #[arg(long, default_value_t = 5)]
    pub(crate) test: usize,
    /// The figures to hold out by number, such as 0,5,10,15, instead of drawn ones.
    #[arg(long, value_delimiter = ',', conflicts_with = "test")]
    pub(crate) test_figures: Option<Vec<usize>>,
    /// Figures held out for early stopping.
    #[arg(long, default_value_t = 2)]
    pub(crate) validation: usize,
    /// Seed of the draw.
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    #[command(flatten)]
    pub(crate) side: Side,
    #[command(flatten)]
    pub(crate) out: Out,
}

#[derive(Debug, clap::Args)]
pub(crate) struct God {
    /// Responses as bdpy writes them, HDF5 or MAT.
    pub(crate) file: PathBuf,
    /// The test samples, where they are in a file of their own, as in Deeprecon.
    #[arg(long, value_name = "FILE")]
    pub(crate) test_file: Option<PathBuf>,
    /// Folder or archive with the pictures, called like n01518878_10042.JPEG.
    #[arg(long)]
    pub(crate) images: PathBuf,
    /// Lists of labels and file names (imageID_training.csv, imageID_test.csv), where pictures have other names.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub(crate) image_lists: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) choice: Choice,
    #[command(flatten)]
    pub(crate) side: Side,
    #[command(flatten)]
    pub(crate) out: Out,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Ssr {
    /// The responses, sbj_X.npz.
    pub(crate) file: PathBuf,
    /// The pictures, images_112.npz.
    #[arg(long)]
    pub(crate) images: PathBuf,
    #[command(flatten)]
    pub(crate) choice: Choice,
    #[command(flatten)]
    pub(crate) side: Side,
    #[command(flatten)]
    pub(crate) out: Out,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Nsd {
    /// The subject.
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=8))]
    pub(crate) subject: u8,
    /// Folder with betas_sessionNN.hdf5 or .nii.gz, all of which are imported; or MindEye's
    /// betas_all_subj0X_fp32_renorm.hdf5, which needs no mask.
    #[arg(long, value_name = "PATH")]
    pub(crate) betas: PathBuf,
    /// Volume of the voxels to keep, such as nsdgeneral.nii.gz: those above zero.
    #[arg(long, value_name = "FILE")]
    pub(crate) mask: Option<PathBuf>,
    /// Volumes with regions, such as prf-visualrois.nii.gz, their label tables (.ctab) beside them.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub(crate) regions: Vec<PathBuf>,
    /// The volume ncsnr.nii.gz, kept as a column of the voxels.
    #[arg(long, value_name = "FILE")]
    pub(crate) ncsnr: Option<PathBuf>,
    /// The experiment's design, nsd_expdesign.mat.
    #[arg(long, value_name = "FILE")]
    pub(crate) design: PathBuf,
    /// The pictures, nsd_stimuli.hdf5.
    #[arg(long, value_name = "FILE")]
    pub(crate) stimuli: PathBuf,
    #[command(flatten)]
    pub(crate) choice: Choice,
    #[command(flatten)]
    pub(crate) side: Side,
    #[command(flatten)]
    pub(crate) out: Out,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Nifti {
    /// The series, one for each run or one with all runs; a trial or a time point is a volume.
    #[arg(required = true)]
    pub(crate) series: Vec<PathBuf>,
    /// A table for each series; without any, X_events.tsv beside X_bold.nii.gz.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub(crate) tables: Vec<PathBuf>,
    /// Volume of the voxels to keep: those above zero.
    #[arg(long)]
    pub(crate) mask: Option<PathBuf>,
    /// Volumes with regions.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub(crate) regions: Vec<PathBuf>,
    /// The pictures that the tables name: a folder, archive or array. Without it, stimuli are conditions.
    #[arg(long)]
    pub(crate) images: Option<PathBuf>,
    /// Runs held out for the test, counted from 0, where stimuli are conditions.
    #[arg(long, value_delimiter = ',', conflicts_with = "images")]
    pub(crate) test_runs: Vec<u16>,
    /// Runs held out for early stopping, where stimuli are conditions.
    #[arg(long, value_delimiter = ',', conflicts_with = "images")]
    pub(crate) validation_runs: Vec<u16>,
    /// Pictures held out for the test, drawn by the seed.
    #[arg(long, value_name = "PICTURES", default_value_t = 0, requires = "images")]
    pub(crate) test: usize,
    /// Seconds from a stimulus to its response.
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0)]
    pub(crate) delay: f64,
    /// Seconds from volume to volume, instead of the header's.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) tr: Option<f64>,
    /// Conditions that are no stimulus.
    #[arg(long, value_delimiter = ',', default_value = "rest")]
    pub(crate) rest: Vec<String>,
    /// Take a straight line out of each voxel, run by run.
    #[arg(long)]
    pub(crate) detrend: bool,
    /// Standardise each voxel, run by run.
    #[arg(long)]
    pub(crate) zscore: bool,
    #[command(flatten)]
    pub(crate) choice: Choice,
    #[command(flatten)]
    pub(crate) side: Side,
    #[command(flatten)]
    pub(crate) out: Out,
}

#[derive(Debug, clap::Args)]
pub(crate) struct BrainDiffuser {
    /// Training responses, pictures by voxels.
    pub(crate) train: PathBuf,
    /// Test responses.
    pub(crate) test: PathBuf,
    /// Pictures of the training in the order of the rows: an .npy, or a folder in the order of its names.
    #[arg(long)]
    pub(crate) train_images: PathBuf,
    /// Pictures of the test.
    #[arg(long)]
    pub(crate) test_images: PathBuf,
    /// Training pictures held out for early stopping, drawn by the seed.
    #[arg(long, value_name = "PICTURES", default_value_t = 0)]
    pub(crate) validation: usize,
    /// Seed of the draw.
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    #[command(flatten)]
    pub(crate) side: Side,
    #[command(flatten)]
    pub(crate) out: Out,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Algonauts2023 {
    /// A subject's folder, with training_split and roi_masks.
    pub(crate) folder: PathBuf,
    /// Pictures held out for the test, drawn by the seed: the challenge keeps the responses of its own.
    #[arg(long, value_name = "PICTURES")]
    pub(crate) test: usize,
    #[command(flatten)]
    pub(crate) choice: Choice,
    #[command(flatten)]
    pub(crate) side: Side,
    #[command(flatten)]
    pub(crate) out: Out,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Bold5000 {
    /// One .h5 of release 1, the .npy files of release 2, or an .npz with betas and imgnames.
    #[arg(required = true)]
    pub(crate) responses: Vec<PathBuf>,
    /// Presentation lists in the order of the trials, or their folder.
    #[arg(long, num_args = 1.., value_name = "PATH")]
    pub(crate) lists: Vec<PathBuf>,
    /// The list of repeated pictures, which are the test; without it, those called rep_ or shown more than once.
    #[arg(long, value_name = "FILE")]
    pub(crate) repeated: Option<PathBuf>,
    /// Folder or archive of the pictures.
    #[arg(long)]
    pub(crate) images: Option<PathBuf>,
    /// Pictures held out for the test where none was repeated, drawn by the seed.
    #[arg(long, value_name = "PICTURES", default_value_t = 0)]
    pub(crate) test: usize,
    #[command(flatten)]
    pub(crate) choice: Choice,
    #[command(flatten)]
    pub(crate) side: Side,
    #[command(flatten)]
    pub(crate) out: Out,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Things {
    /// The responses, sub-XX_ResponseData.h5.
    pub(crate) responses: PathBuf,
    /// The table of voxels, sub-XX_VoxelMetadata.csv.
    #[arg(long, value_name = "FILE")]
    pub(crate) voxels: PathBuf,
    /// The table of trials, sub-XX_StimulusMetadata.csv.
    #[arg(long, value_name = "FILE")]
    pub(crate) stimuli: PathBuf,
    /// Folder or archive of the pictures.
    #[arg(long)]
    pub(crate) images: PathBuf,
    #[command(flatten)]
    pub(crate) choice: Choice,
    #[command(flatten)]
    pub(crate) side: Side,
    #[command(flatten)]
    pub(crate) out: Out,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Vim1 {
    /// EstimatedResponses.mat
    pub(crate) responses: PathBuf,
    /// Stimuli.mat
    #[arg(long, value_name = "FILE")]
    pub(crate) stimuli: PathBuf,
    /// The subject.
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=2))]
    pub(crate) subject: u8,
    #[command(flatten)]
    pub(crate) choice: Choice,
    #[command(flatten)]
    pub(crate) side: Side,
    #[command(flatten)]
    pub(crate) out: Out,
}
