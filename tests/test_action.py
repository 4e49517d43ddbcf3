"""The action for GitHub, and the workflow that shows its use: what is declared, and what its script does."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from typer.main import get_command
from wsbench.cli.main import app
from wsbench.exits import code_of
from wsbench.machine.variables import telling, withheld
from wsbench.plan.margins import read_margins
from wsbench.stats.decision import GRAVEST
from wsbench.storage.settings import gates_of

ROOT = Path(__file__).parents[1]
SOURCE = (ROOT / "action.yml").read_text()
ACTION: dict[str, Any] = yaml.safe_load(SOURCE)
STEPS: dict[str, dict[str, Any]] = {step["name"]: step for step in ACTION["runs"]["steps"]}
WORKFLOW: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "example-workflow.yml").read_text())
GUIDE = (ROOT / "docs" / "ci.md").read_text()
INPUT = re.compile(r"\binputs\.([\w-]+)")
STAND_IN = """#!{python}
import os, sys
with open(os.environ["RECORD"], "w") as file:
    file.write("\\0".join(sys.argv[1:]))
sys.exit(int(os.environ["CODE"]))
"""


class Outcome(NamedTuple):
    """What the script did: its exit code, the words wsbench got (None if it was not started), its outputs."""

    code: int
    words: list[str] | None
    outputs: dict[str, str]
    said: str


def measure(folder: Path, code: int = 0, **inputs: str) -> Outcome:
    """Run the script as GitHub does, with a wsbench that records its words and ends with `code`."""
    step = STEPS["Measure"]
    stand_in = folder / "bin" / "wsbench"
    stand_in.parent.mkdir()
    stand_in.write_text(STAND_IN.format(python=sys.executable))
    stand_in.chmod(stand_in.stat().st_mode | stat.S_IXUSR)
    (folder / "bin" / "python").symlink_to(sys.executable)
    given = {name: one["default"] for name, one in ACTION["inputs"].items()} | inputs
    variables = {
        name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: given[found[1]], value)
        for name, value in step["env"].items()
    }
    (folder / "script.sh").write_text(step["run"])
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "script.sh"],
        cwd=folder,
        env={
            **variables,
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
            "GITHUB_OUTPUT": str(folder / "output"),
            "RECORD": str(folder / "record"),
            "CODE": str(code),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    record = folder / "record"
    lines = (folder / "output").read_text().splitlines()
    return Outcome(
        done.returncode,
        record.read_text().split("\0") if record.exists() else None,
        dict(line.split("=", 1) for line in lines),
        done.stdout + done.stderr,
    )


def test_every_input_is_used_and_every_used_one_declared() -> None:
    """GitHub takes a misspelt input for an empty text and says nothing."""
    assert set(INPUT.findall(SOURCE)) == set(ACTION["inputs"])


def test_inputs_have_defaults_of_text_and_words_that_explain_them() -> None:
    """Every input is text; nobody has to give one."""
    for name, one in ACTION["inputs"].items():
        assert isinstance(one["default"], str), name
        assert one["description"].strip(), name


def test_outputs_come_from_steps_that_write_them() -> None:
    """A misspelt output is an empty text."""
    for source in re.findall(r"steps\.measure\.outputs\.([\w-]+)", SOURCE):
        assert f'echo "{source}=' in STEPS["Measure"]["run"]
    assert STEPS["Measure"]["id"] == "measure"


def test_no_expression_stands_in_a_script() -> None:
    """It would be put there as text and run as part of the script, whatever it holds."""
    scripts = [step["run"] for step in STEPS.values() if "run" in step]
    for job in WORKFLOW["jobs"].values():
        scripts += [step["run"] for step in job["steps"] if "run" in step]
    assert len(scripts) >= 2
    assert not any("${{" in script for script in scripts)


def test_scripts_of_an_action_name_their_shell() -> None:
    """GitHub demands it of composite actions."""
    assert ACTION["runs"]["using"] == "composite"
    assert all(step["shell"] == "bash" for step in STEPS.values() if "run" in step)


def test_results_are_kept_when_measuring_failed() -> None:
    """A regression is what one wants to look into."""
    step = STEPS["Keep the results"]
    assert step["if"].startswith("always()")
    assert step["uses"].startswith("actions/upload-artifact@")
    assert step["with"]["path"] == "${{ inputs.results }}"


def test_it_installs_its_own_checkout_with_what_versions_need(tmp_path: Path) -> None:
    """Run with a stand-in for Python: the path of the checkout stays one word, whatever is in it."""
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\nfor word; do echo "$word"; done\n')
    python.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "GITHUB_ACTION_PATH": "/a b/wsbench"}
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", STEPS["Install wsbench"]["run"]],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "/a b/wsbench[fast,tls,versions]"
    assert done.stdout.splitlines()[:3] == ["-m", "pip", "install"]


def test_without_inputs_it_checks_into_the_results_folder(tmp_path: Path) -> None:
    """Nothing else is said to wsbench."""
    outcome = measure(tmp_path)
    options = ["--out", "wsbench-results", "--junit", "wsbench-results/junit.xml"]
    assert outcome.words == ["check", *options]
    assert outcome.code == 0
    assert outcome.outputs == {"exit-code": "0", "artifact": "wsbench-results"}


def test_every_input_reaches_wsbench(tmp_path: Path) -> None:
    """As one word each, spaces or not; the user's own come last and so win."""
    outcome = measure(
        tmp_path,
        command="compare",
        arguments="a b",
        baseline="my baseline",
        margin="7.5",
        strict="true",
        results="my results",
    )
    assert outcome.words == [
        *("compare", "--out", "my results", "--junit", "my results/junit.xml"),
        *("--baseline", "my baseline", "--margin", "7.5", "--strict", "a", "b"),
    ]
    assert outcome.outputs["artifact"] == "my-results"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("websockets==15.0 websockets", ["websockets==15.0", "websockets"]),
        ("'a b'  \"c 'd'\" e\\ f", ["a b", "c 'd'", "e f"]),
        ("one\ntwo\n", ["one", "two"]),
        ("'two\nlines'", ["two\nlines"]),
        ("''", [""]),
        (
            "* $HOME `id` $(touch ran) ; touch ran",
            ["*", "$HOME", "`id`", "$(touch", "ran)", ";", "touch", "ran"],
        ),
        ("ä–µ", ["ä–µ"]),
    ],
)
def test_arguments_are_split_as_a_shell_does_and_never_run(
    tmp_path: Path, arguments: str, words: list[str]
) -> None:
    """Quotation marks keep words together; nothing is expanded, and nothing is started."""
    outcome = measure(tmp_path, arguments=arguments)
    assert outcome.words is not None
    assert outcome.words[5:] == words
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("code", [1, 2, 3, 4, 130])
def test_the_exit_code_is_passed_on(tmp_path: Path, code: int) -> None:
    """As the step's own, and as an output for what comes after."""
    outcome = measure(tmp_path, code)
    assert (outcome.code, outcome.outputs["exit-code"]) == (code, str(code))


