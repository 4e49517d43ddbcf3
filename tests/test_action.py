"""The action for GitHub, and the workflow that shows its use: what is declared, and what its script does."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from action_steps import ACTION, ROOT, SOURCE, STEPS, Outcome, inputs_of, programs, run_script
from typer.main import get_command
from wsbench.cli.main import app
from wsbench.exits import code_of
from wsbench.machine.variables import telling, withheld
from wsbench.plan.margins import read_margins
from wsbench.stats.decision import GRAVEST
from wsbench.storage.settings import gates_of

WORKFLOW: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "example-workflow.yml").read_text())
GUIDE = (ROOT / "docs" / "ci.md").read_text()
INPUT = re.compile(r"\binputs\.([\w-]+)")
STAND_IN = """#!{python}
import os, sys
with open(os.environ["RECORD"], "w") as file:
    file.write("\\0".join(sys.argv[1:]))
sys.exit(int(os.environ["CODE"]))
"""
ALWAYS = [
    *("--out", "wsbench-results", "--junit", "wsbench-results/junit.xml"),
    *("--write", "html=wsbench-results/report.html", "--by", "count"),
]
"""What the script says to wsbench whatever the inputs."""


class Measured(NamedTuple):
    """What the script did: its exit code, the words wsbench got (None if it was not started), its outputs."""

    code: int
    words: list[str] | None
    outputs: dict[str, str]
    said: str


def measure(folder: Path, code: int = 0, event: str = "push", **inputs: str) -> Measured:
    """Run the script as GitHub does, with a wsbench that records its words and ends with `code`."""
    checkout, record = folder / "checkout", folder / "record"
    checkout.mkdir()
    known = {f"inputs.{name}": value for name, value in inputs_of(inputs).items()}
    variables = {
        "PATH": programs(folder / "bin", wsbench=STAND_IN),
        "RECORD": str(record),
        "CODE": str(code),
        "GITHUB_EVENT_NAME": event,
        "GITHUB_WORKFLOW": ".github/workflows/echo.yml",
        "GITHUB_JOB": "job",
    }
    done = run_script("Measure", checkout, {**known, "strategy.job-index": "0"}, variables)
    return Measured(
        done.code, record.read_text().split("\0") if record.exists() else None, done.outputs, done.said
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
    by_id = {step["id"]: step for step in STEPS.values() if "id" in step}
    used = re.findall(r"steps\.([\w-]+)\.outputs\.([\w-]+)", SOURCE)
    assert {name for name, _ in used} == set(by_id)
    for name, source in used:
        assert f'echo "{source}=' in by_id[name]["run"]


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
    assert done.stdout.splitlines()[-1] == "/a b/wsbench[fast,page,tls,versions]"
    assert done.stdout.splitlines()[:3] == ["-m", "pip", "install"]


def test_without_inputs_it_checks_into_the_results_folder(tmp_path: Path) -> None:
    """Nothing else is said to wsbench."""
    outcome = measure(tmp_path)
    assert outcome.words == ["check", *ALWAYS]
    assert outcome.code == 0
    assert outcome.outputs == {
        "exit-code": "0",
        "artifact": "wsbench-results",
        "name": "-github-workflows-echo-yml-job-0-wsbench-results",
        "kept": "",
    }


def test_every_input_reaches_wsbench(tmp_path: Path) -> None:
    """As one word each, spaces or not; the user's own come last and so win."""
    outcome = measure(
        tmp_path,
        command="compare",
        arguments="a b",
        baseline="my baseline",
        margin="7.5",
        strict="true",
        by="time,count",
        comment="true",
        history="branch:runs/of-main",
        results="my results",
    )
    name = "-github-workflows-echo-yml-job-0-my-results"
    assert outcome.words == [
        *("compare", "--out", "my results", "--junit", "my results/junit.xml"),
        *("--write", "html=my results/report.html", "--by", "time,count"),
        *("--baseline", "my baseline", "--margin", "7.5", "--strict"),
        *("--comment", f"my results/{name}.md", "a", "b"),
    ]
    assert outcome.outputs["artifact"] == "my-results"
    assert outcome.outputs["name"] == name


