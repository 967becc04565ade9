"""The README and the documents show what the programs print."""
import re
import subprocess


def console_blocks(root):
    """Examples that run a built program; other blocks are for reading."""
    documents = [root / "README.md", *sorted((root / "docs").glob("*.md"))]
    return [block for path in documents for block in re.findall(r"```console\n(\$ build/release/.*?)```", path.read_text(), re.S)]


def test_readme_shows_what_the_program_prints(root, build):
    blocks = console_blocks(root)
    assert blocks
    for block in blocks:
        command, _, shown = block.partition("\n")
        called = re.fullmatch(r"\$ build/release/(m2-[a-z]+) (.*)", command)
        assert called, command
        done = subprocess.run([build / called[1], *called[2].split()], capture_output=True, text=True, cwd=root,
                              env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"})
        assert done.stdout + done.stderr == shown, "run scripts/update-docs.sh and commit"
        if called[1] == "m2-doctor":
            assert done.returncode == 1, "the example account is broken"