@pytest.mark.parametrize(
    ("name", "value"), [("arguments", "'open"), ("strict", "yes"), ("strict", "True "), ("results", "")]
)
def test_what_it_can_not_read_is_wrong_usage(tmp_path: Path, name: str, value: str) -> None:
    """Not a regression, and not a gate that is silently less strict."""
    outcome = measure(tmp_path, **{name: value})
    assert (outcome.code, outcome.words, outcome.outputs["exit-code"]) == (2, None, "2")
    assert f"::error title=wsbench::{name}: " in outcome.said


@pytest.mark.parametrize("value", ["false", ""])
def test_strict_is_off_unless_asked_for(tmp_path: Path, value: str) -> None:
    """An empty text is what an unset variable of a workflow gives."""
    outcome = measure(tmp_path, strict=value)
    assert outcome.words is not None
    assert "--strict" not in outcome.words


def test_the_name_of_the_artifact_has_no_character_that_github_refuses(tmp_path: Path) -> None:
    """No slash, and no line that would be another output."""
    outcome = measure(tmp_path, results="a/b\nexit-code=0")
    assert outcome.outputs["artifact"] == "a-b-exit-code-0"


def options_of(command: str) -> set[str]:
    """Return the options of a command of the command line."""
    params = get_command(app).commands[command].params  # type: ignore[attr-defined]
    return {option for param in params for option in param.opts}


