"""Put shown images above their reconstructions, from a run folder, as one PNG.

    python scripts/contact_sheet.py runs/demo docs/demonstration.png --count 12

Items are spread evenly over all held-out items ranked by PixCorr, from the best to the worst, so that the sheet shows
the whole range and not the best alone. Needs Pillow.
"""

import argparse
import json
from pathlib import Path

from PIL import Image

SIDE, GAP = 96, 4


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=12)
    args = parser.parse_args()
    scores = {score["name"]: score for score in json.loads((args.run / "scores.json").read_text())["scores"]}
    pixcorr = dict(zip(scores["image.pixcorr"]["items"], scores["image.pixcorr"]["per_item"]))
    items = sorted(json.loads((args.run / "pictures.json").read_text()), key=lambda item: -pixcorr[item["name"]])
    chosen = [items[round(i * (len(items) - 1) / (args.count - 1))] for i in range(args.count)]
    sheet = Image.new("RGB", (args.count * (SIDE + GAP) - GAP, 2 * SIDE + GAP), "white")
    for column, item in enumerate(chosen):
        for row, kind in enumerate(["shown", "reconstruction"]):
            picture = Image.open(args.run / item[kind]).convert("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC)
            sheet.paste(picture, (column * (SIDE + GAP), row * (SIDE + GAP)))
    sheet.save(args.out, optimize=True)


if __name__ == "__main__":
    main()
