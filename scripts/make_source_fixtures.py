"""Writes the test files of crates/data with the tools that write such files in the field.

    pip install numpy scipy h5py bdpy nibabel pillow pandas tables
    python scripts/make_source_fixtures.py crates/data/tests/fixtures

Each kind has a folder, with `expected.json`: what the foreign tool reads back. Values are drawn from a fixed seed;
`versions.txt` says which versions wrote the files.
"""

import csv
import importlib.metadata
import json
import pathlib
import sys

import bdpy
import h5py
import nibabel as nib
import numpy as np
import pandas as pd
import scipy.io
from PIL import Image

OUT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "crates/data/tests/fixtures")
TOOLS = ["numpy", "scipy", "h5py", "bdpy", "nibabel", "pillow", "pandas", "tables"]


def listing(array):
    return np.asarray(array, dtype=float).tolist()


def save(folder, expected):
    (folder / "expected.json").write_text(json.dumps(expected, indent=0, sort_keys=True) + "\n")


def savemat(path, variables):
    """As scipy writes it, without the time of writing in its first line."""
    scipy.io.savemat(path, variables, do_compression=True)
    with open(path, "r+b") as file:
        file.write(b"MATLAB 5.0 MAT-file Platform: posix".ljust(116))


def pictures(rng, folder, names, side=8):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        Image.fromarray(rng.integers(0, 255, (side, side, 3), dtype=np.uint8)).save(folder / name)


def bdata(rng, labels, kinds, runs, voxels):
    """A BData as the lab's scripts make it; `kinds` of None leaves DataType out, as in Deeprecon."""
    data = bdpy.BData()
    data.add(rng.normal(size=(len(labels), voxels)), "VoxelData")
    if kinds is not None:
        data.add(np.array([kinds], float).T, "DataType")
    data.add(np.array([runs], float).T, "Run")
    data.add(np.array([labels]).T, "Label" if kinds is not None else "stimulus_id")
    data.add_metadata("ROI_V1", [1, 1, 0, 0, 0][:voxels], "V1", where="VoxelData")
    data.add_metadata("ROI_V2", [0, 1, 1, 0, 0][:voxels], "V2", where="VoxelData")
    data.add_metadata("ROI_FFA", [0, 0, 1, 1, 0][:voxels], "FFA", where="VoxelData")
    for axis, offset in [("x", 0.5), ("y", 10.5), ("z", 20.5)]:
        data.add_metadata(f"voxel_{axis}", [offset + i for i in range(voxels)], axis, where="VoxelData")
    return data


def store(data, path):
    """Without the header, which holds the script's own path."""
    whole = path.with_suffix(".whole.h5")
    data.save(str(whole))
    with h5py.File(whole) as source, h5py.File(path, "w") as file:
        for name in source:
            if name != "header":
                source.copy(name, file)
    whole.unlink()
    return bdpy.BData(str(path))


def god():
    folder = OUT / "god"
    (folder / "images").mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(40)
    train = [1518878.010042, 1518878.005958, 1639765.052902, 1677366.018182, 1846331.017038]
    test = [1943899.024131, 1976957.013223]
    labels = train + train[:2] + [np.nan] + test + test[::-1] + [test[0]]
    kinds = [1] * 7 + [1] + [2] * 4 + [3]
    runs = [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 4, 5]
    again = store(bdata(rng, labels, kinds, runs, 5), folder / "subject.h5")
    expected = {
        "V1 + V2 - FFA": listing(again.select("ROI_V1 + ROI_V2 - ROI_FFA")),
        "VoxelData": listing(again.get("VoxelData")),
        "Label": [None if np.isnan(v) else v for v in again.get("Label").ravel()],
    }
    values = again.metadata.value
    cell = np.empty((1, 3), dtype=object)
    cell[0, 0] = np.array([again.metadata.key], dtype=object)
    cell[0, 1] = np.array([again.metadata.description], dtype=object)
    cell[0, 2] = values
    savemat(folder / "subject.mat", {"dataSet": again.dataset, "metaData": cell})
    two = np.random.default_rng(41)
    first = store(bdata(two, train, None, [1, 1, 1, 2, 2], 5), folder / "training.h5")
    second = store(bdata(two, test + test, None, [1, 1, 2, 2], 5), folder / "test.h5")
    expected["training"], expected["test"] = listing(first.get("VoxelData")), listing(second.get("VoxelData"))
    save(folder, expected)
    lines = []
    for index, label in enumerate(train + test):
        synset, image = f"{label:.6f}".split(".")
        name = f"n{int(synset):08}_{int(image)}"
        if index == 3:  # this one has another name, which only the list tells
            lines.append(f"{label:.6f},renamed.JPEG")
            name = "renamed"
        Image.fromarray(rng.integers(0, 255, (12, 16, 3), dtype=np.uint8)).save(folder / "images" / f"{name}.JPEG")
    (folder / "imageID_training.csv").write_text("\n".join(lines) + "\n")


