"""Replies known by a rule, among news, compressed or not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from wsbench.demand.workload import Workload
from wsbench.measuring.recorder import ReplyError
from wsbench.targets.reply import Reply
from wsbench.websocket import frames
from wsbench.websocket.frames import server_frame

BY_ID = Reply("json", "to=id")
ASK = Workload(10, messages=('{"id": {n}}',), depth=3)


def answer(payload: bytes) -> bytes:
    """Return the reply to a message."""
    return json.dumps({"to": json.loads(payload)["id"]}).encode()


def behaves(answers: Callable[[int, bytes], list[bytes]]) -> Callable[[Any], None]:
    """Return a server that sends some messages for each that comes."""

    def behave(link: Any) -> None:
        for number, (opcode, payload) in enumerate(link.messages()):
            link.sock.sendall(b"".join(server_frame(opcode, one) for one in answers(number, payload)))

    return behave


def test_news_is_told_from_replies(scripted: Any, exchange: Any) -> None:
    """And a greeting is skipped."""

    def answers(number: int, payload: bytes) -> list[bytes]:
        return [*([b"welcome"] if number == 0 else []), b'{"news": 1}', answer(payload)]

    found = exchange(scripted(behaves(answers)), ASK, 30, reply=BY_ID, skip=1)
    assert found.pushed == found.exchanged


@pytest.mark.parametrize("reply", [BY_ID, Reply("any"), Reply("contains", '"to"')])
def test_compressed_replies_are_inflated(
    scripted: Any, exchange: Any, deflating: Callable, reply: Reply
) -> None:
    """In one context over all of them, those that are skipped and pushed included."""

    def answers(number: int, _: int, payload: bytes, compress: Callable) -> bytes:
        said = [b"welcome"] if number == 0 else []
        said += [b'{"news": 1}'] if reply.rule != "any" else []
        return b"".join(
            server_frame(frames.TEXT, compress(one), rsv=frames.RSV1) for one in (*said, answer(payload))
        )

    server = scripted(deflating(answers), raw=True)
    found = exchange(server, ASK, 30, reply=reply, skip=1, deflate=True)
    assert found.exchanged >= 30


def test_same_bytes_of_another_type(scripted: Any, exchange: Any) -> None:
    """But not other bytes."""

    def behave(link: Any) -> None:
        for number, (_, payload) in enumerate(link.messages()):
            link.sock.sendall(server_frame(frames.BINARY, payload if number < 20 else b"x" * 64))

    rule = Reply("same-bytes")
    assert exchange(scripted(behave), Workload(depth=2), 10, reply=rule).exchanged >= 10
    with pytest.raises(ReplyError, match=r"^reply 21: byte 0 of 64 came back as 0x78"):
        exchange(scripted(behave), Workload(depth=2), 60, reply=rule)


def test_a_second_answer_is_told_from_news(scripted: Any, exchange: Any) -> None:
    """It is pushed, as what else comes: a service may acknowledge a message and then answer it."""

    def answers(number: int, payload: bytes) -> list[bytes]:
        more = [answer(payload)] if number % 2 else []
        return [b'{"news": 1}', answer(payload), *more]

    found = exchange(scripted(behaves(answers)), Workload(10, messages=ASK.messages), 30, reply=BY_ID)
    assert 0 < found.twice <= found.exchanged // 2
    assert found.pushed == found.exchanged + found.twice
