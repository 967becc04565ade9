"""What `cmake --install` lays down works where it lands: library, pkg-config file, man page, completion."""
import os
import re
import shutil
import subprocess

import pytest

PROGRAM = r"""
#include <stdio.h>
#include <string.h>
#include <m2/check.h>
#include <m2/cli.h>
#include <m2/json.h>
#include <m2/model.h>

int main(void)
{
    size_t n = 0;
    struct m2_err err = { 0 };
    const struct m2_service *service = NULL;
    m2_checks(&n);
    if (m2_model_service(&service, "ec2", &err) < 0) /* the embedded models came along */
        return 1;
    return printf("%s %s\n", m2_version(), n > 20 ? "checks" : "none") < 0;
}
"""


def run(*argv, **kwargs):
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, timeout=120, **kwargs)
    assert done.returncode == 0, f"{argv}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def prefix(build, tmp_path_factory):
    where = tmp_path_factory.mktemp("prefix") / "usr with space"
    run("cmake", "--install", build, "--prefix", where)
    return where


@pytest.fixture(scope="module")
def tools(build):
    return run(build / "gendocs", "tools").split()


def one(prefix, pattern):
    found = list(prefix.rglob(pattern))
    assert len(found) == 1, f"{pattern}: {found}"
    return found[0]


def test_a_packager_finds_everything_in_its_place(prefix, root, tools):
    names = {str(p.relative_to(prefix)) for p in prefix.rglob("*") if p.is_file()}
    for tool in tools:
        for name in [f"bin/{tool}", f"share/man/man1/{tool}.1", f"share/bash-completion/completions/{tool}",
                     f"share/zsh/site-functions/_{tool}", f"share/fish/vendor_completions.d/{tool}.fish"]:
            assert name in names
        assert run(prefix / "bin" / tool, "--version").startswith(f"{tool} ")
    assert {"share/doc/mode2-toolkit/LICENSE", "share/doc/mode2-toolkit/docs/CHECKS.md"} <= names
    assert {p.name for p in (prefix / "bin").iterdir()} == set(tools)
    headers = {p.name for p in (root / "include/m2").glob("*.h")}
    assert {p.name for p in (prefix / "include/m2").iterdir()} == headers


def test_a_program_builds_against_the_installed_library(prefix, build, tmp_path):
    cache = (build / "CMakeCache.txt").read_text()
    if "M2_SANITIZE:STRING=address" in cache:
        pytest.skip("the library was built with sanitizers")
    moved = tmp_path / "moved"  # the .pc file finds its prefix from its own place
    shutil.copytree(prefix, moved)
    env = {**os.environ, "PKG_CONFIG_PATH": str(one(moved, "m2common.pc").parent)}
    flags = run("pkg-config", "--cflags", "--libs", "m2common", env=env).split()
    (tmp_path / "use.c").write_text(PROGRAM)
    run("cc", "-std=c17", "-Wall", "-Wextra", "-Werror", tmp_path / "use.c", "-o", tmp_path / "use", *flags)
    assert run(tmp_path / "use").split()[1] == "checks"


def test_the_man_pages_are_clean(prefix, tools):
    if not shutil.which("mandoc"):
        pytest.skip("mandoc is not installed")
    for tool in tools:
        page = one(prefix, f"{tool}.1")
        run("mandoc", "-T", "lint", "-W", "warning", page)
        text = re.sub(".\b", "", run("mandoc", "-T", "ascii", page))  # bold is overstruck
        assert "EXIT STATUS" in text


def complete(script, *words):
    """What bash offers for the last of WORDS."""
    program = f"source '{script}'; COMP_WORDS=({' '.join(repr(w) for w in words)}); COMP_CWORD={len(words) - 1}; " \
              "_m2_doctor 2>/dev/null; printf '%s\\n' \"${COMPREPLY[@]}\""
    return run("bash", "--norc", "-c", program).split()


def test_bash_completes_options_and_choices(prefix):
    script = one(prefix, "completions/m2-doctor")
    assert complete(script, "m2-doctor", "--exp") == ["--expect-account", "--explain", "--explain-config"]
    assert complete(script, "m2-doctor", "--format", "js") == ["json"]
    assert complete(script, "m2-doctor", "--color", "=", "n") == ["never"]
    assert complete(script, "m2-doctor", "--no-such") == []


@pytest.mark.parametrize("shell,pattern", [("bash", "completions/{}"), ("zsh", "_{}"), ("fish", "{}.fish")])
def test_completion_scripts_are_syntax_the_shell_takes(prefix, tools, shell, pattern):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    for tool in tools:
        run(shell, "-n", one(prefix, pattern.format(tool)))