def ssr():
    folder = OUT / "ssr"
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(50)
    order = rng.permutation(6)
    labels = np.repeat(np.arange(3), 4)[rng.permutation(12)]
    test = rng.normal(size=(12, 7)).astype("f4")
    means = np.stack([test[labels == picture].mean(0) for picture in range(3)])
    masks = {name: rng.integers(0, 2, 7).astype(bool) for name in ["V1", "V2", "FFA", "LVC", "VC"]}
    train, ceiling, snr = rng.normal(size=(6, 7)), rng.random(7), rng.random(7)
    np.savez(folder / "sbj_1.npz", train, test, means, order, labels, ceiling, snr, **masks)
    pictures = {"train_images": rng.random((6, 8, 8, 3)).astype("f4"), "test_images": rng.random((3, 8, 8, 3)).astype("f4")}
    np.savez_compressed(folder / "images_112.npz", **pictures)
    depth = {name: np.concatenate([np.round(a * 255), a[..., :1]], -1).astype("u1") for name, a in pictures.items()}
    np.savez_compressed(folder / "rgbd.npz", **depth)
    again = np.load(folder / "sbj_1.npz")
    expected = {name: listing(again[name]) for name in again.files}
    expected["first_test_image"] = np.round(pictures["test_images"][0] * 255).astype(int).ravel().tolist()
    save(folder, expected)


def nsd():
    folder = OUT / "nsd"
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(60)
    affine = np.diag([1.8, 1.8, 1.8, 1.0])
    affine[:3, 3] = [-10, -20, -30]
    x, y, z, trials = 3, 4, 5, 6
    mask = (rng.random((x, y, z)) < 0.3).astype("i2")
    nib.save(nib.Nifti1Image(mask, affine), folder / "nsdgeneral.nii.gz")
    rois = rng.integers(0, 3, (x, y, z)).astype("i2")
    nib.save(nib.Nifti1Image(rois, affine), folder / "prf-visualrois.nii.gz")
    (folder / "prf-visualrois.mgz.ctab").write_text("0 Unknown\n1 V1v\n2 V1d\n")
    ncsnr = rng.random((x, y, z)).astype("f4")
    nib.save(nib.Nifti1Image(ncsnr, affine), folder / "ncsnr.nii.gz")
    expected = {"V1v": (rois[mask > 0] == 1).tolist(), "ncsnr": listing(ncsnr[mask > 0])}
    for session in [1, 2]:
        betas = rng.integers(-3000, 3000, (x, y, z, trials)).astype("i2")
        for kind in ["hdf5", "nifti"]:
            (folder / kind).mkdir(exist_ok=True)
        with h5py.File(folder / "hdf5" / f"betas_session{session:02}.hdf5", "w") as file:
            file.create_dataset("betas", data=betas.transpose(3, 2, 1, 0), chunks=(1, z, y, x))
        nib.save(nib.Nifti1Image(betas, affine), folder / "nifti" / f"betas_session{session:02}.nii.gz")
        again = np.asanyarray(nib.load(folder / "nifti" / f"betas_session{session:02}.nii.gz").dataobj)
        expected[f"session{session}"] = listing(again[mask > 0].T / 300)
    ordering = np.zeros((1, 1500), "u2")
    ordering[0, :6], ordering[0, 750:756] = [1, 1001, 2, 1002, 1003, 1001], [1, 1004, 1002, 2, 1, 1003]
    subjectim = np.zeros((8, 1004), "u2")
    subjectim[1, [0, 1, 1000, 1001, 1002, 1003]] = [4, 2, 7, 1, 3, 6]
    design = {"masterordering": ordering, "subjectim": subjectim, "sharedix": np.array([[4, 2]])}
    savemat(folder / "nsd_expdesign.mat", design)
    with h5py.File(folder / "nsd_stimuli.hdf5", "w") as file:
        brick = rng.integers(0, 255, (8, 8, 8, 3), dtype=np.uint8)
        file.create_dataset("imgBrick", data=brick, chunks=(1, 8, 8, 3))
    images = [subjectim[1, place - 1] - 1 for place in [*ordering[0, :6], *ordering[0, 750:756]]]
    expected["pictures"] = [int(image) for image in images]
    expected["brick[3]"] = brick[3].ravel().tolist()
    expected["xyz"] = listing(nib.affines.apply_affine(affine, np.argwhere(mask > 0)))
    with h5py.File(folder / "betas_all_subj02_fp32_renorm.hdf5", "w") as file:
        file.create_dataset("betas", data=rng.normal(size=(6, 9)).astype("f4"))
    with h5py.File(folder / "betas_all_subj02_fp32_renorm.hdf5") as file:
        expected["table"] = listing(file["betas"][:])
    save(folder, expected)