@pytest.mark.parametrize(
    ("history", "event", "kept"),
    [
        ("none", "push", ""),
        ("", "push", ""),
        ("cache", "push", "cache"),
        ("cache", "schedule", "cache"),
        ("branch:a/b", "push", "branch"),
        ("cache", "pull_request", ""),
        ("branch:a", "pull_request_target", ""),
    ],
)
def test_only_what_is_in_the_project_gets_into_its_history(
    tmp_path: Path, history: str, event: str, kept: str
) -> None:
    """A pull request may never be merged."""
    assert measure(tmp_path, event=event, history=history).outputs["kept"] == kept


def tools(folder: Path, by: str, **stand_ins: str) -> Outcome:
    """Run the step that installs valgrind, on a machine that has nothing but these programs."""
    for name in ("bash", "id"):
        (folder / name).symlink_to(str(shutil.which(name)))
    for name, source in stand_ins.items():
        (folder / name).write_text(f"#!/bin/sh\n{source}\n")
        (folder / name).chmod(0o755)
    return run_script("Install valgrind", folder, {"inputs.by": by}, {"PATH": str(folder)})


APT = 'echo "apt-get $*"'


@pytest.mark.parametrize("by", ["count", "time,count"])
def test_valgrind_is_installed_where_counts_decide_and_it_is_missing(tmp_path: Path, by: str) -> None:
    """Hosted runners have none; by root alone, or with sudo."""
    done = tools(tmp_path, by, sudo='exec "$@"', **{"apt-get": APT})
    assert done.code == 0
    assert done.said.splitlines() == ["apt-get update -q", "apt-get install -q -y valgrind strace"]


def test_nothing_is_installed_for_times_or_where_it_is_there(tmp_path: Path) -> None:
    """It would cost seconds of each job."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert tools(tmp_path / "a", "time", **{"apt-get": APT}) == Outcome(0, {}, "")
    assert tools(tmp_path / "b", "count", valgrind="", **{"apt-get": APT}) == Outcome(0, {}, "")


@pytest.mark.parametrize("stand_ins", [{}, {"apt-get": "exit 100"}])
def test_where_valgrind_can_not_be_had_it_says_what_to_do(tmp_path: Path, stand_ins: dict[str, str]) -> None:
    """On a runner with another system; the gate does not become another one in silence."""
    done = tools(tmp_path, "count", sudo='exec "$@"', **stand_ins)
    assert (done.code, done.outputs) == (2, {"exit-code": "2"})
    assert "::error title=wsbench::by: counting needs valgrind, which apt-get could not install" in done.said
    assert "write by: time" in done.said


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
    assert outcome.words[1 + len(ALWAYS) :] == words
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("code", [1, 2, 3, 4, 130])
def test_the_exit_code_is_passed_on(tmp_path: Path, code: int) -> None:
    """As the step's own, and as an output for what comes after."""
    outcome = measure(tmp_path, code)
    assert (outcome.code, outcome.outputs["exit-code"]) == (code, str(code))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("arguments", "'open"),
        ("strict", "yes"),
        ("strict", "True "),
        ("comment", "yes"),
        ("history", "branch"),
        ("history", "branch:"),
        ("history", "branch:-d"),
        ("history", "branch:a..b"),
        ("results", ""),
    ],
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
    used = set(re.findall(r"options.*?(--[a-z]+)", STEPS["Measure"]["run"])) | {"--junit"}
    assert used == {"--out", "--junit", "--write", "--by", "--baseline", "--margin", "--strict", "--comment"}
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


def test_the_guide_lists_every_input_with_its_default() -> None:
    """In the action's order; what is said of one may be said of several."""
    (table,) = re.findall(r"\| input \| default \| \|\n\| [-| ]+\n(.*?)\n\n", GUIDE, re.DOTALL)
    told: dict[str, str] = {}
    for names, default in re.findall(r"^\| ([^|]+) \|([^|]*)\|", table, re.MULTILINE):
        told |= dict.fromkeys(re.findall(r"`([\w-]+)`", names), default.strip(" `"))
    assert told == {name: one["default"] for name, one in ACTION["inputs"].items()}


def test_the_options_of_the_guide_exist() -> None:
    """Of `compare` and `check` together."""
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", GUIDE)) <= options_of("check") | options_of("compare")
