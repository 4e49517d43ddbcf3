"""A pull request played through: the action on commits that change nothing, make it slower, make it faster.

Server files are commands of a Python without its site, which starts in a moment under valgrind.
"""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from action_steps import ROOT, Job, programs
from terminal import QUIET
from wsbench.escaping import workflow_message
from wsbench.exporters.comment import mark

pytestmark = [
    pytest.mark.skipif(not shutil.which("vgdb"), reason="what the action counts needs valgrind"),
    pytest.mark.timeout(300),  # the first test waits for three comparisons
]

STAND_INS = ROOT / "tests" / "stand_ins"
SERVER = (STAND_INS / "short_echo.py").read_text()
ANSWER = "    return message\n"
"""What the server does with a message; commits change it."""

WSBENCH = "#!{python}\nfrom wsbench.__main__ import main\nmain()\n"
COMPARED = "'base=cmd:python -I -S base/echo.py {port}' 'here=cmd:python -I -S echo.py {port}'"
SHORT = "--size 64 --depth 1 --rounds 4 -q"
COMMITS = {
    "baseline": "    for _ in range(30):\n        message = bytes(bytearray(message))\n" + ANSWER,
    "unchanged": "    # as it was\n    for _ in range(30):\n        message = bytes(bytearray(message))\n"
    + ANSWER,
    "regressed": "    for _ in range(60):\n        message = bytes(bytearray(message))\n" + ANSWER,
    "improved": ANSWER,
}
"""The branches of the repository, and what their servers do."""

MEASURED = ("unchanged", "regressed", "improved")
BRANCH = "branch:wsbench-history"

FAST = """#!/bin/sh
for word; do case $word in html=*) echo page > "${word#html=}" ;; *.svg) echo badge > "$word" ;; esac; done
"""
"""A wsbench whose histories are nothing."""


def git(*words: str, cwd: Path) -> str:
    """Run git as somebody without settings of their own."""
    named = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"]
    done = subprocess.run(["git", *named, *words], cwd=cwd, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a repository with a branch for each commit, and return the bare one that is cloned."""
    folder = tmp_path_factory.mktemp("repository")
    source, bare = folder / "source", folder / "hub" / "owner" / "echo.git"
    git("init", "-q", "-b", "baseline", str(source), cwd=folder)
    for name, answer in COMMITS.items():
        git("checkout", "-q", "-B", name, cwd=source)
        assert ANSWER in SERVER
        (source / "echo.py").write_text(SERVER.replace(ANSWER, answer))
        git("add", "echo.py", cwd=source)
        git("commit", "-q", "-m", name, cwd=source)
        if name != "baseline":
            git("checkout", "-q", "baseline", cwd=source)
    bare.parent.mkdir(parents=True)
    git("clone", "-q", "--bare", str(source), str(bare), cwd=folder)
    return bare


class World:
    """What jobs share: the repository, the comments of the pull request, caches and artifacts."""

    def __init__(self, folder: Path, remote: Path) -> None:
        self.folder, self.remote = folder, remote
        self.path = programs(
            folder / "bin", wsbench=WSBENCH, gh="#!{python}\n" + (STAND_INS / "gh.py").read_text()
        )
        self.fast = programs(folder / "fast", wsbench=FAST)
        self.comments_file = folder / "comments.json"
        self.comments_file.write_text(json.dumps([{"id": 1, "user": "User", "body": self.typed}]))

    @property
    def typed(self) -> str:
        """What somebody wrote who had seen the mark of the action's comments."""
        return f"{mark('echo latency echo 0 wsbench-results')}\nLooks good."

    @property
    def comments(self) -> list[dict[str, Any]]:
        """The comments of the pull request, the oldest first."""
        return json.loads(self.comments_file.read_text())  # type: ignore[no-any-return]

    def job(self, name: str, branch: str, *, event: str = "pull_request", **inputs: str) -> Job:
        """Return the job of a commit, in a checkout of it and of its base, as the example has it."""
        checkout = self.folder / name
        git("clone", "-q", "-b", branch, str(self.remote), str(checkout), cwd=self.folder)
        git("clone", "-q", "-b", "baseline", str(self.remote), "base", cwd=checkout)
        seed = list(COMMITS).index(branch)  # runs that begin in one second differ by it
        return Job(
            checkout,
            {
                "command": "compare",
                "arguments": f"{COMPARED} {SHORT} --seed {seed}",
                "comment": "true",
                **inputs,
            },
            event=event,
            number="7" if event == "pull_request" else "",
            run_id=name,
            store=self.folder / "store",
            variables={
                **QUIET,
                "PATH": self.path,
                "WSBENCH_CACHE": str(self.folder / "cache"),
                "GH_FOLDER": str(self.folder),
                "GITHUB_SERVER_URL": self.remote.parents[1].as_uri(),
                "GITHUB_REPOSITORY": "owner/echo",
            },
        )

    def merged(self, done: Job, name: str, history: str) -> Job:
        """Return the job of a push that has measured what another one did, and is to do the rest."""
        job = self.job(name, "baseline", event="push", history=history)
        shutil.copytree(done.checkout / "wsbench-results", job.checkout / "wsbench-results")
        job.known |= {key: value for key, value in done.known.items() if key.startswith("steps.measure.")}
        job.known["steps.measure.outputs.kept"] = history.partition(":")[0]
        return job


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, remote: Path) -> World:
    """Return what the jobs of this module share."""
    return World(tmp_path_factory.mktemp("world"), remote)