def things():
    folder = OUT / "things"
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(70)
    shown = ["aardvark_06s.jpg", "abacus_02s.jpg", "cat_01b.jpg", "abacus_02s.jpg", "dog_03s.jpg", "cat_01b.jpg", "egg_04n.jpg"]
    trials = pd.DataFrame({
        "trial_type": ["train", "test", "test", "test", "train", "test", "train"],
        "session": [1, 1, 1, 1, 2, 2, 2],
        "run": [1, 1, 2, 2, 1, 1, 2],
        "subject_id": 1,
        "trial_id": range(7),
        "stimulus": shown,
        "concept": [name.split("_")[0] for name in shown],
    })
    trials.iloc[::-1].to_csv(folder / "sub-01_StimulusMetadata.csv", index=False)  # joined by trial_id, not by place
    voxels = pd.DataFrame({
        "subject_id": 1,
        "voxel_id": [3, 4, 5, 0, 1, 2],
        "voxel_x": rng.integers(0, 70, 6), "voxel_y": rng.integers(0, 70, 6), "voxel_z": rng.integers(0, 60, 6),
        "nc_singletrial": rng.random(6) * 50, "nc_testset": rng.random(6) * 100,
        "prf-eccentricity": [1.5, np.nan, 2.5, 3.5, np.nan, 0.5],
        "V1": [1, 0, 0, 1, 1, 0], "V2": [0, 1, 0, 0, 1, 0], "lFFA": [False, False, True, False, False, True],
    })
    voxels.to_csv(folder / "sub-01_VoxelMetadata.csv", index=False)
    responses = pd.DataFrame(rng.normal(size=(6, 7)).astype("f4"), columns=[str(i) for i in range(7)])
    responses.insert(0, "voxel_id", range(6))
    responses.to_hdf(folder / "sub-01_ResponseData.h5", key="ResponseData", mode="w")
    responses.to_hdf(folder / "table.h5", key="ResponseData", mode="w", format="table")
    again = pd.read_hdf(folder / "sub-01_ResponseData.h5")
    table = pd.read_csv(folder / "sub-01_VoxelMetadata.csv").set_index("voxel_id").loc[again.voxel_id]
    kept = ((table.V1 + table.V2) > 0) & ~table.lFFA
    values = again.drop(columns="voxel_id").to_numpy().T
    expected = {
        "responses": listing(values),
        "V1 + V2 - lFFA": listing(values[:, kept.to_numpy()]),
        "nc_testset": listing(table.nc_testset),
        "xyz": listing(table[["voxel_x", "voxel_y", "voxel_z"]]),
        "stimulus": shown,
    }
    for concept in sorted(set(trials.concept)):
        pictures(rng, folder / "images" / concept, sorted({name for name in shown if name.startswith(concept)}))
    save(folder, expected)


