"""Bench: how often `wsbench history` finds a change that is there, and flags one that is not.

    python tests/perf/change_points.py          # simulate and print the tables of docs/history.md; minutes
    python tests/perf/change_points.py 0.1      # with a tenth of the series

Beside ours stand two published methods in their usual form: E-divisive means with permutations (Matteson &
James 2014, JASA 109; 199 permutations, 5 %) and PELT with a normal cost (Killick, Fearnhead, Eckley 2012,
JASA 107; penalty 3 ln n, as MBIC has it for a place and a size, the noise from the steps between runs).
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from wsbench.stats.change_points import LEAST_RUNS, segment

Values = NDArray[np.float64]
Method = Callable[[Values], list[int]]
SPREAD, OWN = 0.02, 0.005
"""The noise between runs, as a share, and the standard error of each by its own rounds."""

COUNTS = {10: 1000, 30: 1000, 100: 400, 500: 100}
"""How many series of each length, without a change."""

LARGEST = 100
"""The longest series that the others are tried on: they take minutes for longer ones."""


def correlated(f: float) -> Callable[[np.random.Generator, int], Values]:
    """Return a first-order autoregression of variance 1."""

    def made(random: np.random.Generator, count: int) -> Values:
        steps = random.normal(size=count) * math.sqrt(1 - f * f)
        values = [random.normal()]
        for step in steps[1:]:
            values.append(f * values[-1] + step)
        return np.array(values)

    return made


def outlying(random: np.random.Generator, count: int) -> Values:
    """Return normal noise of which one run in twenty is far too slow."""
    return random.normal(size=count) + (random.random(count) < 0.05) * random.exponential(8, count)


NOISES: dict[str, Callable[[np.random.Generator, int], Values]] = {
    "normal": lambda random, count: random.normal(size=count),
    "Student t, 3 degrees of freedom": lambda random, count: random.standard_t(3, count) / math.sqrt(3),
    "normal, 1 run in 20 far slower": outlying,
    "autocorrelation 0.2": correlated(0.2),
    "autocorrelation 0.4": correlated(0.4),
    "autocorrelation 0.6": correlated(0.6),
    "drift of 2 % over the series": lambda random, count: (
        random.normal(size=count) + np.linspace(0, 1, count)
    ),
}


def ours(values: Values) -> list[int]:
    """Return what `history` flags in the only series of a report."""
    return [one.at for one in segment(values.tolist(), [OWN] * len(values)).changes]


def among_many(values: Values) -> list[int]:
    """Return what it flags in one of 100 series."""
    return [one.at for one in segment(values.tolist(), [OWN] * len(values), series=100).changes]


def e_divisive(values: Values, permutations: int = 199) -> list[int]:
    """Return what E-divisive means flags."""
    random, found = np.random.default_rng(0), list[int]()

    def best(part: Values) -> tuple[float, int]:
        count = len(part)
        sums = np.zeros((count + 1, count + 1))
        sums[1:, 1:] = np.abs(part[:, None] - part).cumsum(0).cumsum(1)
        k = np.arange(LEAST_RUNS, count - LEAST_RUNS + 1)
        left, whole = sums[k, k], sums[count, count]
        between, right = sums[k, count] - left, whole - 2 * sums[k, count] + left
        a, b = k, count - k
        gaps = 2 * between / (a * b) - left / (a * (a - 1)) - right / (b * (b - 1))
        scores = a * b / count * gaps
        return float(scores.max()), int(k[scores.argmax()])

    def search(begin: int, end: int) -> None:
        part = values[begin:end]
        if len(part) < 2 * LEAST_RUNS:
            return
        score, at = best(part)
        above = sum(best(random.permutation(part))[0] >= score for _ in range(permutations))
        if (above + 1) / (permutations + 1) <= 0.05:
            found.append(begin + at)
            search(begin, begin + at)
            search(begin + at, end)

    search(0, len(values))
    return sorted(found)


def pelt(values: Values) -> list[int]:
    """Return the partition that PELT finds (without its pruning, which changes nothing)."""
    count = len(values)
    scaled = values / (1.4826 * np.median(np.abs(np.diff(values))) / math.sqrt(2))
    first, second = (np.concatenate([[0.0], one.cumsum()]) for one in (scaled, scaled * scaled))
    penalty = 3 * math.log(count)
    costs, before = [-penalty] + [math.inf] * count, [0] * (count + 1)
    for end in range(LEAST_RUNS, count + 1):
        for begin in (0, *range(LEAST_RUNS, end - LEAST_RUNS + 1)):
            squares = second[end] - second[begin] - (first[end] - first[begin]) ** 2 / (end - begin)
            if costs[begin] + squares + penalty < costs[end]:
                costs[end], before[end] = costs[begin] + squares + penalty, begin
    places, end = list[int](), before[count]
    while end:
        places.append(end)
        end = before[end]
    return places[::-1]


def false_alarms(share: float) -> list[list[str]]:
    """Return, for each noise, in which share of series without a change one is flagged."""
    rows = []
    for name, noise in NOISES.items():
        row = [name]
        for method in (ours, e_divisive, pelt):
            for count, many in COUNTS.items():
                if method is not ours and count > LARGEST:
                    continue
                random = np.random.default_rng(count)
                tries = max(4, round((many if method is ours else many / 4) * share))
                flagged = sum(bool(method(noise(random, count) * SPREAD)) for _ in range(tries))
                row.append(f"{flagged / tries * 100:.1f}")
        rows.append(row)
    return rows


def again(share: float) -> list[list[str]]:
    """Return in which share of series a change is flagged after any of their runs."""
    rows = []
    for name in ("normal", "Student t, 3 degrees of freedom", "autocorrelation 0.4"):
        row = [name]
        for count in (30, 100):
            random, flagged = np.random.default_rng(count), 0
            tries = max(4, round(6000 / count * share))
            for _ in range(tries):
                values = NOISES[name](random, count) * SPREAD
                flagged += any(ours(values[:end]) for end in range(2 * LEAST_RUNS, count + 1))
            row.append(f"{flagged / tries * 100:.1f}")
        rows.append(row)
    return rows


def stepped(values: Values, size: float, places: Sequence[int]) -> Values:
    """Return values that are larger by a share from the first place to before the second, if there is one."""
    end = places[1] if len(places) > 1 else len(values)
    moved = values.copy()
    moved[places[0] : end] += math.log1p(size)
    return moved


STEPS = {
    "5 of 10 runs": (10, (5,)),
    "the last 3 of 30": (30, (27,)),
    "the last 5 of 30": (30, (25,)),
    "the last 15 of 30": (30, (15,)),
    "10 of 100, then mended": (100, (40, 50)),
    "the last 3 of 100": (100, (97,)),
}


def power(share: float) -> list[list[str]]:
    """Return, for each kind of step, how often it is found within two runs of its place."""
    rows = []
    for name, (count, places) in STEPS.items():
        for size in (0.05, 0.10):
            row = [name, f"+{size:.0%}"]
            for method, spread in (
                (ours, 0.01),
                (ours, 0.02),
                (among_many, 0.02),
                (e_divisive, 0.02),
                (pelt, 0.02),
            ):
                random, found = np.random.default_rng(count), 0
                tries = max(4, round((200 if method in {ours, among_many} else 50) * share))
                for _ in range(tries):
                    flagged = method(stepped(random.normal(size=count) * spread, size, places))
                    found += all(any(abs(one - place) <= 2 for one in flagged) for place in places)
                row.append(f"{found / tries * 100:.0f}")
            rows.append(row)
    return rows


def coverage(share: float) -> list[list[str]]:
    """Return how often the intervals of place and size hold the true ones, of the steps that were found."""
    rows = []
    for name in ("normal", "Student t, 3 degrees of freedom", "autocorrelation 0.4"):
        for size in (0.05, 0.10):
            random, found, place, held, width = np.random.default_rng(7), 0, 0, 0, list[float]()
            for _ in range(max(4, round(400 * share))):
                values = stepped(NOISES[name](random, 60) * SPREAD, size, (30,))
                changes = segment(values.tolist(), [OWN] * 60).changes
                if len(changes) == 1:
                    one = changes[0]
                    found += 1
                    place += one.first <= 30 <= one.last
                    held += one.change.low <= math.log1p(size) <= one.change.high
                    width.append(one.last - one.first + 1)
            told = [f"{part / max(1, found) * 100:.0f}" for part in (place, held)]
            rows.append([name, f"+{size:.0%}", *told, f"{np.median(width):.0f}" if width else "–"])
    return rows


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown; all columns but the first are numbers."""
    lines = [head, [":---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Print the tables."""
    share = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    counts = [f"{count} runs" for count in COUNTS]
    others = [f"{name}, {count}" for name in ("E-divisive", "PELT") for count in COUNTS if count <= LARGEST]
    print(table(["noise", *counts, *others], false_alarms(share)), flush=True)
    print(f"\n{table(['looked at after each run', '30 runs', '100 runs'], again(share))}", flush=True)
    head = ["changed", "by", "noise 1 %", "noise 2 %", "one of 100 series", "E-divisive", "PELT"]
    print(f"\n{table(head, power(share))}", flush=True)
    print(f"\n{table(['noise', 'change', 'place held', 'size held', 'runs wide'], coverage(share))}")


if __name__ == "__main__":
    main()
