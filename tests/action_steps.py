"""A job of GitHub's that uses the action: its steps are run as the runner runs them.

Scripts run as they are. Expressions and conditions are looked up in what the job knows; the cache and the
artifacts are folders; `gh` is a program that keeps comments in a file.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).parents[1]
SOURCE = (ROOT / "action.yml").read_text()
ACTION: dict[str, Any] = yaml.safe_load(SOURCE)
STEPS: dict[str, dict[str, Any]] = {step["name"]: step for step in ACTION["runs"]["steps"]}
NOT_PLAYED = ("Set up Python", "Install wsbench")
"""Here both are there already."""


class Outcome(NamedTuple):
    """What a script did: its exit code, its outputs, and what it printed."""

    code: int
    outputs: dict[str, str]
    said: str


def inputs_of(given: Mapping[str, str]) -> dict[str, str]:
    """Return all inputs: those given, and the others by their defaults."""
    assert set(given) <= set(ACTION["inputs"])
    return {name: one["default"] for name, one in ACTION["inputs"].items()} | dict(given)


def run_script(name: str, folder: Path, known: Mapping[str, str], variables: Mapping[str, str]) -> Outcome:
    """Run the script of a step in a folder; `known` has the values of its expressions."""
    step = STEPS[name]
    said = {one: filled_in(text, known) for one, text in step.get("env", {}).items()}
    output = folder.parent / f"{folder.name}.{name}.output".replace(" ", "-")
    output.write_text("")
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder,
        env={**said, **variables, "GITHUB_OUTPUT": str(output)},
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    lines = output.read_text().splitlines()
    return Outcome(done.returncode, dict(line.split("=", 1) for line in lines), done.stdout + done.stderr)


def filled_in(text: str, known: Mapping[str, str]) -> str:
    """Return a text with the values of its expressions; what the job does not know is a test's fault."""
    return re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda found: known[found[1]], text)


def holds(condition: str, known: Mapping[str, str], *, failed: bool) -> bool:
    """Return whether a step is run: without `always()` no more once another has failed."""
    terms = condition.split(" && ") if condition else []
    if "always()" not in terms and failed:
        return False
    for term in terms:
        name, sign, text = [*term.split(" "), "!=", "''"][:3]
        value = known.get(name, "")
        if name != "always()" and (value == text.strip("'")) != (sign == "=="):
            return False
    return True


@dataclass
class Job:
    """A job with this action in a checkout: its event, its inputs, and what it left behind."""

    checkout: Path
    inputs: dict[str, str]
    event: str = "push"
    number: str = ""
    run_id: str = "1"
    variables: dict[str, str] = field(default_factory=dict)
    store: Path = Path()
    """The folder of the caches and artifacts of all jobs."""

    known: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    """What each step that was run printed."""

    failed: bool = False

    def __post_init__(self) -> None:
        self.known |= {f"inputs.{name}": value for name, value in inputs_of(self.inputs).items()}
        self.known |= {"github.event.pull_request.number": self.number, "github.token": "a token"}
        self.known |= {"github.job": "echo", "github.run_id": self.run_id, "github.run_attempt": "1"}
        self.known |= {"strategy.job-index": "0", "runner.os": "Linux"}
        self.summary = self.checkout.parent / f"{self.checkout.name}.summary"
        self.summary.touch()

    @property
    def exit_code(self) -> str:
        """The output of the action."""
        return self.known.get("steps.measure.outputs.exit-code", "")

    def play(self, first: str, last: str) -> None:
        """Run the steps from one to another, as far as their conditions hold."""
        names = list(STEPS)
        for name in names[names.index(first) : names.index(last) + 1]:
            if name in NOT_PLAYED or not holds(STEPS[name].get("if", ""), self.known, failed=self.failed):
                continue
            outcome = self._act(name) if "uses" in STEPS[name] else self._run(name)
            self.said[name] = outcome.said
            self.failed |= outcome.code != 0
            for key, value in outcome.outputs.items():
                self.known[f"steps.{STEPS[name].get('id', name)}.outputs.{key}"] = value

    def _run(self, name: str) -> Outcome:
        return run_script(
            name,
            self.checkout,
            self.known,
            {
                **self.variables,
                "GITHUB_ACTIONS": "true",
                "GITHUB_STEP_SUMMARY": str(self.summary),
                "GITHUB_EVENT_NAME": self.event,
                "GITHUB_WORKFLOW": "echo latency",
                "GITHUB_JOB": "echo",
                "GITHUB_RUN_ID": self.run_id,
                "GITHUB_SHA": "0123456",
            },
        )

    def _act(self, name: str) -> Outcome:
        """Do what an action of others does: caches and artifacts are folders by their keys and names."""
        step = {key: filled_in(str(value), self.known) for key, value in STEPS[name]["with"].items()}
        path, action = self.checkout / step["path"], STEPS[name]["uses"].partition("@")[0]
        if action == "actions/upload-artifact":
            shutil.copytree(path, self.store / "artifacts" / self.run_id / step["name"], dirs_exist_ok=True)
        elif action == "actions/cache/save":
            shutil.copytree(path, self.store / "caches" / step["key"])
        else:
            assert action == "actions/cache/restore"
            kept = sorted((self.store / "caches").glob("*"), key=lambda one: one.stat().st_mtime_ns)
            matching = [one for one in kept if one.name.startswith(step["restore-keys"])]
            if matching:
                shutil.copytree(matching[-1], path)
        return Outcome(0, {}, "")


def programs(folder: Path, **sources: str) -> str:
    """Put a Python and programs of these sources into a folder; return a PATH that begins with it."""
    folder.mkdir()
    (folder / "python").symlink_to(sys.executable)
    for name, source in sources.items():
        (folder / name).write_text(source.replace("{python}", sys.executable))
        (folder / name).chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"