def vim1():
    """MATLAB's version 7.3 is HDF5 behind 512 bytes, its axes turned round."""
    folder = OUT / "vim1"
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(80)
    train, test = rng.normal(size=(5, 9)).astype("f4"), rng.normal(size=(3, 9)).astype("f4")
    train[2, 4], test[0, 7] = np.nan, np.nan
    places, codes = rng.choice(64 * 64 * 18, 9, replace=False) + 1, np.array([1, 1, 2, 0, 6, 7, 3, 4, 5])
    path = folder / "EstimatedResponses.mat"
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, values in [("dataTrnS1", train), ("dataValS1", test)]:
            file.create_dataset(name, data=values, chunks=True, compression="gzip")
            file[name].attrs["MATLAB_class"] = np.bytes_("single")
        for name, values in [("voxIdxS1", places), ("roiS1", codes)]:
            file.create_dataset(name, data=values[None].astype("f8"))
            file[name].attrs["MATLAB_class"] = np.bytes_("double")
    with open(path, "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM")
    stimuli = {"stimTrn": rng.random((5, 8, 8)).astype("f4") - 0.5, "stimVal": rng.random((3, 8, 8)).astype("f4") - 0.5}
    savemat(folder / "Stimuli.mat", stimuli)
    again = scipy.io.loadmat(folder / "Stimuli.mat")
    both = np.concatenate([again["stimTrn"], again["stimVal"]])
    grey = (both - both.min()) / (both.max() - both.min()) * 255
    with h5py.File(path) as file:
        values = np.concatenate([file["dataTrnS1"][:], file["dataValS1"][:]])
        kept = np.isfinite(values).all(0)
        index = np.array(np.unravel_index(file["voxIdxS1"][0].astype(int) - 1, (64, 64, 18), order="F")).T
        regions = {"V1": (file["roiS1"][0] == 1)[kept].tolist(), "V4": (file["roiS1"][0] == 6)[kept].tolist()}
    expected = {"responses": listing(values[:, kept]), "indices": index[kept].tolist(), "grey": listing(grey[:, :, :]), **regions}
    save(folder, expected)


def bold5000():
    folder = OUT / "bold5000"
    (folder / "lists").mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(90)
    runs = {
        "CSI_sess01_run01.txt": ["n01930112_19568.JPEG", "rep_homeoffice12.jpg"],
        "CSI_sess01_run02.txt": ["COCO_train2014_000000420713.jpg", "airplanecabin1.jpg"],
        "CSI_sess02_run01.txt": ["rep_homeoffice12.jpg", "rep_COCO_train2014_000000488558.jpg"],
        "CSI_sess02_run10.txt": ["n03733281_29214.JPEG"],
        "CSI_sess02_run02.txt": ["rep_COCO_train2014_000000488558.jpg"],
    }
    for name, shown in runs.items():
        (folder / "lists" / name).write_text("\n".join(shown) + "\n")
    (folder / "repeated_stimuli_113_list.txt").write_text("homeoffice12.jpg\nCOCO_train2014_000000488558.jpg\nnever_shown.jpg\n")
    regions = {"LHPPA": 2, "RHPPA": 3, "LHEarlyVis": 4, "RHEarlyVis": 1}
    values = {name: rng.normal(size=(8, count)).astype("f4") for name, count in regions.items()}
    with h5py.File(folder / "CSI1_ROIs_TR34.h5", "w") as file:
        for name, array in values.items():
            file[name] = array
    for name in ["LHPPA", "RHPPA"]:  # release 2, voxels by trials
        np.save(folder / f"CSI1_GLMbetas-TYPED-FITHRF-GLMDENOISE-RR_allses_{name}.npy", values[name].T)
    names = np.array(["n01930112_19568.JPEG", "COCO_train2014_000000420713.jpg", "airplanecabin1.jpg"])
    np.savez(folder / "parcels.npz", betas=rng.normal(size=(3, 6)).astype("f4"), imgnames=names)
    with h5py.File(folder / "CSI1_ROIs_TR34.h5") as file:
        expected = {name: listing(file[name][:]) for name in file}
    expected["parcels"] = listing(np.load(folder / "parcels.npz")["betas"])
    order = ["CSI_sess01_run01.txt", "CSI_sess01_run02.txt", "CSI_sess02_run01.txt", "CSI_sess02_run02.txt", "CSI_sess02_run10.txt"]
    shown = [name for run in order for name in runs[run]]
    expected["shown"] = [name.removeprefix("rep_") for name in shown]
    pictures(rng, folder / "images", sorted(set(shown)))
    save(folder, expected)


