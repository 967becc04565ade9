"""docs/COST.md: every line of the bill is there, and every example in it is exact."""
import json
import re
import subprocess
from fractions import Fraction as F


def rows(root):
    text = (root / "docs/COST.md").read_text()
    body = text.split("## The lines of the bill", 1)[1].split("\n## ", 1)[0]
    return [[c.strip() for c in line.strip("|").split("|")] for line in body.splitlines() if line.startswith("| `")]


def evaluate(text):
    """"2*126/3600 * 0.04048" as a fraction; numbers, * and / only."""
    assert re.fullmatch(r"[\d./* ]+", text), text
    value, op = F(1), "*"
    for token in re.findall(r"[\d.]+|[*/]", text):
        if token in "*/":
            op = token
        else:
            value = value * F(token) if op == "*" else value / F(token)
    return value


def test_every_example_is_exact_and_uses_the_price_in_the_list(root):
    prices = json.loads((root / "libcommon/cost/prices.json").read_text())["regions"]["us-east-1"]
    known = {p["usd"] for p in prices.values()}
    assert len(rows(root)) == 18
    for name, _, _, example, _ in rows(root):
        left, result = re.search(r"`([^`]+) = ([\d.]+)`", example).groups()
        assert round(evaluate(left) * 10 ** 12) == F(result) * 10 ** 12, name
        assert left.rsplit(" ", 1)[1] in known, name


def test_every_line_of_the_bill_is_explained_and_back(root, build):
    tables = json.loads(subprocess.run([build / "gendocs", "tables"], capture_output=True, text=True, check=True).stdout)
    table = {i["resource"]: i for i in tables["bill"]}
    documented = {name.strip("`"): part.strip("`") for name, part, *_ in rows(root)}
    assert set(documented) == set(table)
    for name, part in documented.items():
        assert table[name]["part"] == (part or "compute"), name

