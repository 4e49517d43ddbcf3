"""From a graph of calls to a tree, as flame graphs show it, and from two such trees to one.

Callgrind knows what each call of one function by another took, not whole stacks. So what a function takes is
divided among its callers in proportion to that, as gprof and KCachegrind do ("gprof: a Call Graph Execution
Profiler", 1982). Functions that call one another in a circle are one frame there, and here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import msgspec

LEAST, FINEST = 1 / 1_000, 1 / 5_000
"""The share of all from which on a frame is shown, and from which on it is kept until two trees are one."""

ALL, DEEPEST = "all", 100
"""The name of the lowest frame, and how many can stand on one another; what is above that is its caller's."""


class Frame(msgspec.Struct, frozen=True):
    """A function, called as those around it say: before and after, instructions per message.

    `own` is what it takes besides its `children`: it itself, and what is too small to be shown, of which
    `hidden` tells.
    """

    name: str
    value: tuple[float, float]
    own: tuple[float, float]
    children: tuple[Frame, ...] = ()
    hidden: tuple[float, float] = (0.0, 0.0)

    @property
    def change(self) -> float:
        """Return how much more it takes."""
        return self.value[1] - self.value[0]


class Drawing(msgspec.Struct, frozen=True):
    """A tree to be drawn: what it is of, and the names of both sides, `before` "" where there is but one."""

    title: str
    tree: Frame
    before: str
    after: str


class _Group:
    """Functions that call one another in a circle, mostly a single one: its members, and what it calls.

    `value` is what they take together with all that they call.
    """

    def __init__(self, members: list[str]) -> None:
        self.members = members
        self.calls: dict[int, float] = {}
        self.value = 0.0


def tree_of(own: Mapping[str, float], calls: Mapping[tuple[str, str], float], total: float) -> Frame:
    """Return the tree of a graph; what of `total` is nobody's own is that of all. It is both sides alike."""
    return _Folding(own, calls).tree(total)


class _Folding:
    """One graph while a tree is made of it."""

    def __init__(self, own: Mapping[str, float], calls: Mapping[tuple[str, str], float]) -> None:
        self.own = defaultdict(float, {name: max(0.0, cost) for name, cost in own.items()})
        self.calls: dict[str, dict[str, float]] = {name: {} for name in self.own}
        for (caller, callee), cost in calls.items():
            if caller != callee and cost > 0:
                self.calls.setdefault(caller, {})[callee] = cost
                self.calls.setdefault(callee, {})
        self.groups = [_Group(members) for members in circles(self.calls)]
        self.group_of = {name: index for index, one in enumerate(self.groups) for name in one.members}
        self.asked = [0.0] * len(self.groups)
        for index, one in enumerate(self.groups):
            for name in one.members:
                for group, cost in self._further(name, index):
                    one.calls[group] = one.calls.get(group, 0.0) + cost
                    self.asked[group] += cost
        for one in self.groups:  # whom it calls comes first
            mine = sum(self.own[name] for name in one.members)
            one.value = mine + sum(self._share(*call) for call in one.calls.items())

    def _further(self, name: str, index: int) -> Iterator[tuple[int, float]]:
        """Yield what a member calls outside of its circle."""
        for callee, cost in self.calls[name].items():
            if (group := self.group_of[callee]) != index:
                yield group, cost

    def _share(self, group: int, cost: float) -> float:
        """Return what of a group a call is accountable for."""
        return self.groups[group].value * cost / self.asked[group]

    def tree(self, total: float) -> Frame:
        """Return the tree, in which those stand below that nobody calls."""
        self.least = FINEST * total
        whole = max(total, sum(self.own.values()))
        roots = [(index, one.value) for index, one in enumerate(self.groups) if not self.asked[index]]
        return self._frame(ALL, whole, self._shown(roots, 1))

    def _shown(self, calls: Iterable[tuple[int, float]], depth: int) -> list[Frame]:
        if depth == DEEPEST:
            return []
        return [self._group(index, value, depth) for index, value in calls if value > self.least]

    def _frame(self, name: str, value: float, children: list[Frame]) -> Frame:
        own = max(0.0, value - sum(one.value[0] for one in children))
        return Frame(name, (value, value), (own, own), tuple(children))

    def _group(self, index: int, value: float, depth: int) -> Frame:
        group = self.groups[index]
        scale = value / group.value
        frames = [self._member(name, index, scale, depth + 1) for name in group.members]
        if len(frames) == 1:
            return frames[0]
        first = max(group.members, key=lambda name: (self.own[name], name))
        shown = [one for one in frames if one.value[0] > self.least]
        return self._frame(f"a circle of calls around {first}", value, shown)

    def _member(self, name: str, index: int, scale: float, depth: int) -> Frame:
        below: dict[int, float] = {}
        for group, cost in self._further(name, index):
            below[group] = below.get(group, 0.0) + self._share(group, cost) * scale
        value = self.own[name] * scale + sum(below.values())
        return self._frame(name, value, self._shown(below.items(), depth))


def circles(calls: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Return functions, those of a circle together, each after all that it calls (Kosaraju, 1978)."""
    callers: dict[str, list[str]] = {name: [] for name in calls}
    for caller, callees in calls.items():
        for callee in callees:
            callers[callee].append(caller)
    done: set[str] = set()
    order = [name for start in callers for name in _after(start, callers, done)]
    done = set()
    return [found for start in reversed(order) if (found := [*_after(start, calls, done)])]


def _after(start: str, onward: Mapping[str, Iterable[str]], done: set[str]) -> Iterator[str]:
    """Yield what is reached from somewhere and was not before, each after what is reached from it."""
    if start in done:
        return
    done.add(start)
    way = [(start, iter(onward[start]))]
    while way:
        name, rest = way[-1]
        for one in rest:
            if one not in done:
                done.add(one)
                way.append((one, iter(onward[one])))
                break
        else:
            way.pop()
            yield name


def compared(before: Frame, after: Frame, names: Mapping[str, str] | None = None) -> Frame:
    """Return one tree of two, which is shown: frames under `LEAST` of the larger whole are left out.

    `names` are those to be shown, where they are others.
    """
    return _joined(before, after, LEAST * max(before.value[0], after.value[0]), names or {})


def _joined(before: Frame | None, after: Frame | None, least: float, names: Mapping[str, str]) -> Frame:
    sides = before, after
    named = after or before
    assert named  # there is one of them
    value, own = (_of(sides, part) for part in ("value", "own"))
    below = [{one.name: one for one in side.children} if side else {} for side in sides]
    children, hidden = list[Frame](), [0.0, 0.0]
    for name in dict.fromkeys((*below[1], *below[0])):
        one = _joined(below[0].get(name), below[1].get(name), least, names)
        if max(one.value) >= least:
            children.append(one)
        else:
            hidden = [total + more for total, more in zip(hidden, one.value, strict=True)]
    children.sort(key=lambda one: -max(one.value))
    mine = own[0] + hidden[0], own[1] + hidden[1]
    return Frame(names.get(named.name, named.name), value, mine, tuple(children), (hidden[0], hidden[1]))


def _of(sides: tuple[Frame | None, Frame | None], part: str) -> tuple[float, float]:
    first, second = (getattr(side, part)[0] if side else 0.0 for side in sides)
    return first, second
