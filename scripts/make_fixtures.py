"""Writes the test files of crates/formats with the tools that write such files in the field.

    pip install numpy scipy h5py hdf5storage pandas tables nibabel bdpy pillow
    python scripts/make_fixtures.py crates/formats/tests/fixtures

Beside each file `x.ext` lies `x.ext.json`: what the foreign tool reads back from it. Values are drawn from a fixed
seed; `versions.txt` says which versions wrote the files.
"""

import gzip
import importlib.metadata
import io
import json
import pathlib
import struct
import sys

import h5py
import hdf5storage
import nibabel as nib
import numpy as np
import pandas as pd
import scipy.io
import scipy.sparse
from bdpy import BData
from PIL import Image

OUT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "crates/formats/tests/fixtures")
TOOLS = ["numpy", "scipy", "h5py", "hdf5storage", "pandas", "tables", "nibabel", "bdpy", "pillow"]
INTEGERS = ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8"]


def draw(seed, shape, dtype="f8"):
    """Values of any type from a seed; wide enough that a wrong sign or byte order shows."""
    rng = np.random.default_rng(seed)
    dtype = np.dtype(dtype)
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        return rng.integers(info.min // 2, info.max // 2, size=shape, dtype=dtype.newbyteorder("=")).astype(dtype)
    if dtype.kind == "b":
        return rng.integers(0, 2, size=shape).astype(bool)
    return rng.normal(size=shape).astype(dtype)


def numbers(array):
    """Shape and values in C order; integers exact, NaN as null."""
    array = np.asarray(array)
    if array.dtype.kind in "iub":
        values = [int(value) for value in array.ravel()]
    else:
        values = [None if np.isnan(value) else float(value) for value in array.ravel()]
    return {"shape": list(array.shape), "values": values}


def save(path, expected):
    path.with_name(path.name + ".json").write_text(json.dumps(expected, indent=0, sort_keys=True) + "\n")


# ---- HDF5 ----------------------------------------------------------------------------------------------------------


def describe_h5(path):
    """Every dataset as h5py reads it."""
    found = {}

    def visit(name, node):
        if not isinstance(node, h5py.Dataset):
            return
        kind = node.dtype.kind
        if h5py.check_string_dtype(node.dtype) is not None:
            values = np.asarray(node.asstr("utf-8")[()]).ravel()
            found["/" + name] = {"shape": list(node.shape), "strings": [str(value) for value in values]}
        elif kind in "iufb":
            found["/" + name] = numbers(node[()] if node.shape is not None else np.zeros(0))

    with h5py.File(path, "r") as file:
        file.visititems(visit)
    return found


def every_kind(file):
    for code in INTEGERS + ["f2", "f4", "f8", "b1"]:
        file[f"types/{code}"] = draw(1, (3, 5), code)
        if code[1] != "1":
            file[f"types/big_{code}"] = draw(2, (3, 5), ">" + code)
    file["scalar"] = 2.5
    file["empty"] = np.zeros((0, 4), "f4")
    file["long/way/down"] = np.arange(6).reshape(1, 2, 3)
    file["fixed_strings"] = np.array([b"n01518878_10042", b"x", b""], dtype="S20")
    file.create_dataset("strings", data=["Löwe", "", "image 3.png"], dtype=h5py.string_dtype())
    pixels = draw(3, (7, 5, 5, 3), "u1")
    betas = draw(4, (10, 3, 4, 5), "i2")
    file.create_dataset("gzip", data=betas, chunks=(3, 3, 4, 5), compression="gzip")
    file.create_dataset("gzip_shuffle", data=betas, chunks=(4, 2, 3, 3), compression="gzip", shuffle=True)
    file.create_dataset("fletcher", data=betas, chunks=(4, 3, 2, 5), fletcher32=True)
    file.create_dataset("all_filters", data=draw(5, (19, 9)), chunks=(8, 8), compression=9, shuffle=True, fletcher32=True)
    file.create_dataset("lzf", data=np.repeat(betas[:2], 5, axis=0), chunks=(4, 3, 4, 5), compression="lzf", shuffle=True)
    file.create_dataset("chunked", data=pixels, chunks=(1, 5, 5, 3))
    file.create_dataset("one_chunk", data=pixels, chunks=pixels.shape, compression="gzip")
    file.create_dataset("growing", data=draw(6, (40, 3), "f4"), chunks=(3, 3), maxshape=(None, 3))
    file.create_dataset("growing_twice", data=draw(7, (11, 12), "f4"), chunks=(4, 5), maxshape=(None, None), compression=1)
    sparse = file.create_dataset("partly_written", shape=(12, 4), dtype="i2", chunks=(3, 4), fillvalue=-7)
    sparse[3:6] = draw(8, (3, 4), "i2")
    for index in range(40):
        file[f"many/member_{index:02}"] = np.int32(index)
    file.attrs["title"] = "responses to images"
    file["scalar"].attrs["units"] = np.bytes_("percent")
    file["scalar"].attrs["window"] = np.array([-0.5, 1.5])
    file["scalar"].attrs["count"] = np.int64(750)
    file["scalar"].attrs["names"] = ["V1", "V2"]
    for index in range(30):
        file["empty"].attrs[f"note_{index}"] = index


def hdf5():
    for libver in ["earliest", "v108", "latest"]:
        path = OUT / f"{libver}.h5"
        with h5py.File(path, "w", libver=libver if libver != "v108" else ("v108", "v108"), track_order=False) as file:
            every_kind(file)
        expected = describe_h5(path)
        if libver != "earliest":
            assert expected == first
        first = expected
    save(OUT / "kinds.h5", expected)
    table = np.zeros(4, dtype=[("trial", "i4"), ("onset", ">f8"), ("name", "S8"), ("xyz", "f4", (3,)), ("used", "?")])
    table["trial"], table["onset"], table["xyz"] = [3, 1, 2, 9], [0.5, 1.5, 2.5, -1], draw(9, (4, 3), "f4")
    table["name"], table["used"] = [b"one", b"two", b"", b"fourfour"], [True, False, True, True]
    path = OUT / "compound.h5"
    with h5py.File(path, "w") as file:
        file["table"] = table
    fields = {name: numbers(table[name]) for name in ["trial", "onset", "xyz", "used"]}
    save(path, fields | {"name": {"shape": [4], "strings": [name.decode() for name in table["name"]]}})


def hdf5_elsewhere():
    """Arrays whose values lie in other files: a link, a virtual data set, raw data."""
    layout = h5py.VirtualLayout(shape=(2, 3), dtype="f4")
    layout[0] = h5py.VirtualSource("other.h5", "a", shape=(3,))
    with h5py.File(OUT / "elsewhere.h5", "w", libver="latest") as file:
        file["linked"] = h5py.ExternalLink("other.h5", "/a")
        file["here"] = draw(61, (2, 3), "f4")
        file.create_virtual_dataset("virtual", layout)
        file.create_dataset("raw", (2, 3), "f4", external=[("other.raw", 0, 24)])
    (OUT / "other.raw").unlink(missing_ok=True)
    save(OUT / "elsewhere.h5", {"/here": numbers(draw(61, (2, 3), "f4"))})
    with h5py.File(OUT / "links.h5", "w", libver="latest") as file:
        file["linked"] = h5py.ExternalLink("other.h5", "/a")


def column(series):
    if pd.api.types.is_numeric_dtype(series) or pd.api.types.is_bool_dtype(series):
        return numbers(series.to_numpy())
    return {"shape": [len(series)], "strings": [str(value) for value in series]}


def describe_frame(path, key):
    frame = pd.read_hdf(path, key)
    columns = [str(name) for name in frame.columns]
    return {
        "index": column(frame.index.to_series()),
        "names": columns,
        "columns": [column(frame.iloc[:, at]) for at in range(len(columns))],
    }


def pandas():
    numeric = pd.DataFrame(draw(10, (6, 4), "f4"), columns=[f"t{i}" for i in range(4)])
    numeric.insert(0, "voxel_id", np.arange(6) * 3)
    numeric["hit"] = draw(11, 6, "b1")
    by_number = pd.DataFrame(draw(12, (5, 3)), index=pd.Index([4, 2, 0, 1, 3]))
    mixed = pd.DataFrame({"voxel_id": np.arange(5), 0: draw(13, 5), 1: draw(14, 5)})
    named = numeric.assign(concept=["aardvark", "zebra", "Äpfel", "", "x", "y"])
    named.index = [f"row{i}" for i in range(6)]
    frames = {"numeric": numeric, "by_number": by_number, "mixed": mixed, "named": named}
    for layout in ["fixed", "table"]:
        path = OUT / f"pandas_{layout}.h5"
        path.unlink(missing_ok=True)
        for key, frame in frames.items():
            if layout == "table" and key == "mixed":
                frame = frame.rename(columns=str)
            frame.to_hdf(path, key=key, format=layout)
        numeric.to_hdf(path, key="packed", format=layout, complib="zlib", complevel=5)
        if layout == "table":
            named.to_hdf(path, key="queried", format=layout, data_columns=["voxel_id", "concept"])
        keys = sorted(set(frames) | {"packed"} | ({"queried"} if layout == "table" else set()))
        save(path, {key: describe_frame(path, key) for key in keys})


def bdpy():
    data = BData()
    data.add(draw(15, (6, 4)), "VoxelData")
    data.add(np.array([[1, 1, 1, 2, 2, 3]]).T, "DataType")
    data.add(np.array([[1518878.010042, 1518878.005958, 1639765.052902, 1677366.018182, 1846331.017038, 0]]).T, "Label")
    data.add_metadata("ROI_V1", [1, 1, 0, 0], "voxels of V1", where="VoxelData")
    data.add_metadata("voxel_x", [-1.5, 2.5, 3.5, 4.5], "x", where="VoxelData")
    path, whole = OUT / "bdpy.h5", OUT / "whole.h5"
    data.save(str(whole))
    # The header holds the script's own path and source, which are nobody's business.
    with h5py.File(whole) as source, h5py.File(path, "w") as file:
        for name in source:
            if name != "header":
                source.copy(name, file)
    whole.unlink()
    again = BData(str(path))
    expected = describe_h5(path)
    roi, label = again.get_metadata("ROI_V1", where="VoxelData"), again.get("Label")
    save(path, expected | {"V1": numbers(roi), "Label": numbers(label), "VoxelData": numbers(again.get("VoxelData"))})


# ---- MAT -----------------------------------------------------------------------------------------------------------


def variables():
    """What a MATLAB user saves; `cell` and `structure` nest."""
    found = {f"x_{code}": draw(20, (2, 3), code) for code in INTEGERS + ["f4", "f8", "b1"]}
    cell = np.empty((2, 2), dtype=object)
    cell[0, 0], cell[1, 0], cell[0, 1], cell[1, 1] = "V1", np.array([[1.0, 2.0]]), np.zeros((0, 0)), "stimulus"
    return found | {
        "cube": draw(21, (2, 3, 4)),
        "row": np.arange(1.0, 8.0).reshape(1, 7),
        "blank": np.zeros((0, 3)),
        "name": "imageID_training",
        "cell": cell,
        "structure": {"ids": np.arange(5).reshape(1, 5).astype("u2"), "inner": {"roi": "FFA", "radius": 2.5}},
    }


def describe_mat(value):
    """The tree as the foreign tool reads it; every array in C order of the shape that MATLAB prints."""
    if isinstance(value, dict):
        return {"fields": {name: describe_mat(item) for name, item in value.items()}}
    if isinstance(value, np.ndarray) and value.dtype.names:
        items = [{name: describe_mat(item[name]) for name in value.dtype.names} for item in value.ravel(order="F")]
        return {"shape": list(value.shape), "elements": items}
    if isinstance(value, np.ndarray) and value.dtype == object:
        return {"shape": list(value.shape), "cells": [describe_mat(item) for item in value.ravel(order="F")]}
    if isinstance(value, (str, np.str_)) or (isinstance(value, np.ndarray) and value.dtype.kind in "US"):
        return {"text": [str(item) for item in np.asarray(value).ravel()]}
    if np.iscomplexobj(value):
        return {"real": numbers(np.real(value)), "imaginary": numbers(np.imag(value))}
    return numbers(np.atleast_2d(value))


def swapped(raw, name, array):
    """A MAT v5 file with one double array as a big-endian machine writes it; scipy reads it back below."""

    def element(kind, payload):
        return struct.pack(">II", kind, len(payload)) + payload + b"\0" * (-len(payload) % 8)

    body = element(6, struct.pack(">II", 6, 0)) + element(5, struct.pack(f">{array.ndim}i", *array.shape))
    short = struct.pack(">HH", len(name), 1) + name.encode().ljust(4, b"\0")
    body += short + element(9, array.astype(">f8").tobytes(order="F"))
    return raw + element(14, body)


def mat():
    plain = variables()
    plain["complex"] = draw(22, (2, 2)) + 1j * draw(23, (2, 2))
    plain["lines"] = np.array(["first ", "second"])
    plain["accents"] = "Größe µ"
    records = np.zeros((1, 3), dtype=[("run", object), ("label", object)])
    for at in range(3):
        records[0, at] = (np.array([[float(at)]]), f"run {at}")
    plain["records"] = records
    for name, packed in [("plain.mat", False), ("compressed.mat", True)]:
        path = OUT / name
        scipy.io.savemat(path, plain, do_compression=packed, oned_as="row")
        back = scipy.io.loadmat(path)
        save(path, {key: describe_mat(value) for key, value in back.items() if not key.startswith("__")})
    path = OUT / "sparse.mat"
    scipy.io.savemat(path, {"s": scipy.sparse.eye(4).tocsc(), "full": np.eye(2)}, do_compression=True)
    header = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x01\x00MI"
    path = OUT / "big_endian.mat"
    path.write_bytes(swapped(header, "abc", draw(24, (3, 2))))
    save(path, {"abc": describe_mat(scipy.io.loadmat(path)["abc"])})
    path = OUT / "v73.mat"
    path.unlink(missing_ok=True)
    hdf5storage.savemat(str(path), variables(), format="7.3", oned_as="row", store_python_metadata=False)
    back = hdf5storage.loadmat(str(path))
    save(path, {key: describe_mat(value) for key, value in back.items() if not key.startswith("__")})


# ---- NIfTI and MGH -------------------------------------------------------------------------------------------------


def describe_volume(path):
    image = nib.load(path)
    return {"affine": numbers(image.affine), "data": numbers(image.get_fdata())}


AFFINE = np.array([[-2.0, 0.1, 0, 90], [0, 1.9, 0.3, -126], [0.05, -0.2, 2.2, -72], [0, 0, 0, 1]])


def nifti():
    for code in INTEGERS + ["f4", "f8"]:
        for order in "<>" if code[1] != "1" else "<":
            header = nib.Nifti1Header(endianness=order)
            header.set_data_dtype(np.dtype(order + code))
            data = draw(30, (3, 4, 2, 5), code)
            image = nib.Nifti1Image(data, AFFINE, header)
            path = OUT / f"{'big' if order == '>' else 'little'}_{code}.nii"
            nib.save(image, path)
            save(path, describe_volume(path))
    scaled = nib.Nifti1Image(draw(31, (4, 3, 2, 6), "i2"), None)
    scaled.header.set_slope_inter(0.01, -3.0)
    scaled.set_qform(nib.affines.from_matvec(nib.eulerangles.euler2mat(0.2, 0.1, -0.3) * [2, 2, -2.5], [1, 2, 3]), code=1)
    scaled.set_sform(None, code=0)
    scaled.header.set_zooms((2, 2, 2.5, 1.6))
    scaled.header.set_xyzt_units("mm", "sec")
    for name in ["scaled.nii.gz", "scaled.nii"]:
        path = OUT / name
        nib.save(scaled, path)
        save(path, describe_volume(path))
    second = nib.Nifti2Image(draw(32, (2, 3, 4), "f4"), AFFINE)
    nib.save(second, OUT / "second.nii")
    save(OUT / "second.nii", describe_volume(OUT / "second.nii"))
    nib.save(nib.Nifti1Pair(draw(33, (2, 3, 4), "i2"), AFFINE), OUT / "pair.img")
    save(OUT / "pair.img", describe_volume(OUT / "pair.img"))
    extended = nib.Nifti1Image(draw(34, (2, 2, 2), "u1"), AFFINE)
    extended.header.extensions.append(nib.nifti1.Nifti1Extension("comment", b"ROI table " * 10))
    nib.save(extended, OUT / "extended.nii.gz")
    save(OUT / "extended.nii.gz", describe_volume(OUT / "extended.nii.gz"))


def mgh():
    for code in ["u1", "i2", "i4", "f4"]:
        image = nib.MGHImage(draw(40, (3, 4, 5), ">" + code), AFFINE)
        path = OUT / f"volume_{code}.mgh"
        nib.save(image, path)
        save(path, describe_volume(path))
    surface = nib.MGHImage(draw(41, (20, 1, 1, 4), ">f4"), np.eye(4))
    nib.save(surface, OUT / "surface.mgz")
    save(OUT / "surface.mgz", describe_volume(OUT / "surface.mgz"))


# ---- tables of text ------------------------------------------------------------------------------------------------


def tables():
    frame = pd.DataFrame(
        {
            "voxel_id": np.arange(4),
            "nc": [12.5, np.nan, 0.25, 1e-3],
            "V1": [True, False, True, False],
            "concept": ['a "quoted" word', "comma, inside", "Löwe", "two\nlines"],
        }
    )
    frame.to_csv(OUT / "table.csv", index=False)
    frame.to_csv(OUT / "events.tsv", index=False, sep="\t", na_rep="n/a")
    frame[["voxel_id", "nc"]].to_csv(OUT / "bare.csv", index=False, header=False)
    back = pd.read_csv(OUT / "table.csv")
    save(OUT / "table.csv", {name: column(back[name]) for name in back.columns})


def numpy_files():
    np.save(OUT / "array.npy", draw(50, (3, 4), "f4"))
    np.save(OUT / "fortran.npy", np.asfortranarray(draw(51, (3, 4), ">i2")))
    np.savez_compressed(OUT / "named.npz", arr_0=draw(52, (5, 3), "f4"), V1=draw(53, 3, "b1"))
    save(OUT / "array.npy", numbers(np.load(OUT / "array.npy")))
    save(OUT / "fortran.npy", numbers(np.load(OUT / "fortran.npy")))
    with np.load(OUT / "named.npz") as archive:
        save(OUT / "named.npz", {name: numbers(archive[name]) for name in archive.files})


# ---- JPEG ----------------------------------------------------------------------------------------------------------


def jpeg():
    """Each kind of JPEG that cameras and libraries write; the means of the channels are enough to tell grey from it."""
    pixels = (draw(60, (6, 8, 3)) * 40 + 128).clip(0, 255).astype("u1")
    image = Image.fromarray(pixels).resize((48, 40), Image.Resampling.BICUBIC)
    small = io.BytesIO()
    image.resize((12, 10)).save(small, "JPEG")
    # A thumbnail within the headers, as cameras write it: one directory for the image, one for the thumbnail.
    start = 8 + 2 + 4 + 2 + 24 + 4
    entries = struct.pack("<HHII", 0x0201, 4, 1, start) + struct.pack("<HHII", 0x0202, 4, 1, small.tell())
    exif = b"Exif\0\0II*\0" + struct.pack("<IHIH", 8, 0, 14, 2) + entries + struct.pack("<I", 0) + small.getvalue()
    written = {
        "baseline": (image, {}),
        "progressive": (image, {"progressive": True}),
        "restart": (image, {"restart_marker_blocks": 2}),
        "full_colour": (image, {"subsampling": 0, "optimize": True, "quality": 95}),
        "grey": (image.convert("L"), {}),
        "cmyk": (image.convert("CMYK"), {}),
        "thumbnail": (image, {"exif": exif}),
        "several": (image, {"format": "MPO", "save_all": True, "append_images": [image.transpose(Image.Transpose.ROTATE_180)]}),
    }
    for name, (picture, options) in written.items():
        path = OUT / f"{name}.jpg"
        picture.save(path, **({"format": "JPEG"} | options))
        back = np.asarray(Image.open(path).convert("RGB"))
        save(path, {"shape": list(back.shape), "means": [round(float(mean), 2) for mean in back.mean(axis=(0, 1))]})


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    for make in [hdf5, hdf5_elsewhere, pandas, bdpy, mat, nifti, mgh, tables, numpy_files, jpeg]:
        make()
    # PyTables sets aside megabytes for every ragged array.
    for path in OUT.glob("pandas_*.h5"):
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
        path.unlink()
    lines = [f"python {sys.version.split()[0]}"] + [f"{tool} {importlib.metadata.version(tool)}" for tool in TOOLS]
    (OUT / "versions.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
