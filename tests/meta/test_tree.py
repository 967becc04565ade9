"""The tree keeps its own rules: layers, sizes, headers, banned calls, nothing of one machine."""
import collections
import re
import shutil
import subprocess

import pytest

LAYERS = ["base", "data", "net", "aws", "brain", "registry", "snapshot", "cost", "analyze", "cleanup", "deploy", "report"]
# The public headers by the layer that implements them; a header missing here fails the test below.
HEADERS = {
    "base": "err mem buf str time file secret digest sys embed banned lanes",
    "data": "archive value json xml yaml ini csv journal source",
    "net": "net retry",
    "aws": "model codec sigv4 endpoint awsconfig creds aws",
    "brain": "brain unit",
    "registry": "registry",
    "snapshot": "snapshot collect stackview runlog template",
    "cost": "money prices cost compare summary jobcsv history forecast reconcile",
    "analyze": "diff finding check deployment policy registration canary",
    "cleanup": "empty cleanup",
    "deploy": "deploy",
    "report": "report doc",
    "cli": "cli",
}
LAYER_OF = {h: layer for layer, names in HEADERS.items() for h in names.split()}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
MAX_LINES = 500


MAX_FUNCTION_LINES, MAX_COMPLEXITY = 80, 20


def tracked(root, *patterns):
    # The tree may belong to somebody else than who runs the tests (a container, a mounted folder).
    out = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "--", *patterns], cwd=root, capture_output=True,
                         text=True, check=True)
    return [root / p for p in out.stdout.split("\n") if p and (root / p).exists()]


def allowed(layer):
    if layer == "cli":
        return {"base", "cli"}
    if layer == "tools":
        return set(LAYERS) | {"cli", "tools"}
    return set(LAYERS[:LAYERS.index(layer) + 1])


def test_every_public_header_has_a_layer(root):
    assert {p.stem for p in (root / "include/m2").glob("*.h")} <= set(LAYER_OF)


def test_folders_include_only_what_is_left_of_them(root):
    wrong = []
    for path in tracked(root, "libcommon", "tools", "include"):
        if path.suffix not in (".c", ".h"):
            continue
        parts = path.relative_to(root).parts
        layer = {"libcommon": parts[1], "tools": "tools"}.get(parts[0]) or LAYER_OF[path.stem]
        for name in INCLUDE.findall(path.read_text()):
            target = LAYER_OF[name[3:-2]] if name.startswith("m2/") else name.split("/")[0] if "/" in name else layer
            if target not in allowed(layer) and not (layer == "tools" and target not in LAYERS):
                wrong.append(f"{path.relative_to(root)} includes {name} ({target})")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("library,folder", [
    ("cjson/", "libcommon/data/json"), ("expat.h", "libcommon/data/xml"), ("yaml.h", "libcommon/data/yaml"),
    ("csv.h", "libcommon/data/csv"),
    ("pthread.h", "libcommon/base/lanes"), ("curl/", "libcommon/net/"), ("gsl/", "libcommon/cost/forecast/")])
