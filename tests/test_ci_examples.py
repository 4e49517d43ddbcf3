"""The examples for CI that people copy: sound for those who run them, and of options that exist."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command
from wsbench.cli.main import app
from wsbench.environments.interpreters import OLDEST

ROOT = Path(__file__).parents[1]
GITLAB: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "example-gitlab-ci.yml").read_text())
GUIDE = (ROOT / "docs" / "ci.md").read_text()


@pytest.mark.parametrize(
    ("file", "options"),
    [
        ("action.yml", ["--builtin-schema", "vendor.github-actions"]),
        ("docs/example-workflow.yml", ["--builtin-schema", "vendor.github-workflows"]),
        (
            "docs/example-gitlab-ci.yml",
            ["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"],
        ),
    ],
)
def test_a_file_is_what_its_reader_takes(file: str, options: list[str]) -> None:
    """By the schemas of GitHub and GitLab that check-jsonschema brings, so nothing is fetched."""
    words = [sys.executable, "-m", "check_jsonschema", *options, str(ROOT / file)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout


def workflows_of(guide: str) -> list[dict[str, Any]]:
    """Return the YAML blocks of a document that are whole workflows."""
    found = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)]
    return [one for one in found if "jobs" in one]


def test_the_workflow_of_the_guide_is_a_job_of_the_example() -> None:
    """It is what newcomers paste; the example says more."""
    example = yaml.safe_load((ROOT / "docs" / "example-workflow.yml").read_text())
    (shown,) = workflows_of(GUIDE)
    ((name, job),) = shown["jobs"].items()
    assert job == example["jobs"][name]
    assert {key: shown[key] for key in ("name", True)} == {key: example[key] for key in ("name", True)}


def test_the_job_of_gitlab_uses_verbs_and_options_that_exist() -> None:
    """All its calls of wsbench, and the extras that it installs."""
    (job,) = GITLAB.values()
    commands = get_command(app).commands  # type: ignore[attr-defined]
    lines = [line for part in ("script", "after_script") for line in job[part]]
    calls = [shlex.split(line) for line in lines if line.startswith("wsbench ")]
    assert [call[1] for call in calls] == ["compare", "history"]
    for _, verb, *rest in calls:
        known = {option for param in commands[verb].params for option in param.opts}
        assert {word for word in rest if word.startswith("--")} <= known
    assert tuple(map(int, job["image"].partition(":")[2].split("."))) >= OLDEST
    assert job["artifacts"]["reports"]["junit"] in " ".join(lines)
