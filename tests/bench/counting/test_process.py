"""From what was counted in two windows to a record that can be stored, and read again."""

from wsbench.counting.process import Found, counted


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
