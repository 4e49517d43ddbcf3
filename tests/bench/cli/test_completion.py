"""What shells complete: verbs, options, and the words that options know; in their own way of asking."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from terminal import called, own
from typer.main import get_command
from wsbench.cli import completion
from wsbench.cli.main import app
from wsbench.cli.parser import ORDER
from wsbench.plan.margins import NAMES
from wsbench.planning.profiles import PROFILES
from wsbench.targets.catalogue import CLIENTS, LOOPS, SERVERS
from wsbench.workflow.forms import FORMATS

COMMANDS: dict[str, Any] = get_command(app).commands  # type: ignore[attr-defined]


def asked(line: str, capfd: pytest.CaptureFixture[str], cwd: Path, shell: str = "bash") -> list[str]:
    """Return what a shell is told to complete a line to, of which the last word is not finished."""
    words = line.split(" ")
    variables = {
        "_WSBENCH_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
        "_TYPER_COMPLETE_ARGS": line,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    done = called(cwd=cwd, capfd=capfd, variables=variables)
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout.split("\n")[:-1] if done.stdout.strip() else []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("wsbench ", [*ORDER]),
        ("wsbench co", ["compare", "count"]),
        ("wsbench run aio", ["aiohttp"]),
        ("wsbench run tornado websockets-", ["websockets-sync"]),
        ("wsbench compare old=torn", ["old=tornado"]),
        ("wsbench run tornado --client wire,torn", ["wire,tornado"]),
        ("wsbench run --client ", [*CLIENTS]),
        ("wsbench run --loop ", [*LOOPS]),
        ("wsbench run --profile ", [*PROFILES]),
        ("wsbench compare --by ", ["time", "count"]),
        ("wsbench compare --by time,", ["time,time", "time,count"]),
        ("wsbench compare --margin inst", ["instructions="]),
        ("wsbench history --metric ", [*NAMES]),
        ("wsbench report --format ", [*FORMATS]),
        ("wsbench report --write ht", ["html="]),
        ("wsbench run --size 64 --seed 1 --seed 1 torn", ["tornado"]),
        ("wsbench run ./my_serv", []),
    ],
)
def test_a_line_is_completed(
    line: str, words: list[str], capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """To nothing where the shell knows better: then it offers files."""
    assert asked(line, capfd, tmp_path) == words


@pytest.mark.parametrize("verb", ORDER)
def test_every_option_of_a_verb_is_offered(
    verb: str, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The long ones, as its help lists them."""
    known = {option for param in COMMANDS[verb].params for option in param.opts if option.startswith("--")}
    found = asked(f"wsbench {verb} --", capfd, tmp_path)
    assert known <= set(found)


@pytest.mark.parametrize(("shell", "pattern"), [("zsh", r'"(\w+)":"'), ("fish", r"^(\w+)\t")])
def test_zsh_and_fish_are_told_what_a_verb_does(
    shell: str, pattern: str, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Each in its own form."""
    text = "\n".join(asked("wsbench ", capfd, tmp_path, shell))
    assert re.findall(pattern, text, re.MULTILINE) == [*ORDER]
    assert "Measure servers side by side" in text


def test_servers_of_other_distributions_are_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are as good as ours."""
    monkeypatch.setitem(SERVERS, "tornado-fork", SERVERS["tornado"])
    assert completion.servers("tornado") == ["tornado", "tornado-fork"]


def test_bash_completes_with_the_script_that_is_shown(tmp_path: Path) -> None:
    """It is what `--install-completion` installs; a real bash reads it, and asks."""
    (tmp_path / "wsbench").symlink_to(Path(sys.executable).parent / "wsbench")
    script = (
        'eval "$(wsbench --show-completion)"; COMP_WORDS=(wsbench count pico); COMP_CWORD=2\n'
        '_wsbench_completion wsbench; echo "${COMPREPLY[@]}"; complete -p wsbench\n'
    )
    done = subprocess.run(
        [str(shutil.which("bash")), "--norc", "-c", script],
        env={**own(tmp_path), "PATH": f"{tmp_path}:/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.splitlines() == [
        "picows picows-websockets",
        "complete -o default -F _wsbench_completion wsbench",
    ]
