"""docs/adding-a-server.md, followed to the letter: its files are written, its commands run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

GUIDE = (Path(__file__).parents[1] / "docs" / "adding-a-server.md").read_text()
FILE = re.compile(r"`([\w.-]+)`:\n\n```\w+\n(.*?)```", re.DOTALL)
FENCED = re.compile(r"```.*?```", re.DOTALL)
COMMAND = re.compile(r"^    (\w.*)$", re.MULTILINE)
BIN = str(Path(sys.executable).parent)

pytestmark = pytest.mark.usefixtures("nobody_left")


def section(title: str) -> str:
    """Return the text below a heading, up to the next one."""
    return re.split(r"^#+ ", GUIDE.partition(f"# {title}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def files_of(text: str) -> dict[str, str]:
    """Return the files that a section shows, by their names."""
    return dict(FILE.findall(text))


def environment_beside(folder: Path) -> str:
    """Make a virtual environment that has all of this one and pip installs into; return its bin folder."""
    venv.create(folder)
    python = folder / "bin" / "python"
    ours = sysconfig.get_path("purelib")
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "ours.pth").write_text(f"import site; site.addsitedir({ours!r})\n")
    modules = {"pip": "pip.__main__", "wsbench": "wsbench.__main__", "pytest": "pytest.__main__"}
    for command, module in modules.items():
        script = folder / "bin" / command
        script.write_text(f"#!{python}\nimport runpy\nrunpy.run_module({module!r}, run_name='__main__')\n")
        script.chmod(0o755)
    return str(folder / "bin")


def shortened(words: list[str]) -> list[str]:
    """Have a command that measures do so by one client, with one connection and for one round."""
    if words[0] != "wsbench" or words[1] not in {"run", "compare"}:
        return words
    ours = {"--connections", "--rounds"}  # one value each: those of the guide make way
    kept = [word for before, word in zip(["", *words], words, strict=False) if not {before, word} & ours]
    return [*kept, "--client", "wire", "--connections", "1", "--rounds", "1"]


def follow(text: str, folder: Path, programs: str = BIN) -> dict[str, str]:
    """Run a section's commands in a folder; return what each printed. All of them must succeed."""
    path = os.pathsep.join((programs, os.environ["PATH"]))
    printed = {}
    for command in COMMAND.findall(FENCED.sub("", text)):
        if "examples/node" in command or "localhost" in command:
            continue  # they need node, and a server of the reader's: tests/bench/machine/test_command.py
        done = subprocess.run(
            shortened(shlex.split(command)),
            cwd=folder,
            env={**os.environ, "PATH": path, "COLUMNS": "80"},
            capture_output=True,
            text=True,
            timeout=110,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        printed[command] = done.stdout
    return printed


def test_a_server_of_fifteen_lines_is_a_server(tmp_path: Path) -> None:
    """It keeps the contract, is measured, ranked and compared."""
    text = section("In fifteen lines")
    files = files_of(text)
    assert list(files) == ["my_server.py"]
    source = files["my_server.py"]
    assert sum(bool(line.strip()) for line in source.splitlines()) <= 15
    (tmp_path / "my_server.py").write_text(source)
    printed = follow(text, tmp_path)
    verified, measured, compared = printed.values()
    assert "broken" not in verified
    assert re.search(r"^mine .*[\d.]+", measured, re.MULTILINE)
    assert "round trip" in measured
    assert re.search(r"REGRESSION|REGRESSED|IMPROVED|INCONCLUSIVE", compared)
    assert len(list((tmp_path / "results").glob("*.jsonl"))) == 2


def test_an_entry_point_makes_a_word_of_it(tmp_path: Path) -> None:
    """Installed by pip, it is listed, verified, and its contract test runs and can fail."""
    source = files_of(section("In fifteen lines"))["my_server.py"]
    text = section("In a distribution of your own")
    files = files_of(text)
    assert set(files) == {"pyproject.toml", "test_my_echo.py"}
    for name, content in {"my_echo.py": source, **files}.items():
        (tmp_path / name).write_text(content)
    programs = environment_beside(tmp_path / "environment")
    printed = follow(text, tmp_path, programs)
    assert re.search(r"my-echo +[\d.]+ +from my-echo", printed["wsbench list"])
    assert "broken" not in printed["wsbench verify my-echo"]
    assert "2 passed, 2 skipped" in printed["pytest test_my_echo.py"]

    (tmp_path / "my_echo.py").write_text(source.replace("send(prefix", "send(str(message) + prefix"))
    with pytest.raises(AssertionError, match="came back for"):
        follow("    pytest test_my_echo.py\n", tmp_path, programs)
