"""Kills runs at random moments, goes on with them, and sees what their files hold: RESUMES (50) runs.

Each is killed (SIGKILL, the whole of wsbench at once) as often as chance has it, then finished. The file must
hold every planned round once, in order, those from before the kill unchanged, and be analysed as the same
rounds written in one go. The exit code is 1 where one does not.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from injecting import WSBENCH
from watching import survivors
from wsbench.analysis.run import analyse
from wsbench.records.run import Run
from wsbench.report.run import document
from wsbench.storage.results import Store, read_run

ROUNDS = 3
WORDS = (
    *("run", "stdlib", "--client", "wire", "--connections", "1", "--size", "64"),
    *("--rounds", str(ROUNDS), "--no-keep-awake", "--seed", "7", "--out", ".", "-q"),
)
LONGEST_S = 4.0
"""A run that is not disturbed takes less: moments lie before that."""


def killed(words: tuple[str, ...], folder: Path, mark: str, moment: float) -> bool:
    """Run wsbench, and kill it after so many seconds; return whether it was still running."""
    name, _, value = mark.partition("=")
    process = subprocess.Popen(
        [str(WSBENCH), *words],
        cwd=folder,
        env={**os.environ, name: value},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True
    return False


def problems(before: Run | None, after: Run, folder: Path) -> list[str]:
    """Return what is wrong with a file that was finished, given what it held before."""
    found = []
    if [one.number for one in after.rounds] != list(range(ROUNDS)):
        found.append(f"rounds {[one.number for one in after.rounds]}")
    if before and after.rounds[: len(before.rounds)] != before.rounds:
        found.append("rounds from before the kill have changed")
    if not after.closing or after.closing.status != "complete":
        found.append(f"it ended {after.closing and after.closing.status}")
    once = Store(folder / "once", after.header)
    for line in (*after.rounds, after.closing):
        if line:
            once.append(line)
    if once.path and document(analyse(read_run(once.path))) != document(analyse(after)):
        found.append("it is not analysed as the same rounds written in one go")
    return found


def try_one(rng: random.Random, number: int) -> tuple[int, list[str]]:
    """Kill a run until chance lets it finish; return how often it was killed, and what is wrong then."""
    with tempfile.TemporaryDirectory(prefix="wsbench-resuming-") as name:
        folder, kills = Path(name), 0
        mark = f"RESUMING_RUN={folder.name}"
        before: Run | None = None
        while True:
            words = ("run", "--resume", str(next(folder.glob("*.jsonl"))), "-q") if before else WORDS
            moment = rng.uniform(0, LONGEST_S) if kills <= number % 3 else 120.0
            stopped = killed(words, folder, mark, moment)
            kills += stopped
            left = survivors(mark)
            if left:
                return kills, [f"left behind: {one}" for one in left]
            files = sorted(folder.glob("*.jsonl"))
            if len(files) > 1:
                return kills, [f"{len(files)} files"]
            now = read_run(files[0]) if files else None
            if before and (now is None or now.rounds[: len(before.rounds)] != before.rounds):
                return kills, ["rounds from before a kill have changed"]
            if now and not stopped:
                return kills, problems(before, now, folder)
            before = now if now and now.rounds else None


def main() -> int:
    """Try as many as were asked for; print what came of each that was wrong, and of all."""
    count, seed = int(os.environ.get("RESUMES", "50")), int(os.environ.get("SEED", "1"))
    rng, begun = random.Random(seed), time.monotonic()
    wrong = kills = 0
    for number in range(count):
        killed_so_often, found = try_one(rng, number)
        kills += killed_so_often
        wrong += bool(found)
        if found:
            print(f"run {number + 1}: {'; '.join(found)}")
    print(f"{count} runs, killed {kills} times, {wrong} wrong, {time.monotonic() - begun:.0f} s")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
