"""Closed loop with many messages in flight: every connection keeps its window full, on epoll (or poll).

This loop must not be what limits the measured rate. One read takes all replies of a connection, one
comparison checks them, one write sends as many messages; besides that only the moment is noted. Everything
else is left to `SlowPath`. Latencies are worked out afterwards (latencies.py): the moment noted after a read
is the end of one round trip and the beginning of the next, which therefore includes the comparison, some
0.2 µs.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import chain
from time import perf_counter_ns, thread_time_ns
from typing import Any

import msgspec
import numpy as np

from ..measuring.waiting import Ready, Waiting
from ..records.slices import Slice
from .closed_loop_slow_path import SlowPath, Write
from .connection import WireConnection, doubled
from .latencies import Events, slice_of
from .script import Script


class ClosedLoop(SlowPath):
    """The connections of one cell, each with `depth` messages in flight, whose replies are known bytes."""

    def __init__(
        self,
        connections: Sequence[WireConnection],
        script: Script,
        depth: int,
        poller: Any,
        waiting: Waiting,
    ) -> None:
        super().__init__(connections, script, depth, poller)
        self.waiting = waiting
        self.room = script.reply_size * depth + 1
        self.number_of = np.zeros(max(self.connections) + 1, np.int64)
        self.number_of[list(self.connections)] = range(len(self.connections))
        self.loop = self._one_each if depth == 1 else self._batches

    def run(self, lead: int, count: int, *, keep: bool = False) -> Slice:
        """Exchange `lead` untimed and at least `count` timed messages, then drain.

        Replies of one read are counted together, so there may be up to a window more of each. With `keep`
        the slice has the moments of its replies. Raises what `WireConnection.feed` raises, and
        `BlockingIOError` where no reply comes in time.
        """
        self._begin()
        self.waiting.begin()
        begun = [self._fill(fd, connection) for fd, connection in self.connections.items()]
        self.loop(max(1, lead), os.write)
        first = len(self.moments)
        self.loop(self.total + count, os.write)
        last = len(self.moments)
        self.loop(self.total + len(self.connections) * self.depth, _nowhere)
        self.waiting.end()
        ended = thread_time_ns()
        found = slice_of(self._events(begun, first, last), keep=keep)
        return msgspec.structs.replace(found, reckoned=thread_time_ns() - ended)

    def _poll(self) -> Ready:
        ready = self.waiting.wait()
        self.seen.append(ready)
        return ready

    def _one_each(self, goal: int, write: Write) -> None:
        """Go on until `goal` messages were exchanged, one in flight on each connection."""
        turns, room, full = self.turns, self.room, self.script.message_size
        read, clock, note = os.read, perf_counter_ns, self.moments.append
        while self.total < goal:
            ready = self._poll()
            self.total += len(ready)
            for fd, _ in ready:
                try:
                    data = read(fd, room)
                except BlockingIOError:
                    note(clock())
                    self._unblocked(fd)
                    continue
                note(clock())
                wanted, following = turns[fd]()
                if data != wanted:
                    self._care(fd, data, write)
                    continue
                try:
                    taken = write(fd, following)
                except BlockingIOError:
                    taken = 0
                if taken != full:
                    self._owe(fd, following[taken:])

    def _batches(self, goal: int, write: Write) -> None:
        """Go on until `goal` messages were exchanged, several in flight on each connection."""
        script, room, depth, places, careful = self.script, self.room, self.depth, self.places, self.careful
        ring, period = self.ring, script.period
        read, clock, note, count = os.read, perf_counter_ns, self.moments.append, self.counts.append
        size, matches = script.reply_size, script.matches
        while self.total < goal:
            for fd, _ in self._poll():
                try:
                    data = read(fd, room)
                except BlockingIOError:
                    note(clock())
                    self._unblocked(fd)
                    continue
                note(clock())
                place = places[fd]
                wanted, chunk = ring[place % period]
                whole = depth
                if data != wanted or fd in careful:  # not the whole window at once, or something odd
                    whole, rest = divmod(len(data), size)
                    if rest or not whole or fd in careful or not matches(place, data):
                        self._care(fd, data, write)
                        continue
                    chunk = script.messages(place + depth, whole)
                count(whole)
                self.total += whole
                places[fd] = place + whole
                try:
                    taken = write(fd, chunk)
                except BlockingIOError:
                    taken = 0
                if taken != len(chunk):
                    self._owe(fd, chunk[taken:])

    def _events(self, begun: Sequence[int], first: int, last: int) -> Events:
        """Return what happened as arrays, and update the counts of the connections."""
        numbers = self.number_of[np.fromiter((fd for fd, _ in chain.from_iterable(self.seen)), np.int64)]
        counts = np.array(self.counts, np.int64) if self.counts else np.ones(len(numbers), np.int64)
        counts[list(self.exceptions)] = list(self.exceptions.values())
        replies = np.bincount(numbers, counts, len(self.connections)).astype(np.int64)
        sent = self.depth + np.bincount(numbers[:last], counts[:last], len(self.connections))
        if (replies != sent).any():
            raise doubled()
        for (fd, connection), new in zip(self.connections.items(), replies.tolist(), strict=True):
            if fd not in self.careful:
                connection.done += new
            connection.sent = connection.done
        moments = np.array(self.moments, np.int64)
        return Events(numbers, moments, counts, np.array(begun, np.int64), self.depth, first, last)


def _nowhere(_fd: int, data: bytes) -> int:
    """Send nothing, in place of `os.write`, while the last replies come in."""
    return len(data)
