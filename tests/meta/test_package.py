"""The Debian packages that CPack makes: what is in them, and that they run where nothing but their dependencies is."""
import os
import shutil
import subprocess
from pathlib import Path

import pytest


def run(*argv, **kwargs):
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, timeout=120, **kwargs)
    assert done.returncode == 0, f"{argv}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def packages(build, tmp_path_factory):
    if not all(map(shutil.which, ["cpack", "dpkg-deb", "dpkg-shlibdeps"])):
        pytest.skip("Debian packages are made with cpack, dpkg-deb and dpkg-shlibdeps")
    if "M2_SANITIZE:STRING=address" in (build / "CMakeCache.txt").read_text():
        pytest.skip("the tools were built with sanitizers")
    where = tmp_path_factory.mktemp("deb")
    run("cpack", "--config", build / "CPackConfig.cmake", "-B", where, cwd=build)
    return {run("dpkg-deb", "-f", deb, "Package").strip(): deb for deb in where.glob("*.deb")}


def names(deb):
    return {line.split()[-1] for line in run("dpkg-deb", "-c", deb).splitlines() if not line.endswith("/")}


def test_tools_and_library_are_two_packages(packages, build, root):
    tools = run(build / "gendocs", "tools").split()
    assert set(packages) == {"mode2-toolkit", "libm2common-dev"}
    of_tools, of_library = names(packages["mode2-toolkit"]), names(packages["libm2common-dev"])
    assert {f"./usr/bin/{t}" for t in tools} == {n for n in of_tools if n.startswith("./usr/bin/")}
    assert {f"./usr/share/man/man1/{t}.1" for t in tools} <= of_tools
    assert "./usr/share/doc/mode2-toolkit/copyright" in of_tools
    assert {f"./usr/include/m2/{h.name}" for h in (root / "include/m2").glob("*.h")} <= of_library
    assert not of_tools & of_library


def closure(packages):
    """The installed packages that these need, and theirs in turn, as dpkg knows them."""
    status = run("dpkg-query", "-W", "-f", "${db:Status-Status}\t${Package}\t${Pre-Depends}, ${Depends}\t${Provides}\n")
    needs, provider = {}, {}
    for line in status.splitlines():
        state, name, depends, provides = line.split("\t")
        if state != "installed":
            continue
        needs[name] = [[one.split()[0].split(":")[0] for one in group.split("|") if one.split()] for group in depends.split(",")]
        for one in [name, *(p.split()[0] for p in provides.split(",") if p.split())]:
            provider.setdefault(one, name)
    seen, todo = set(), list(packages)
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        for group in needs[name]:
            found = [provider[one] for one in group if one in provider]
            assert found or not group, f"{name} needs {group}"
            todo += found[:1]
    return seen


def test_the_tools_run_where_only_their_dependencies_are(packages, build, root, tmp_path):
    """A root of the dependencies alone, as `apt install` would give it: a forgotten library is missing there."""
    if os.geteuid() != 0:
        pytest.skip("chroot needs root")
    deb = packages["mode2-toolkit"]
    depends = [d.split()[0] for d in run("dpkg-deb", "-f", deb, "Depends").split(", ")]
    needed = closure(depends)
    assert "gcc" not in needed and "libcurl4" in needed
    for base in ["bin", "lib", "lib64", "sbin"]:  # merged /usr
        (tmp_path / base).symlink_to(f"usr/{base}")
    for name in needed:
        for file in map(Path, run("dpkg-query", "-L", name).splitlines()):
            real = Path("/usr" + str(file)) if str(file).startswith(("/lib", "/bin", "/sbin")) else file
            if ".so" not in real.name or not (real.is_file() or real.is_symlink()):
                continue
            target = tmp_path / str(real).lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(real, target, follow_symlinks=False)
    run("dpkg-deb", "-x", deb, tmp_path)
    account = root / "fixtures/accounts/private-subnet-no-route.json"
    shutil.copy(account, tmp_path / "account.json")
    for tool in run(build / "gendocs", "tools").split():
        assert run("chroot", tmp_path, f"/usr/bin/{tool}", "--version").startswith(f"{tool} ")
    asked = subprocess.run(["chroot", tmp_path, "/usr/bin/m2-doctor", "--snapshot", "/account.json"], capture_output=True, text=True,
                           timeout=60)
    assert asked.returncode == 1 and "no route to the internet" in asked.stdout, asked.stderr