def test_a_library_is_seen_by_one_place(root, library, folder):
    using = re.compile(r"#\s*include\s*<" + re.escape(library))
    wrong = [str(p.relative_to(root)) for p in tracked(root, "libcommon", "tools", "include")
             if p.suffix in (".c", ".h") and using.search(p.read_text())
             and not str(p.relative_to(root)).startswith(folder)]
    assert not wrong, wrong


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_every_public_header_compiles_alone(root, compiler):
    if not shutil.which(compiler):
        pytest.skip(f"{compiler} is not installed")
    for header in sorted((root / "include/m2").glob("*.h")):
        done = subprocess.run([compiler, "-std=c17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion",
                               "-Werror", "-I", root / "include", "-fsyntax-only", "-x", "c", header],
                              capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_no_file_is_larger_than_one_head_holds(root):
    large = [f"{sum(1 for _ in p.open())} {p.relative_to(root)}"
             for p in tracked(root, "*.c", "*.h", "*.py", "*.sh", "*.cmake")]
    large = [row for row in large if int(row.split()[0]) > MAX_LINES]
    assert not large, "\n".join(large)


def test_functions_fit_on_a_screen(root):
    if not shutil.which("pmccabe"):
        pytest.skip("pmccabe is not installed")
    files = [p for p in tracked(root, "libcommon", "tools", "scripts") if p.suffix == ".c"]
    out = subprocess.run(["pmccabe", *files], capture_output=True, text=True).stdout
    rows = [line.split("\t") for line in out.splitlines() if line.count("\t") >= 5]
    assert len(rows) > 1000
    large = [f"{row[5]}: {row[4]} lines, complexity {row[0]}" for row in rows
             if int(row[4]) > MAX_FUNCTION_LINES or int(row[0]) > MAX_COMPLEXITY]
    assert not large, "\n".join(large)


def exported(build):
    out = subprocess.run(["nm", "-g", "--defined-only", build / "libm2common.a"], capture_output=True, text=True).stdout
    names = {line.split()[2] for line in out.splitlines() if len(line.split()) == 3}
    return {n for n in names if not n.startswith("__")}  # sanitizers add their own


def test_exported_names_are_ours_declared_and_used(root, build):
    names = exported(build)
    assert len(names) > 300
    assert not [n for n in names if not n.startswith("m2_")]
    word = re.compile(r"\bm2_\w+")
    headers = {w for p in tracked(root, "include", "libcommon") if p.suffix == ".h" for w in word.findall(p.read_text())}
    undeclared = sorted(n for n in names if n not in headers)
    assert not undeclared, f"static, or declared in a header? {undeclared}"
    count = collections.Counter(w for p in tracked(root, "include", "libcommon", "tools", "tests", "scripts")
                                if p.suffix in (".c", ".h") for w in word.findall(p.read_text()))
    unused = sorted(n for n in names if count[n] < 3)  # more than a declaration and a definition
    unused = [n for n in unused if not n.startswith("m2_embedded_")]  # their definitions are generated
    assert not unused, unused


BANNED = re.compile(r"\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|gmtime|localtime|asctime|ctime|atoi|atol|atof|"
                    r"system|popen|rand|srand|alloca)\s*\(")
SEAMS = {  # what only one place may call
    re.compile(r"\bgetenv\s*\("): {"libcommon/base/sys.c"},
    re.compile(r"\b(time|clock_gettime|gettimeofday)\s*\("): {"libcommon/base/sys.c"},
    re.compile(r"\bexit\s*\("): {"tools/"},
}


def code_of(path):
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
    return re.sub(r'"(?:\\.|[^"\\\n])*"', '""', text)


def test_banned_calls(root):
    wrong = []
    for path in tracked(root, "libcommon", "tools"):
        if path.suffix not in (".c", ".h"):
            continue
        name, code = str(path.relative_to(root)), code_of(path)
        wrong += [f"{name}: {m.group(0)}" for m in BANNED.finditer(code)]
        for pattern, places in SEAMS.items():
            if not any(name.startswith(place) for place in places):
                wrong += [f"{name}: {m.group(0)}" for m in pattern.finditer(code)]
    assert not wrong, "\n".join(wrong)


def test_nothing_left_open(root):
    pattern = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|not (yet )?implemented", re.I)
    wrong = [f"{p.relative_to(root)}: {m.group(0)}" for p in tracked(root, "libcommon", "tools", "include", "scripts")
             if p.suffix in (".c", ".h", ".sh", ".py", ".cmake") for m in pattern.finditer(p.read_text())]
    assert not wrong, "\n".join(wrong)


def test_top_level_is_as_fixed(root):
    top = {p.relative_to(root).parts[0] for p in tracked(root)}
    assert {n for n in top if not n.startswith(".")} <= {
        "CMakeLists.txt", "CMakePresets.json", "tools", "libcommon", "include", "fixtures", "tests", "docs", "scripts",
        "README.md", "LICENSE", "NOTICE"}


KEYS = re.compile(r"\b(AKIA|ASIA)(?!IOSFODNN7|[A-Z0-9]*EXAMPLE)[A-Z0-9]{16}\b")


def test_no_key_in_fixtures(root):
    wrong = [str(p.relative_to(root)) for p in tracked(root, "fixtures", "docs", "README.md")
             if KEYS.search(p.read_text(errors="replace"))]
    assert not wrong, wrong
