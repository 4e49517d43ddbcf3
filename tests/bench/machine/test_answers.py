"""What a child says, as a record or as one line about why it is none."""

import msgspec
import pytest
from wsbench.machine.answers import answer_of
from wsbench.machine.process import ChildError
from wsbench.records.slices import Slice, numbers, packed, unpacked


def test_a_record_comes_back_with_its_arrays():
    """What JSON has no type for is read by a hook; fields that nobody knows are passed over."""
    found = Slice(numbers([60_000, 70_000]), 130_000)
    message = {**msgspec.to_builtins(found, enc_hook=packed), "answers": 3}
    assert answer_of("the wire driver", message, Slice, unpacked) == found


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ({}, "Object missing required field `latencies`"),
        ({"latencies": "", "elapsed": "soon"}, "Expected `int`, got `str` - at `$.elapsed`"),
        ({"latencies": "AAAA", "elapsed": 1}, "bytes length not a multiple of item size - at `$.latencies`"),
        ({"latencies": 5, "elapsed": 1}, "- at `$.latencies`"),
    ],
)
def test_what_is_no_such_record_is_told_by_its_field(message: dict[str, object], why: str):
    """Whatever the hook makes of it."""
    with pytest.raises(ChildError) as caught:
        answer_of("it", message, Slice, unpacked)
    assert str(caught.value).startswith("it: its process says of itself what can't be read: ")
    assert why in str(caught.value)
