"""Many messages in flight: every connection keeps its window full, on epoll (or poll).

This is where the instrument must not be the limit. One read takes all replies of a connection, one
comparison checks them, one write sends as many messages; besides that only a moment is noted. Whatever does
not compare at once (a part of a reply, a fragment, a ping, a wrong byte, a full socket) is handed to the
connection's pipe, which reads frame by frame. Latencies are worked out afterwards (latencies.py): the moment
noted after a read is the end of that round trip and the beginning of the next, so it includes the
comparison, some 0.2 µs.
"""

from __future__ import annotations

import contextlib
import os
import select
from collections.abc import Callable, Sequence
from itertools import chain, cycle, repeat
from time import perf_counter_ns
from typing import Any

import msgspec
import numpy as np

from ..measuring.recorder import ReplyError
from ..records.slices import Slice
from .connection import Pipe
from .latencies import Events, slice_of
from .script import Script

Write = Callable[[int, bytes], int]
ODD = (None, b"")
"""What a connection waits for while its pipe takes care of it: no bytes are equal to None."""


class ClosedLoop:
    """The connections of one cell, each with `depth` messages in flight, whose replies are known bytes.

    `patience` is how long a poll may last, in the poller's unit.
    """

    def __init__(
        self, pipes: Sequence[Pipe], script: Script, depth: int, poller: Any, patience: float
    ) -> None:
        self.pipes = {pipe.sock.fileno(): pipe for pipe in pipes}
        self.script = script
        self.depth = depth
        self.poller = poller
        self.patience = patience
        self.room = script.reply_size * depth + 1
        highest = max(self.pipes) + 1
        self.lane_of = np.zeros(highest, np.int64)
        self.lane_of[list(self.pipes)] = range(len(self.pipes))
        self.turns: list[Callable[[], tuple[bytes | None, bytes]]] = [repeat(ODD).__next__] * highest
        self.places = [0] * highest  # replies so far
        self.loop = self._one_each if depth == 1 else self._batches
        size, period = script.reply_size, script.period
        self.ring = [(script.replies(n, size), script.messages(n + 1, 1)) for n in range(period)]
        self.careful = set(self.pipes)  # each comes back to the fast way when it is filled

    def run(self, lead: int, count: int, *, keep: bool = False) -> Slice:
        """Exchange `lead` untimed and at least `count` timed messages, then drain.

        Batches are counted whole, so it may be up to a window more of each. With `keep` the slice has the
        moments of its replies. Raises what `Pipe.feed` raises, and `TimeoutError` for silence.
        """
        self.moments: list[int] = []
        self.seen: list[list[tuple[int, int]]] = []
        self.counts: list[int] = []
        self.exceptions: dict[int, int] = {}
        self.total = 0
        begun = [self._fill(fd, pipe) for fd, pipe in self.pipes.items()]
        self.loop(max(1, lead), os.write)
        first = len(self.moments)
        self.loop(self.total + count, os.write)
        last = len(self.moments)
        self.loop(self.total + len(self.pipes) * self.depth, _nowhere)
        ended = perf_counter_ns()
        found = slice_of(self._events(begun, first, last), keep=keep)
        return msgspec.structs.replace(found, reckoned=perf_counter_ns() - ended)

    def _fill(self, fd: int, pipe: Pipe) -> int:
        """Send the first messages of a connection; return when."""
        if fd in self.careful and not (pipe.filled or pipe.opcode or pipe.unsent):
            self.careful.discard(fd)
            at = pipe.done % self.script.period
            self.turns[fd] = cycle(self.ring[at:] + self.ring[:at]).__next__
            self.places[fd] = pipe.done
        begun = perf_counter_ns()
        pipe.push(self.depth)
        if pipe.unsent:
            self._leave(fd, pipe.done)
            self._watch(fd, pipe)
        return begun

    def _poll(self) -> list[tuple[int, int]]:
        ready: list[tuple[int, int]] = self.poller.poll(self.patience)
        if not ready:
            raise BlockingIOError
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
                whole, rest = divmod(len(data), size)
                if rest or not whole or fd in careful or not matches(place, data):
                    self._care(fd, data, write)
                    continue
                count(whole)
                self.total += whole
                places[fd] = place + whole
                chunk = script.messages(place + depth, whole)
                try:
                    taken = write(fd, chunk)
                except BlockingIOError:
                    taken = 0
                if taken != len(chunk):
                    self._owe(fd, chunk[taken:])

    def _counted(self, whole: int) -> None:
        """Note how many replies the latest event brought, where the loop does not do so itself."""
        if self.depth == 1:
            self.exceptions[len(self.moments) - 1] = whole
            self.total += whole - 1
        else:
            self.counts.append(whole)
            self.total += whole

    def _done(self, fd: int) -> int:
        """Return the replies that a connection in the fast way had before the latest event."""
        if self.depth > 1:
            return self.places[fd]
        return self.pipes[fd].done + sum(fd == other for ready in self.seen[:-1] for other, _ in ready)

    def _leave(self, fd: int, done: int) -> None:
        """Leave a connection with `done` replies to its pipe."""
        pipe = self.pipes[fd]
        pipe.done, pipe.sent = done, done + self.depth
        self.careful.add(fd)
        self.turns[fd] = repeat(ODD).__next__

    def _care(self, fd: int, data: bytes, write: Write) -> None:
        """Have a connection's pipe take what did not compare at once, and send as many messages."""
        pipe = self.pipes[fd]
        if fd not in self.careful:
            self._leave(fd, self._done(fd))
        if not data:
            raise ConnectionError(f"the server closed the connection after {pipe.done:,} replies")
        whole = pipe.feed(data)
        self._counted(whole)
        if whole and write is os.write:
            pipe.push(whole)
            self._watch(fd, pipe)

    def _owe(self, fd: int, rest: bytes) -> None:
        """Leave a connection to its pipe whose socket did not take a whole message."""
        self._leave(fd, self._done(fd) + (self.depth == 1))
        self.pipes[fd].unsent = memoryview(rest)
        self._watch(fd, self.pipes[fd])

    def _unblocked(self, fd: int) -> None:
        """Send what a connection owes: there was nothing to read, so there is room to write."""
        self._counted(0)
        pipe = self.pipes[fd]
        with contextlib.suppress(BlockingIOError):
            pipe.flush()
        self._watch(fd, pipe)

    def _watch(self, fd: int, pipe: Pipe) -> None:
        self.poller.modify(fd, select.POLLIN | (select.POLLOUT if pipe.unsent else 0))

    def _events(self, begun: Sequence[int], first: int, last: int) -> Events:
        """Return what happened as arrays, and tell the pipes of it."""
        lanes = self.lane_of[np.fromiter((fd for fd, _ in chain.from_iterable(self.seen)), np.int64)]
        counts = np.array(self.counts, np.int64) if self.counts else np.ones(len(lanes), np.int64)
        counts[list(self.exceptions)] = list(self.exceptions.values())
        replies = np.bincount(lanes, counts, len(self.pipes)).astype(np.int64)
        sent = self.depth + np.bincount(lanes[:last], counts[:last], len(self.pipes))
        if (replies != sent).any():
            raise ReplyError("a reply came to no message: one was doubled")
        for (fd, pipe), new in zip(self.pipes.items(), replies.tolist(), strict=True):
            if fd not in self.careful:
                pipe.done += new
            pipe.sent = pipe.done
        moments = np.array(self.moments, np.int64)
        return Events(lanes, moments, counts, np.array(begun, np.int64), self.depth, first, last)


def _nowhere(_fd: int, data: bytes) -> int:
    """Take the place of `os.write` while the last replies come in."""
    return len(data)