@pytest.fixture(scope="module")
def jobs(world: World) -> dict[str, Job]:
    """Play three commits of a pull request, a push of the baseline before them, and one of what is merged.

    The commits are measured together, and the rest is done in turn. A push has measured what a commit did
    that is the same.
    """
    made = {name: world.job(name, name, history=BRANCH) for name in MEASURED}
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda job: job.play("Install valgrind", "Measure"), made.values()))
    made["baseline"] = world.merged(made["unchanged"], "baseline", BRANCH)
    made["baseline"].variables["PATH"] = world.fast
    made["merged"] = world.merged(made["improved"], "merged", BRANCH)
    for job in made.values():
        job.play("Restore the history", "Keep the results")
    return made


@pytest.mark.parametrize(
    ("name", "word", "code"),
    [
        ("unchanged", "NO REGRESSION", "0"),
        ("regressed", "REGRESSED", "1"),
        ("improved", "IMPROVED", "0"),
    ],
)
def test_a_commit_gets_its_verdict(jobs: dict[str, Job], name: str, word: str, code: str) -> None:
    """As exit code of the job, at the head of the summary, and as an artifact with page and JUnit XML."""
    job = jobs[name]
    assert (job.exit_code, job.failed) == (code, code != "0"), job.said
    summary = job.summary.read_text()
    assert summary.startswith(f"## wsbench: {word}\n")
    assert summary.index("```text\nbetter") < summary.index("| cell |")
    kept = artifact(job)
    assert {"junit.xml", "report.html"} <= {one.name for one in kept.iterdir()}
    assert len([*kept.glob("*.jsonl")]) == 1
    assert word in (kept / "report.html").read_text()


def artifact(job: Job) -> Path:
    """Return the folder of what a job kept."""
    (folder,) = (job.store / "artifacts" / job.run_id).iterdir()
    assert folder.name == "wsbench-results-echo-0"
    return folder


def test_a_regression_annotates_the_run(jobs: dict[str, Job]) -> None:
    """One error names the cell; the other commits have none."""
    lines = {name: jobs[name].said["Measure"].splitlines() for name in MEASURED}
    told = {name: [line for line in said if line.startswith("::")] for name, said in lines.items()}
    (error,) = told.pop("regressed")
    assert error.startswith("::error title=wsbench::REGRESSED: here")
    assert workflow_message("margin 0.5 %") in error
    assert not any(line.startswith("::error") for said in told.values() for line in said)


