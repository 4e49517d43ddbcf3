"""Files of TOML; test_scenario.py and test_settings.py read real ones."""

import pytest
from wsbench.storage.toml import parsed


def test_a_document_is_a_table():
    """Lines may end as on Windows."""
    assert parsed(b"a = 1\r\n[b]\r\nc = 'd'") == {"a": 1, "b": {"c": "d"}}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"a = [1", "Unclosed array"),
        (b"a = '\xff'", "'utf-8' codec"),
        (b"a = " + b"[" * 5_000, "it is nested too deeply"),
        (b"a = " + b"1" * 5_000, "a number has too many digits"),
    ],
)
def test_what_is_none_gets_one_line(data: bytes, why: str):
    """Nested tables and numbers without end are no TOML either."""
    with pytest.raises(ValueError, match=rf"^{why}") as caught:
        parsed(data)
    assert "\n" not in str(caught.value)
