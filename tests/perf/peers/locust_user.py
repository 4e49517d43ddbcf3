"""Locust: users with a connection each; a task sends a message, waits for its reply and reports the time."""

from __future__ import annotations

import json
import os
import time
from typing import Any

import websocket
from locust import User, constant, constant_throughput, events, task
from locust.env import Environment

RATE, CONNECTIONS = float(os.environ["RATE"]), int(os.environ["CONNECTIONS"])
TEXT = "x" * 64


class Peer(User):
    """One connection."""

    wait_time = constant_throughput(RATE / CONNECTIONS) if RATE else constant(0)

    def on_start(self) -> None:
        """Connect."""
        self.socket = websocket.create_connection(os.environ["URL"])

    @task
    def exchange(self) -> None:
        """Send a message and wait for its reply."""
        begun = time.perf_counter()
        self.socket.send(TEXT)
        reply = self.socket.recv()
        self.environment.events.request.fire(
            request_type="WS",
            name="reply",
            response_time=(time.perf_counter() - begun) * 1000,
            response_length=len(reply),
            exception=None if reply == TEXT else ValueError("a wrong reply"),
            context={},
        )


@events.quitting.add_listener
def report(environment: Environment, **_: Any) -> None:
    """Print what Locust found, as it computes and rounds it."""
    total = environment.stats.total
    p50, p99 = (total.get_response_time_percentile(share) for share in (0.5, 0.99))
    rate = total.total_rps  # over the time it really took, which is not quite the one asked for
    found = {"p50": p50, "p99": p99, "max": total.max_response_time, "rate": rate}
    print("\n" + json.dumps(found), flush=True)
