#!/usr/bin/env python3
"""Runs the program on inputs on which it was once wrong, and prints one line per case.

    python3 scripts/check_cases.py CASES [PROGRAM]

CASES is a folder of folders, one per case, each with a `case.md` that says what should happen. Needs numpy, nibabel, pandas,
pillow and zarr. Exit status 1 if a case is not as it should be, or has no check here.
"""

import gzip
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nibabel
import numpy as np
import pandas as pd
import zarr
from PIL import Image

PROGRAM = Path(sys.argv[2] if len(sys.argv) > 2 else "target/release/afterimage").resolve()
CHECKS = {}


def check(name):
    """Registers the check of the case whose folder begins with `name-`."""
    def register(function):
        CHECKS[name] = function
        return function
    return register


class Desk:
    """A copy of a case's files, the only folder that the program may write to."""

    def __init__(self, case, folder):
        self.path = Path(folder) / case.name
        shutil.copytree(case, self.path)

    def run(self, *args):
        done = subprocess.run([PROGRAM, *map(str, args)], cwd=self.path, capture_output=True, text=True)
        assert "panicked" not in done.stderr, done.stderr
        return done

    def accepts(self, *args):
        done = self.run(*args)
        assert done.returncode == 0, f"refused: {done.stderr.strip()}"
        return done.stdout

    def refuses(self, *args, naming=()):
        done = self.run(*args)
        assert done.returncode != 0, f"accepted: {args}"
        for word in naming:
            assert word in done.stderr, f"the message does not name {word!r}: {done.stderr.strip()}"
        return "refused"

    def responses(self, name):
        return np.asarray(zarr.open_group(self.path / name, mode="r")["responses"])

    def stimuli(self, name):
        return np.asarray(zarr.open_group(self.path / name, mode="r")["stimuli"])

    def header(self, name):
        return json.loads((self.path / name / "zarr.json").read_text())["attributes"]["afterimage"]["header"]

    def summary(self, name):
        return json.loads(self.accepts("inspect", name, "--json"))

    def held_out(self, name):
        """Rows of the responses whose stimulus is in the test part."""
        header = self.header(name)
        test = {row for row, stimulus in enumerate(header["stimuli"]) if stimulus["split"] == "test"}
        return [row for row, trial in enumerate(header["trials"]) if trial["stimulus"] in test]


def brain_diffuser(desk, test_images, out):
    data = [f"nsd_{part}_fmriavg_nsdgeneral_sub1.npy" for part in ("train", "test")]
    desk.accepts("import", "brain-diffuser", *data, "--train-images", "nsd_train_stim_sub1.npy",
                 "--test-images", test_images, "--out", out)


@check("01")
def float_images_of_bytes(desk):
    brain_diffuser(desk, "nsd_test_stim_sub1.npy", "float.afterimage")
    for part in ("train", "test"):
        file = desk.path / f"nsd_{part}_stim_sub1.npy"
        np.save(file, np.load(file).astype(np.uint8))
    brain_diffuser(desk, "nsd_test_stim_sub1.npy", "bytes.afterimage")
    assert np.array_equal(desk.stimuli("float.afterimage"), desk.stimuli("bytes.afterimage"))
    return "imported, images equal those of the same array of bytes"


@check("02")
def folder_of_unpadded_numbers(desk):
    brain_diffuser(desk, "test_images", "folder.afterimage")
    brain_diffuser(desk, "nsd_test_stim_sub1.npy", "array.afterimage")
    count = len(np.load(desk.path / "nsd_test_stim_sub1.npy"))
    assert np.array_equal(desk.stimuli("folder.afterimage")[-count:], desk.stimuli("array.afterimage")[-count:])
    return f"imported, all {count} rows have their own image"


@check("04")
def mask_of_another_space(desk):
    return desk.refuses("import", "nifti", "sub-01_run-01_bold.nii.gz", "--tables", "t.tsv", "--images", "images", "--mask",
                        "mask.nii.gz", "--test", "2", "--out", "o.afterimage",
                        naming=["mask.nii.gz", "sub-01_run-01_bold.nii.gz", "affine"])


@check("07")
def cifti(desk):
    for file, table, more in [("sub-01_bold.dtseries.nii", "e.tsv", ["--tr", "2"]), ("betas.dscalar.nii", "t.tsv", []),
                              ("sub-01_bold.dtseries.nii", "e.tsv", [])]:
        desk.refuses("import", "nifti", file, "--tables", table, *more, "--out", "o.afterimage", naming=["CIFTI", file])
    return "refused by name"


