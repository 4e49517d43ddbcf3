"""What is filled into messages of the user's."""

import json

from wsbench.counting.lockstep import filled_in

MESSAGE = b'{"id": {n}, "key": "{uuid}", "sent": {timestamp}, "odd": "\xc3\xbc", "braces": {}}'


def test_no_message_is_like_another_and_all_are_as_long():
    """So that none is a duplicate to the service, and each is the same work, in every run."""
    some = [filled_in(MESSAGE, number) for number in (1, 9, 10, 9_999)]
    assert some == [filled_in(MESSAGE, number) for number in (1, 9, 10, 9_999)]
    assert len({len(one) for one in some}) == 1
    for field in ("id", "key", "sent"):
        assert len({json.loads(one)[field] for one in some}) == len(some)
    assert json.loads(some[0])["odd"] == "ü"