def derived():
    """What others made of NSD: brain-diffuser's tables and the Algonauts challenge of 2023."""
    folder = OUT / "derived"
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(100)
    for part, count in [("train", 5), ("test", 2)]:
        np.save(folder / f"nsd_{part}_fmriavg_nsdgeneral_sub1.npy", rng.normal(size=(count, 6)))
        np.save(folder / f"nsd_{part}_stim_sub1.npy", rng.integers(0, 255, (count, 8, 8, 3), dtype=np.uint8))
    subject = folder / "subj01"
    (subject / "training_split" / "training_fmri").mkdir(parents=True, exist_ok=True)
    (subject / "roi_masks").mkdir(exist_ok=True)
    for side, count, codes in [("lh", 4, [1, 0, 2, 1]), ("rh", 3, [2, 0, 1])]:
        np.save(subject / "training_split" / "training_fmri" / f"{side}_training_fmri.npy", rng.normal(size=(6, count)).astype("f4"))
        np.save(subject / "roi_masks" / f"{side}.prf-visualrois_challenge_space.npy", np.array(codes))
    np.save(subject / "roi_masks" / "mapping_prf-visualrois.npy", {0: "Unknown", 1: "V1v", 2: "V1d"})
    names = [f"train-{row + 1:04}_nsd-{row * 7 + 13:05}.png" for row in range(6)]
    pictures(rng, subject / "training_split" / "training_images", names)
    both = [np.load(subject / "training_split" / "training_fmri" / f"{side}_training_fmri.npy") for side in ["lh", "rh"]]
    codes = np.concatenate([np.load(subject / "roi_masks" / f"{side}.prf-visualrois_challenge_space.npy") for side in ["lh", "rh"]])
    mapping = np.load(subject / "roi_masks" / "mapping_prf-visualrois.npy", allow_pickle=True).item()
    expected = {name: (codes == code).tolist() for code, name in mapping.items() if code}
    expected["algonauts"] = listing(np.concatenate(both, axis=1))
    for part in ["train", "test"]:
        expected[part] = listing(np.load(folder / f"nsd_{part}_fmriavg_nsdgeneral_sub1.npy"))
        expected[f"{part} pictures"] = np.load(folder / f"nsd_{part}_stim_sub1.npy").tolist()
    save(folder, expected)


def generic():
    """One table of responses in every format that a manifest can name, and its images."""
    folder = OUT / "generic"
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(110)
    table = rng.normal(size=(6, 4)).astype("f4")
    frame = pd.DataFrame(table, columns=[f"unit{n}" for n in range(4)])
    np.save(folder / "table.npy", np.asfortranarray(table))
    np.savez_compressed(folder / "table.npz", other=np.zeros(3), rates=table)
    scipy.io.savemat(folder / "nested.mat", {"session": {"rates": table, "animal": "PE"}})
    with open(folder / "nested.mat", "r+b") as file:
        file.write(b"MATLAB 5.0 MAT-file Platform: posix".ljust(116))
    with h5py.File(folder / "table.h5", "w") as file:
        file.create_dataset("spikes/rates", data=table, chunks=(2, 4), compression="gzip", shuffle=True)
        file.create_dataset("spikes/other", data=np.zeros(3))
    frame.to_csv(folder / "table.csv", index=False)
    frame.to_csv(folder / "bare.tsv", index=False, header=False, sep="\t")
    np.save(folder / "images.npy", rng.integers(0, 255, (6, 8, 8, 3), dtype=np.uint8))
    expected = {
        "table.npy": listing(np.load(folder / "table.npy")),
        "table.npz": listing(np.load(folder / "table.npz")["rates"]),
        "nested.mat": listing(scipy.io.loadmat(folder / "nested.mat", simplify_cells=True)["session"]["rates"]),
        "table.h5": listing(h5py.File(folder / "table.h5")["spikes/rates"]),
        "table.csv": listing(pd.read_csv(folder / "table.csv")),
        "bare.tsv": listing(pd.read_csv(folder / "bare.tsv", sep="\t", header=None)),
        "images": np.load(folder / "images.npy").tolist(),
    }
    save(folder, expected)