def damaged(desk, name, importing, places=60):
    """The numbers of refused and of harmless copies with one flipped bit; a wrong value that is accepted fails."""
    whole = (desk.path / name).read_bytes()
    desk.accepts(*importing, "--out", "whole.afterimage", "--overwrite")
    truth, refused, harmless = desk.responses("whole.afterimage"), 0, 0
    for place in np.linspace(0, len(whole) - 1, places).astype(int):
        broken = bytearray(whole)
        broken[place] ^= 1 << (place % 8)
        (desk.path / name).write_bytes(broken)
        done = desk.run(*importing, "--out", "broken.afterimage", "--overwrite")
        if done.returncode:
            refused += 1
        else:
            assert np.array_equal(desk.responses("broken.afterimage"), truth), f"wrong values, bit flipped at byte {place} of {name}"
            harmless += 1
    (desk.path / name).write_bytes(whole)
    return f"{name}: {refused} refused, {harmless} with unchanged values"


@check("08")
def damaged_archives(desk):
    nifti = ["import", "nifti", "x.nii.gz", "--tables", "t.tsv", "--images", "images", "--test", "2"]
    desk.refuses(*nifti, "--out", "o.afterimage", naming=["x.nii.gz"])
    desk.refuses("import", "generic", "m.toml", "--out", "o.afterimage", naming=["q.npz"])
    (desk.path / "x.nii.gz").write_bytes(gzip.compress((desk.path / "a.nii").read_bytes()))
    manifest = (desk.path / "m.toml").read_text()
    (desk.path / "m.toml").write_text(manifest.replace("q.npz", "r.npz"))
    return "as they lie refused; " + "; ".join([damaged(desk, "x.nii.gz", nifti), damaged(desk, "r.npz", ["import", "generic", "m.toml"])])


@check("12b")
def runs_by_their_number(desk):
    series = sorted(path.name for path in desk.path.glob("*_bold.nii.gz"))
    desk.accepts("import", "nifti", *series, "--test-runs", "10,11", "--delay", "0", "--out", "o.afterimage")
    rows = desk.responses("o.afterimage")[desk.held_out("o.afterimage")]
    expected = []
    for run in (10, 11):
        image = nibabel.load(desk.path / f"sub-01_run-{run}_bold.nii.gz")
        volumes = image.get_fdata().reshape(-1, image.shape[3]).T
        events = pd.read_csv(desk.path / f"sub-01_run-{run}_events.tsv", sep="\t")
        spans = (events[["onset", "duration"]].to_numpy() / image.header.get_zooms()[3]).round().astype(int)
        expected += [volumes[first:first + length].mean(0) for first, length in spans]
    assert np.allclose(sorted(map(tuple, rows)), sorted(map(tuple, expected)), atol=1e-3), "other trials are held out"
    return f"{len(rows)} trials of run-10 and run-11 held out"


@check("15")
def regions_of_two_files(desk):
    desk.accepts("import", "nsd", "--subject", "1", "--betas", "betas", "--mask", "nsdgeneral.nii.gz", "--design", "nsd_expdesign.mat",
                 "--stimuli", "nsd_stimuli.hdf5", "--regions", "lh.prf-visualrois.nii.gz", "rh.prf-visualrois.nii.gz",
                 "--out", "o.afterimage")
    regions = desk.summary("o.afterimage")["regions"]
    found = sum(count for name, count in regions.items() if name.split(".")[-1] == "V1v")
    assert regions.get("V1v", 0) == 2 or found == 2, regions
    return f"{regions}"


@check("17")
def runs_of_two_sessions(desk):
    desk.accepts("import", "nifti", "ses-01_betas.nii.gz", "ses-02_betas.nii.gz", "--tables", "a.tsv", "b.tsv", "--images", "images",
                 "--test", "4", "--out", "o.afterimage")
    runs = desk.summary("o.afterimage")["runs"]
    assert runs == 4, f"{runs} runs"
    desk.accepts("prepare", "o.afterimage", "--zscore", "run", "--out", "z.afterimage")
    header, values = desk.header("z.afterimage"), desk.responses("z.afterimage")
    sessions = np.array([trial["session"] for trial in header["trials"]])
    gap = abs(values[sessions == sessions.min()].mean() - values[sessions == sessions.max()].mean())
    assert gap < 1.0, f"sessions differ by {gap:.2f} standard deviations after the z-score by run"
    return f"4 runs; after the z-score by run the sessions differ by {gap:.2f} sd"


