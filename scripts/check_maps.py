"""Opens what `afterimage encode` and `afterimage export maps` write with nibabel (and nilearn, where it is there).

    python scripts/check_maps.py RUN MAPS [--predicted PREDICTED.nii.gz PREDICTED.npy] [--source RECORDING.nii.gz]

Affine, quaternion, places and values are compared with the run's voxels.json, the table voxels.csv and, where named, the
affine of the recording that the data set was made from. Exits with an error at the first difference.
"""

import argparse
import csv
import json
import math
import os
from pathlib import Path

import nibabel
import numpy as np


def skipped(missing):
    """Says what is not checked, and lists it where `./check` counts."""
    print(f"skipped: scripts/check_maps.py: {missing}")
    with open(os.environ.get("AFTERIMAGE_SKIPPED", os.devnull), "a") as file:
        print(f"skipped: scripts/check_maps.py: {missing}", file=file)


def table(path):
    """Columns of voxels.csv by name; an empty field is NaN."""
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: [row[name] for row in rows] for name in rows[0]}


def numbers(column):
    return np.array([float(value) if value else math.nan for value in column], dtype=np.float32)


def same(what, ours, theirs, tolerance=1e-5):
    ours, theirs = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    assert ours.shape == theirs.shape, f"{what}: shapes {ours.shape} and {theirs.shape}"
    scale = np.maximum(1, np.abs(theirs))
    close = (np.abs(ours - theirs) <= tolerance * scale) | (np.isnan(ours) & np.isnan(theirs))
    assert close.all(), f"{what}: {ours[~close][:3]} and {theirs[~close][:3]}"


def check_affine(image, volume, what):
    same(f"affine of {what}", image.affine, volume["affine"])
    sform, code = image.header.get_sform(coded=True)
    assert code > 0, f"{what} has no sform"
    qform, code = image.header.get_qform(coded=True)
    rotation = np.asarray(volume["affine"])[:3, :3]
    unit = rotation / np.linalg.norm(rotation, axis=0)
    if np.abs(unit.T @ unit - np.eye(3)).max() < 1e-4:
        assert code > 0, f"{what} has no qform"
        same(f"qform of {what}", qform, sform, 1e-4)
    assert image.header.get_data_dtype() == np.float32


def check_volumes(voxels, columns, maps):
    volume = voxels["volume"]
    i, j, k = np.array(volume["indices"]).T
    affine = np.asarray(volume["affine"])
    millimetres = affine[:3, :3] @ np.stack([i, j, k]) + affine[:3, 3:]
    for axis, name in enumerate(["x_mm", "y_mm", "z_mm"]):
        same(name, numbers(columns[name]), millimetres[axis], 1e-4)
    for path in sorted(maps.glob("*.nii.gz")):
        image = nibabel.load(path)
        check_affine(image, volume, path.name)
        data = image.get_fdata(dtype=np.float32)
        assert data.shape == tuple(volume["shape"]), f"{path.name}: {data.shape}"
        same(path.name, data[i, j, k], numbers(columns[path.name.removesuffix(".nii.gz")]))
        outside = np.ones(data.shape, dtype=bool)
        outside[i, j, k] = False
        assert np.isnan(data[outside]).all(), f"{path.name} has numbers outside the voxels"
        print(f"{path.name}: {len(i)} voxels, affine and values are those of the table")


def check_surfaces(voxels, columns, maps):
    surface = voxels["surface"]
    side, vertex = np.array(surface["places"]).T
    for path in sorted(maps.glob("*.shape.gii")):
        image = nibabel.load(path)
        hemisphere, name = path.name.removesuffix(".shape.gii").split(".", 1)
        at = ["lh", "rh"].index(hemisphere)
        (array,) = image.darrays
        assert array.data.dtype == np.float32 and array.data.shape == (surface["vertices"][at],)
        assert image.meta["AnatomicalStructurePrimary"] == ["CortexLeft", "CortexRight"][at]
        assert array.meta["Name"] == name
        of_side = side == at
        same(path.name, array.data[vertex[of_side]], numbers(columns[name])[of_side])
        assert np.isfinite(array.data).sum() <= of_side.sum()
        print(f"{path.name}: {of_side.sum()} of {array.data.size} vertices, values are those of the table")


def check_predicted(voxels, nifti, npy):
    table = np.load(npy)
    names = json.loads(Path(str(npy) + ".json").read_text())["images"]
    assert table.shape == (len(names), len(voxels["ids"]))
    i, j, k = np.array(voxels["volume"]["indices"]).T
    image = nibabel.load(nifti)
    check_affine(image, voxels["volume"], nifti.name)
    assert image.shape == (*voxels["volume"]["shape"], len(names))
    same(nifti.name, image.get_fdata(dtype=np.float32)[i, j, k].T, table)
    print(f"{nifti.name}: {image.shape}, values are those of {npy.name}")


def check_nilearn(path):
    try:
        from nilearn.image import load_img, mean_img, resample_img
        from nilearn.maskers import NiftiMasker
    except ImportError:
        skipped("nilearn is not installed")
        return
    image = load_img(path)
    data = image.get_fdata()
    inside = np.isfinite(data if data.ndim == 3 else data[..., 0])
    mask = nibabel.Nifti1Image(inside.astype(np.uint8), image.affine)
    values = NiftiMasker(mask_img=mask, standardize=False).fit_transform(image)
    same("nilearn's masker", np.atleast_2d(values), np.atleast_2d(data[inside].T), 1e-4)
    still = resample_img(image if data.ndim == 3 else mean_img(image, copy_header=True), target_affine=image.affine,
                         interpolation="nearest", force_resample=True, copy_header=True)
    same("nilearn's affine", still.affine, image.affine)
    print(f"{path.name}: nilearn masks it and keeps its affine")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("maps", type=Path)
    parser.add_argument("--predicted", nargs=2, type=Path, metavar=("NIFTI", "NPY"))
    parser.add_argument("--source", type=Path)
    args = parser.parse_args()
    voxels = json.loads((args.run / "voxels.json").read_text())
    columns = table(args.maps / "voxels.csv")
    assert [int(id) for id in columns["voxel"]] == voxels["ids"]
    if voxels["volume"]:
        check_volumes(voxels, columns, args.maps)
        for path in sorted(args.maps.glob("*.nii.gz"))[:1]:
            check_nilearn(path)
    if voxels["surface"]:
        check_surfaces(voxels, columns, args.maps)
    if args.predicted:
        check_predicted(voxels, *args.predicted)
        check_nilearn(args.predicted[0])
    if args.source:
        source = nibabel.load(args.source)
        same("affine of the recording", np.asarray(voxels["volume"]["affine"]), source.affine)
        assert tuple(voxels["volume"]["shape"]) == source.shape[:3]
        print(f"{args.source.name}: the run has its grid and affine")


if __name__ == "__main__":
    main()