def tables():
    """One table of responses as pandas and numpy write it as text, 12 trials by 4 voxels."""
    folder = OUT / "tables"
    folder.mkdir(parents=True, exist_ok=True)
    values = np.random.default_rng(120).normal(size=(12, 4)).astype("f4")
    frame = pd.DataFrame(values, columns=list("abcd"))
    numbered = pd.DataFrame(values)
    trials = {"trial": range(12), "session": np.repeat([1, 2], 6), "run": np.tile(np.repeat([1, 2], 3), 2)}
    voxels = pd.DataFrame(values, columns=[f"voxel_{n}" for n in range(4)])
    frame.to_csv(folder / "index.csv")
    frame.to_csv(folder / "noindex.csv", index=False)
    frame.to_csv(folder / "bare.csv", index=False, header=False)
    frame.to_csv(folder / "semicolon.csv", index=False, sep=";", decimal=",")
    frame.to_csv(folder / "semicolon_index.csv", sep=";", decimal=",", encoding="utf-8-sig", lineterminator="\r\n")
    frame.to_csv(folder / "comma_decimal_quoted.csv", index=False, decimal=",")
    frame.to_csv(folder / "tab.tsv", sep="\t")
    frame.to_csv(folder / "comma.tsv", index=False)
    frame.to_csv(folder / "packed.csv.gz", compression={"method": "gzip", "mtime": 0})
    frame.to_csv(folder / "exponents.csv", index=False, float_format="%.8e")
    frame.to_csv(folder / "quoted.csv", quoting=csv.QUOTE_ALL)
    frame.to_csv(folder / "words_quoted.csv", quoting=csv.QUOTE_NONNUMERIC)
    frame.to_csv(folder / "mark.csv", encoding="utf-8-sig")
    frame.to_csv(folder / "windows.csv", lineterminator="\r\n")
    frame.to_csv(folder / "index_label.csv", index_label="trial")
    frame.reset_index().to_csv(folder / "reset.csv")
    numbered.to_csv(folder / "numbered.csv", index=False)
    numbered.to_csv(folder / "numbered_index.csv")
    numbered.rename(columns=lambda n: n + 1).to_csv(folder / "numbered_from_1.tsv", index=False, sep="\t")
    pd.concat([pd.DataFrame(trials), voxels], axis=1).to_csv(folder / "trials.csv", index=False)
    pd.concat([pd.DataFrame(trials), frame], axis=1).to_csv(folder / "trials_unmarked.csv")
    frame.set_index([trials["session"], trials["run"]]).to_csv(folder / "rows_of_two_levels.csv")
    voxels[["voxel_2", "voxel_0", "voxel_3", "voxel_1"]].to_csv(folder / "voxels_mixed.csv", index=False)
    np.savetxt(folder / "savetxt.csv", values)
    np.savetxt(folder / "savetxt_commas.csv", values, delimiter=",")
    np.savetxt(folder / "savetxt_header.csv", values, delimiter=",", header="a,b,c,d")
    np.savetxt(folder / "savetxt_comment.tsv", values, delimiter="\t", fmt="%.9g", header="z-scored\nby run")
    read = [path.name for path in folder.iterdir() if path.suffix != ".json"]
    two_levels = pd.MultiIndex.from_product([["V1", "V2"], [0, 1]], names=["roi", "voxel"])
    frame.to_csv(folder / "refused_bare_index.csv", header=False)
    frame.set_axis(two_levels, axis=1).to_csv(folder / "refused_columns_of_two_levels.csv")
    frame.set_axis(pd.MultiIndex.from_product([list("abcd"), [0]]), axis=1).to_csv(folder / "refused_levels.csv", index=False)
    numbered.rename(columns={0: 3, 1: 7, 2: 9, 3: 15}).to_csv(folder / "refused_chosen_columns.csv", index=False)
    frame.assign(clicks=31).to_csv(folder / "refused_whole_numbers.csv", index=False)
    frame.assign(elapsed=np.arange(12) * 1.5).to_csv(folder / "refused_rising.csv", index=False)
    torn = "\n".join(",".join(f"{value:.6f}".replace(".", ",") for value in row) for row in values)
    (folder / "refused_torn.csv").write_text(torn + "\n")
    (folder / "refused_torn_header.csv").write_text("a,b,c,d\n" + torn + "\n")
    save(folder, {"values": listing(values), "read": sorted(read)})


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    god()
    ssr()
    nsd()
    things()
    vim1()
    bold5000()
    derived()
    generic()
    tables()
    versions = [f"{tool} {importlib.metadata.version(tool)}" for tool in TOOLS]
    (OUT / "versions.txt").write_text("\n".join(versions) + "\n")