@check("19")
def repetition_time(desk):
    name = "sub-01_task-x_run-1_space-T1w_desc-preproc_bold.nii.gz"
    series = nibabel.load(desk.path / name)
    events = pd.read_csv(desk.path / "sub-01_task-x_run-1_events.tsv", sep="\t")
    data = np.asarray(series.dataobj).copy()
    said = []
    for secs in (None, 1.0, 2000.0, 2.0):
        if secs:
            header = series.header.copy()
            header.set_zooms((*header.get_zooms()[:3], secs))
            header.set_xyzt_units("mm", "sec")
            nibabel.save(nibabel.Nifti1Image(data, series.affine, header), desk.path / name)
        else:
            secs = float(series.header.get_zooms()[3])
        args = ["import", "nifti", name, "--tables", "sub-01_task-x_run-1_events.tsv", "--images", "images", "--test", "1",
                "--delay", "0"]
        done = desk.run(*args, "--out", "o.afterimage", "--overwrite")
        if done.returncode:
            assert secs != 2.0 and "RepetitionTime" in done.stderr, done.stderr
            said.append(f"header {secs:g} s refused")
            continue
        voxels = data.reshape(-1, series.shape[3]).T
        for row, (onset, duration) in zip(desk.responses("o.afterimage"), events[["onset", "duration"]].values):
            first = int(round(onset / 2))
            assert np.allclose(row, voxels[first:first + int(round(duration / 2))].mean(0), atol=1e-3), f"header {secs:g} s: other volumes"
        said.append(f"header {secs:g} s: volumes by the JSON")
    return "; ".join(said)


@check("20")
def tables_with_more_than_voxels(desk):
    truth = pd.read_csv(desk.path / "r.csv", comment="#", header=None).to_numpy(np.float32)
    said, ways = [], [("as it lies", None)]
    frame = pd.DataFrame(truth)
    named = pd.DataFrame(truth, columns=[f"voxel_{i}" for i in range(truth.shape[1])])
    ways += [("to_csv", lambda p: frame.to_csv(p)), ("index=False", lambda p: frame.to_csv(p, index=False)),
             ("bare", lambda p: frame.to_csv(p, index=False, header=False)), ("named", lambda p: named.to_csv(p)),
             ("trial", lambda p: named.assign(trial=range(len(named)), session=1).to_csv(p, index=False)),
             ("bom", lambda p: named.to_csv(p, index=False, encoding="utf-8-sig")), ("savetxt", lambda p: np.savetxt(p, truth, delimiter=",")),
             ("semicolon", lambda p: frame.to_csv(p, index=False, sep=";", decimal=","))]
    manifest = (desk.path / "m.toml").read_text()
    (desk.path / "m.toml").write_text(manifest.replace("r.tsv", "r.csv"))
    for name, write in ways:
        if write:
            write(desk.path / "r.csv")
        done = desk.run("import", "generic", "m.toml", "--out", "o.afterimage", "--overwrite")
        if done.returncode == 0:
            got = desk.responses("o.afterimage")
            assert got.shape == truth.shape and np.allclose(got, truth, atol=1e-5), f"{name}: shape {got.shape}, or other values"
        said.append(f"{name} {'refused' if done.returncode else 'right'}")
    return ", ".join(said)


@check("24")
def truncated_jpeg(desk):
    desk.refuses("import", "generic", "m.toml", "--out", "o.afterimage", naming=["a.jpg"])
    image = Image.open(desk.path / "one/zz1.png").convert("RGB").resize((300, 200))
    for progressive in (False, True):
        image.save(desk.path / "one/a.jpg", quality=90, progressive=progressive)
        whole = (desk.path / "one/a.jpg").read_bytes()
        for tail in (b"", b"\0" * 7, b"trailing bytes"):
            (desk.path / "one/a.jpg").write_bytes(whole + tail)
            desk.accepts("import", "generic", "m.toml", "--out", "o.afterimage", "--overwrite")
        for part in (0.3, 0.6, 0.9, 0.99):
            (desk.path / "one/a.jpg").write_bytes(whole[: int(part * len(whole))])
            desk.refuses("import", "generic", "m.toml", "--out", "o.afterimage", "--overwrite", naming=["a.jpg"])
    return "refused; whole JPEGs imported, also with trailing bytes, cut ones refused"