def test_a_pull_request_has_one_comment_which_the_last_commit_wrote(
    world: World, jobs: dict[str, Job]
) -> None:
    """What a person wrote stays, even where it begins as ours."""
    typed, ours = world.comments
    assert typed == {"id": 1, "user": "User", "body": world.typed}
    assert ours["body"].startswith(f"{mark('echo latency echo 0 wsbench-results')}\n## wsbench: IMPROVED\n")
    assert all("::warning" not in job.said.get("Comment", "") for job in jobs.values())
    changing = [line for line in (world.folder / "calls").read_text().splitlines() if line[:3] != "GET"]
    assert changing == [
        "POST repos/owner/echo/issues/7/comments",
        *["PATCH repos/owner/echo/issues/comments/2"] * 2,
    ]
    assert [name for name, job in jobs.items() if "Comment" in job.said] == [
        "unchanged",
        "regressed",
        "improved",
    ]


def test_pushes_are_kept_on_a_branch_of_one_commit_with_its_page(remote: Path, jobs: dict[str, Job]) -> None:
    """Pages serves it as it is; pull requests are not in it."""
    names = set(git("ls-tree", "-r", "--name-only", "wsbench-history", cwd=remote).splitlines())
    runs = {one for one in names if one.startswith("runs/")}
    assert names - runs == {".nojekyll", "badge.svg", "index.html", "newest.html"}
    assert len(runs) == 2
    assert {one.partition("-compare-")[2] for one in runs} == {
        f"{name}-echo-latency-echo-0-wsbench-results.jsonl.gz" for name in ("baseline", "merged")
    }
    assert git("rev-list", "--count", "wsbench-history", cwd=remote) == "1"
    shown = subprocess.run(
        ["git", "show", f"wsbench-history:{min(runs)}"], cwd=remote, capture_output=True, check=True
    )
    assert json.loads(gzip.decompress(shown.stdout).splitlines()[0])["line"] == "count"
    merged = jobs["merged"]
    assert "| here | 2 |" in merged.summary.read_text()
    assert (artifact(merged) / "history.html").is_file()
    assert "Keep the history" not in jobs["improved"].said


def test_a_cache_keeps_pushes_too(world: World, jobs: dict[str, Job]) -> None:
    """The next push finds what the one before has saved."""
    for number, name in enumerate(("unchanged", "improved")):
        job = world.merged(jobs[name], f"cached-{name}", "cache")
        job.variables["PATH"] = world.fast
        job.play("Restore the history", "Keep the results")
        assert not job.failed, job.said
        assert len([*(job.checkout / ".wsbench-history" / "runs").iterdir()]) == 1 + number
    assert len([*(job.store / "caches").iterdir()]) == 2


def test_a_fork_that_may_not_comment_is_a_warning(world: World, jobs: dict[str, Job]) -> None:
    """Its code was measured all the same, and its verdict stands in the summary."""
    job, before = jobs["regressed"], world.comments
    job.variables["GH_READS_ONLY"] = "1"
    job.play("Comment", "Comment")
    assert (
        "::warning title=wsbench::comment: it can't be written: "
        "the job needs permissions: pull-requests: write, which a pull request from a fork never has"
    ) in job.said["Comment"].splitlines()
    assert (world.comments, job.exit_code) == (before, "1")


@pytest.mark.parametrize(
    ("branch", "why"),
    [
        ("baseline", "the branch baseline holds something else: name a new one"),
        ("refused", "the branch refused could not be pushed to; the job needs permissions: contents: write"),
    ],
)
def test_a_branch_that_is_none_of_ours_is_a_warning(
    world: World, remote: Path, jobs: dict[str, Job], branch: str, why: str
) -> None:
    """A slip must not replace a project's code by a page; a token that may only read ends no job."""
    hook = remote / "hooks" / "update"
    hook.write_text('#!/bin/sh\n[ "$1" != refs/heads/refused ]\n')
    hook.chmod(0o755)
    job = world.merged(jobs["improved"], f"into-{branch}", f"branch:{branch}")
    job.variables["PATH"] = world.fast
    before = git("for-each-ref", cwd=remote)
    job.play("Keep the history", "Keep the history")
    assert not job.failed, job.said
    assert f"::warning title=wsbench::history: {why}\n" in job.said["Keep the history"]
    assert git("for-each-ref", cwd=remote) == before
