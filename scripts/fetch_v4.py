#!/usr/bin/env python3
"""Downloads the public recordings and photographs that the examples of macaque V4 use: scripts/fetch_v4.py

Files land in examples/data, 300 MB are downloaded and 200 MB kept. Each one is compared with the SHA-256 that fetch_v4.toml
records; what does not fit is removed and named. Run it again to go on: what is there and fits is kept.
"""

import argparse
import csv
import hashlib
import shutil
import sys
import tarfile
import tomllib
import urllib.request
from fnmatch import fnmatch
from pathlib import Path

HERE = Path(__file__).parent


def download(url: str, path: Path) -> None:
    """Writes what a URL gives into a file."""
    print(f"downloads {url}", file=sys.stderr)
    path.parent.mkdir(parents=True, exist_ok=True)
    with urllib.request.urlopen(url) as source, path.open("wb") as target:
        shutil.copyfileobj(source, target)


def digest(path: Path) -> str:
    """SHA-256 of a file; of a folder, that of the lines `SHA256  PATH` of its files, sorted by path."""
    if path.is_file():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    files = sorted((file.relative_to(path).as_posix(), file) for file in path.rglob("*") if file.is_file())
    return hashlib.sha256("".join(f"{digest(file)}  {name}\n" for name, file in files).encode()).hexdigest()


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def select_columns(source: Path, target: Path, columns: dict[str, str]) -> None:
    """Writes columns of a CSV under other names."""
    with source.open(newline="", encoding="utf-8") as old, target.open("w", newline="", encoding="utf-8") as new:
        table = csv.writer(new, lineterminator="\n")
        table.writerow(columns)
        table.writerows([row[name] for name in columns.values()] for row in csv.DictReader(old))


def unpack(archive: Path, folder: Path, item: dict) -> None:
    """Unpacks the files of a folder of a `.tar.gz`, the first so many of each folder in it if `first` says so."""
    with tarfile.open(archive) as tar:
        # The first part of each name is the folder that the archive puts around all.
        inside = {name.partition("/")[2]: name for name in tar.getnames()}
        names = [n for n in sorted(inside) if fnmatch(n, item["files"]) and not fnmatch(n, item.get("not", "")) and ".." not in n]
        for name in names:
            target = folder / name.removeprefix(item["files"].split("*")[0])
            target.parent.mkdir(parents=True, exist_ok=True)
            if len(list(target.parent.iterdir())) < item.get("first", len(names)):
                target.write_bytes(tar.extractfile(inside[name]).read())


def fetch(item: dict, out: Path) -> None:
    """Makes one item, or leaves it if it is there and fits."""
    path = out / item["path"]
    if path.exists() and digest(path) == item["sha256"]:
        print(f"{path}: is there", file=sys.stderr)
        return
    loaded, made = path.with_name(f".{path.name}.download"), path.with_name(f".{path.name}.part")
    try:
        remove(made)
        download(item["url"], loaded)
        if "columns" in item:
            select_columns(loaded, made, item["columns"])
        elif "files" in item:
            unpack(loaded, made, item)
        else:
            loaded.rename(made)
        if (got := digest(made)) != item["sha256"]:
            sys.exit(f"error: {item['url']} is not what it was: its SHA-256 is {got}, expected {item['sha256']}")
        remove(path)
        made.rename(path)
    except (OSError, tarfile.TarError, KeyError) as error:
        sys.exit(f"error: {path} from {item['url']}: {error}")
    finally:
        remove(loaded)
        remove(made)
    print(f"{path}: {item['licence']}", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], epilog="\n".join(__doc__.splitlines()[2:]))
    parser.add_argument("--out", type=Path, default=HERE.parent / "examples/data", help="folder for the files")
    parser.add_argument("--sources", type=Path, default=HERE / "fetch_v4.toml", help="list of URLs and checksums")
    args = parser.parse_args()
    for item in tomllib.loads(args.sources.read_text(encoding="utf-8"))["item"]:
        fetch(item, args.out)


if __name__ == "__main__":
    main()
