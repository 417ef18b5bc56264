"""Makes src/adult/rows.csv and src/adult/categories.csv from adult.data and adult.test.

    python3 tests/references/make_adult.py DIR

DIR holds the two files of the UCI Machine Learning Repository (doi 10.24432/C5XW20, CC BY 4.0) unchanged:
adult.data 32,561 rows, sha256 5b002646...; adult.test 16,281 rows, sha256 a2a9044b...
Python 3.11, standard library alone; the program reads the same files with its own parser, and a test compares.
"""

import collections
import hashlib
import pathlib
import sys

SHA256 = {"adult.data": "5b002646", "adult.test": "a2a9044b"}
CATEGORICAL = {"workclass": 1, "education": 3, "marital_status": 5}
NUMERIC = {"age": 0, "education_num": 4, "capital_gain": 10, "capital_loss": 11, "hours_per_week": 12}

records = []
for name, digest in SHA256.items():
    content = (pathlib.Path(sys.argv[1]) / name).read_bytes()
    assert hashlib.sha256(content).hexdigest().startswith(digest), name
    records += [line.split(", ") for line in content.decode().splitlines() if line.count(",") == 14]
assert len(records) == 48842

rows = collections.Counter(
    tuple(int(r[i]) for i in NUMERIC.values()) + (int(r[14].rstrip(".") == ">50K"),) for r in records
)
out = pathlib.Path(__file__).parents[2] / "src" / "adult"
with open(out / "rows.csv", "w") as file:
    file.write(",".join(NUMERIC) + ",over_50k,count\n")
    for row, count in sorted(rows.items()):
        file.write(",".join(map(str, row + (count,))) + "\n")
with open(out / "categories.csv", "w") as file:
    file.write("column,category,count\n")
    for column, index in CATEGORICAL.items():
        for category, count in sorted(collections.Counter(r[index] for r in records).items()):
            file.write(f"{column},{category},{count}\n")