def test_the_command_line_has_the_options_that_the_action_uses() -> None:
    """`--baseline` is for check alone."""
    used = set(re.findall(r"--[a-z]+", STEPS["Measure"]["run"].partition("options=(")[2]))
    assert used == {"--out", "--junit", "--baseline", "--margin", "--strict"}
    assert used <= options_of("check")
    assert used - {"--baseline"} <= options_of("compare")


def uses_of_the_action() -> list[dict[str, Any]]:
    """Return the steps of the example workflow that use this action."""
    steps = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]
    return [step for step in steps if "/wsbench@" in step.get("uses", "")]


def test_the_example_uses_inputs_and_options_that_exist() -> None:
    """It is copied by people who have not read more."""
    assert len(uses_of_the_action()) > 2
    for step in uses_of_the_action():
        assert set(step["with"]) <= set(ACTION["inputs"])
        assert set(re.findall(r"--[\w-]+", step["with"].get("arguments", ""))) <= options_of(
            step["with"]["command"]
        )
        assert all(isinstance(value, str) for value in step["with"].values())


def test_no_two_artifacts_of_the_example_share_a_name() -> None:
    """In one job the folder alone tells them apart: the second would take the place of the first."""
    for job in WORKFLOW["jobs"].values():
        used = [
            (step.get("if"), step["with"].get("results"))
            for step in job["steps"]
            if step in uses_of_the_action()
        ]
        assert len(set(used)) == len(used)


def test_the_example_asks_for_no_more_than_reading() -> None:
    """Code of a pull request runs in it."""
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert set(WORKFLOW[True]) == {"pull_request", "push"}  # YAML 1.1 reads the key `on` as a boolean


def test_the_guide_lists_every_verdict_with_its_exit_codes() -> None:
    """Without and with `--strict`, as the program returns them."""
    found = re.findall(r"^\| ([A-Z ]+) \| .* \| (\d)(?:, with `--strict` (\d))? \|$", GUIDE, re.MULTILINE)
    told = {word: (int(plain), int(strict or plain)) for word, plain, strict in found}
    assert told == {word: (code_of(word, strict=False), code_of(word, strict=True)) for word in GRAVEST}
    assert f"{', '.join(GRAVEST)}." in " ".join(GUIDE.split())


def test_the_margins_of_the_guide_are_read_as_it_says() -> None:
    """All of it in percent: one for all, by metric, by cell, and 0 for none."""
    (block,) = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    gates = gates_of(tomllib.loads(block)["tool"]["wsbench"]["check"])
    one, many = (
        "tornado by wire, 64 B text, 1 connection, depth 1",
        "tornado by wire, 64 B text, 16 connections, depth 1",
    )
    assert many in GUIDE
    names = ("rtt_p50", "rtt_p90", "rtt_p99", "throughput", "server_cpu")
    assert [gates.margin_of(one, name) for name in names] == [0.05, 0, 0.15, 0, 0.10]
    assert [gates.margin_of(many, name) for name in names] == [0.08, 0, 0.15, 0.08, 0.20]
    other = one.replace("tornado", "aiohttp")
    assert not any(gates.margin_of(other, name) for name in names)
    assert gates.shows(other, "rtt_p50")
    for word in re.findall(r"`--margin ([^`]+)`", GUIDE):
        assert read_margins([word], gates) != gates


def test_the_variables_of_the_guide_are_dealt_with_as_it_says() -> None:
    """Kept from children before the colon's end, stored after it."""
    (section,) = re.findall(r"## What the surroundings do\n(.*?)\n## ", GUIDE, re.DOTALL)
    kept, _, stored = section.partition("Those that somebody may")
    stored = stored.partition("Of paths")[0]
    names = [re.findall(r"`([A-Z_]+\*?)`", part) for part in (kept, stored)]
    kept_names, stored_names = ([name.replace("*", "X") for name in part] for part in names)
    assert withheld(dict.fromkeys(kept_names, "1")) == tuple(kept_names)
    assert set(telling(dict.fromkeys(stored_names, "1"))) == set(stored_names)
    assert min(len(kept_names), len(stored_names)) >= 4


def test_the_options_of_the_guide_exist() -> None:
    """Of `compare` and `check` together."""
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", GUIDE)) <= options_of("check") | options_of("compare")