@check("36")
def lists_with_a_mark(desk):
    desk.accepts("import", "bold5000", "r.h5", "--lists", "l.txt", "--repeated", "rep.txt", "--out", "o.afterimage")
    stimuli = desk.header("o.afterimage")["stimuli"]
    test = sorted(s["name"] for s in stimuli if s["split"] == "test")
    assert len(stimuli) == 7 and test == ["a.jpg", "b.jpg"], (len(stimuli), test)
    return f"7 stimuli, test {test}"


def trained_run(desk):
    """A small run on 30 voxels, for the commands that need one."""
    draw = np.random.default_rng(0)
    np.save(desk.path / "train.npy", (10 + 3 * draw.standard_normal((24, 30))).astype(np.float32))
    np.save(desk.path / "images.npy", draw.integers(0, 256, (24, 64, 64, 3), dtype=np.uint8))
    (desk.path / "run.toml").write_text(
        'name = "small"\nimage_side = 64\n[responses]\nfile = "train.npy"\norientation = "trials_by_voxels"\n'
        '[images]\nsource = "images.npy"\norder = "sorted"\n[split]\ntest = 4\nvalidation = 2\nseed = 0\n')
    (desk.path / "experiment.toml").write_text(
        'preset = "demo"\n[data]\ndataset = "run.afterimage"\n[encoder]\nepochs = 1\nbatch = 8\nmilestones = [1]\n'
        '[decoder]\nchannels = 8\ngroups = 4\nbatch_paired = 8\nbatch_unpaired = 8\nepochs = 1\nmilestones = [1]\ncycle_weight = 0.0\n')
    desk.accepts("import", "generic", "run.toml", "--out", "run.afterimage")
    desk.accepts("train", "decoder", "experiment.toml", "--out", "run", "--set", "data.unpaired=[]", "--set", "data.external=[]",
                 "--set", "evaluation.classification.classes=[]", "--set", 'evaluation.classification.superclasses=""')


def decoded(desk, file, *more):
    """The number of images that `decode` makes of a file, or `None` where it refuses."""
    shutil.rmtree(desk.path / "decoded", ignore_errors=True)
    done = desk.run("decode", file, "--run", "run", "--out", "decoded", "--latency", "1", *more)
    return len(np.load(desk.path / "decoded/reconstructions.npy")) if done.returncode == 0 else None


@check("52")
def labels_of_many_digits(desk):
    trained_run(desk)
    assert decoded(desk, "y.npy", "--average-by", "l.npy") == 4
    wide = decoded(desk, "y.npy", "--average-by", "l2.npy")
    expected = len(np.unique(np.load(desk.path / "l2.npy")))
    assert wide == expected, f"int64 labels: {wide} images, {expected} labels"
    assert decoded(desk, "y.npy", "--average-by", "l.txt") == 4 and decoded(desk, "y.npy", "--average-by", "l5.txt") == 2
    words = decoded(desk, "y.npy", "--average-by", "l3.npy")
    assert words in (None, 2), words
    return f"4 items of float64 labels, {expected} of int64"


@check("56")
def header_of_numbers(desk):
    trained_run(desk)
    count = decoded(desk, "x.csv")
    assert count == 8, f"{count} images of 8 responses"
    return "8 images"


@check("58")
def labels_in_a_table(desk):
    trained_run(desk)
    said = []
    for name in ("l.csv", "l.tsv", "m.csv", "q.csv", "q2.csv", "s.csv", "b.txt", "m.txt"):
        count = decoded(desk, "y.npy", "--average-by", name)
        assert count in (None, 2), f"{name}: {count} images of 2 labels"
        said.append(f"{name} {'refused' if count is None else 'two labels'}")
    return ", ".join(said)


def main():
    failed = 0
    cases = sorted(path for path in Path(sys.argv[1]).iterdir() if (path / "case.md").is_file())
    for case in cases:
        function = CHECKS.get(case.name.split("-")[0])
        with tempfile.TemporaryDirectory() as folder:
            try:
                assert function, "there is no check of it here"
                verdict = f"ok    {function(Desk(case, folder))}"
            except AssertionError as reason:
                failed += 1
                verdict = f"WRONG {reason}"
        print(f"{case.name}: {verdict}", flush=True)
    print(f"{len(cases)} cases, {failed} not as they should be")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
