"""The differences of a comparison as one Markdown table.

    afterimage compare runs/full runs/ridge --out comparison
    python scripts/markdown_table.py comparison/compare.csv

One row per score, one column per variant: its value (chance is that of the first variant), and next to it the difference
from the first variant with the percentile interval, in points where values are percentages. A star marks differences with p below 0.05 after Holm's correction.
"""

import csv
import sys


def number(text, unit, signed=False):
    value = float(text) * (100 if unit == "fraction" else 1)
    digits = 1 if unit == "fraction" or abs(value) >= 10 else 3 if unit != "rank" else 1
    return f"{value:{'+' if signed else ''}.{digits}f}".replace("-", "−")


def cell(row):
    unit = row["unit"]
    if row["value"] == "":
        return row["note"]
    text = number(row["value"], unit) + (" %" if unit == "fraction" else "")
    if row["difference"]:
        low, high = (number(row[key], unit, True) for key in ("difference_low", "difference_high"))
        star = "*" if row["p_holm"] and float(row["p_holm"]) < 0.05 else ""
        text += f"; {number(row['difference'], unit, True)} [{low}, {high}]{star}"
    return text


def main():
    with open(sys.argv[1], newline="") as file:
        rows = list(csv.DictReader(file))
    variants = list(dict.fromkeys(row["variant"] for row in rows))
    print("| score | chance | " + " | ".join(variants) + " |")
    print("|---" * (len(variants) + 2) + "|")
    for score in dict.fromkeys(row["score"] for row in rows):
        of_score = {row["variant"]: row for row in rows if row["score"] == score}
        first = next(iter(of_score.values()))
        chance = number(first["chance"], first["unit"]) + (" %" if first["unit"] == "fraction" else "") if first["chance"] else ""
        cells = [cell(of_score[variant]) if variant in of_score else "" for variant in variants]
        print(f"| `{score}` | {chance} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
