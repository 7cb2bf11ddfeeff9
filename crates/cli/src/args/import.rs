//! The arguments of `afterimage import`, one kind of source each.

mod sources;

use std::path::PathBuf;

use afterimage_data::NameOrder;

pub(crate) use sources::{
    Algonauts2023, Bold5000, BrainDiffuser, Generic, God, Miyawaki, Nifti, Nsd, Ssr, Things, Vim1,
};

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

/// How names are put in order, where natural order (2 before 10) and byte order (10 before 2) differ.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Order {
    Natural,
    Bytes,
}

impl From<Order> for NameOrder {
    fn from(order: Order) -> Self {
        match order {
            Order::Natural => Self::Natural,
            Order::Bytes => Self::Bytes,
        }
    }
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
