"""Writes the test files of crates/data with the tools that write such files in the field.

    pip install numpy scipy h5py bdpy nibabel pillow
    python scripts/make_source_fixtures.py crates/data/tests/fixtures

Each kind has a folder, with `expected.json`: what the foreign tool reads back. Values are drawn from a fixed seed;
`versions.txt` says which versions wrote the files.
"""

import importlib.metadata
import json
import pathlib
import sys

import bdpy
import h5py
import nibabel as nib
import numpy as np
import scipy.io
from PIL import Image

OUT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "crates/data/tests/fixtures")
TOOLS = ["numpy", "scipy", "h5py", "bdpy", "nibabel", "pillow"]


def listing(array):
    return np.asarray(array, dtype=float).tolist()


def save(folder, expected):
    (folder / "expected.json").write_text(json.dumps(expected, indent=0, sort_keys=True) + "\n")


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
    scipy.io.savemat(folder / "subject.mat", {"dataSet": again.dataset, "metaData": cell}, do_compression=True)
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
    scipy.io.savemat(folder / "nsd_expdesign.mat", design, do_compression=True)
    with h5py.File(folder / "nsd_stimuli.hdf5", "w") as file:
        brick = rng.integers(0, 255, (8, 8, 8, 3), dtype=np.uint8)
        file.create_dataset("imgBrick", data=brick, chunks=(1, 8, 8, 3))
    images = [subjectim[1, place - 1] - 1 for place in [*ordering[0, :6], *ordering[0, 750:756]]]
    expected["pictures"] = [int(image) for image in images]
    expected["brick[3]"] = brick[3].ravel().tolist()
    expected["xyz"] = listing(nib.affines.apply_affine(affine, np.argwhere(mask > 0)))
    save(folder, expected)


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    god()
    ssr()
    nsd()
    versions = [f"{tool} {importlib.metadata.version(tool)}" for tool in TOOLS]
    (OUT / "versions.txt").write_text("\n".join(versions) + "\n")
