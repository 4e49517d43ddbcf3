"""From what was counted in two windows to a record that can be stored, and read again."""

from msgspec.json import decode, encode
from wsbench.counting.instrument import with_calls
from wsbench.counting.process import Found, counted
from wsbench.records.count import Count


def test_less_than_nothing_is_none() -> None:
    """Of a function that ran in the short window and not in the long one, and of a metric as a whole."""
    found = Found(
        message={
            "instructions": {"eval (ceval.c)": 900.0, "quicken (object.h)": -9.5, "rarely (a.c)": 0.001},
            "collections": {"": -5.0},
        },
        idle={},
    )
    one = counted(3, "instructions", found)
    assert one.values == {"instructions": 890.501, "collections": 0.0}
    assert one.parts == {"instructions": {"eval (ceval.c)": 900.0}}


def test_calls_are_kept_where_they_are_asked_for() -> None:
    """Those that took something, of others than oneself; they are no part of the value."""
    message = with_calls(
        {"run": 9_000.0, "echo": 1_000.0},
        {("run", "echo"): 1_000.0, ("run", "run"): 9.0, ("echo", "tiny"): 0.4, ("run", "gone"): -3.0},
        "python",
    )
    found = Found(message, idle=message)
    one = counted(0, "python", found, graph=True)
    assert one.values == one.idle == {"python": 10_000.0}
    assert one.parts == {"python": {"run": 9_000.0, "echo": 1_000.0}}
    assert one.graph == {"python": {"run": {"echo": 1_000.0}}}
    assert counted(0, "python", found).graph == {}
    assert decode(encode(one), type=Count) == one
