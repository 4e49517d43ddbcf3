"""Placeholders of messages, and values from files and variables."""

import pytest
from wsbench.errors import UsageError
from wsbench.targets.templates import expanded, filled, is_constant


@pytest.mark.parametrize(
    ("text", "constant", "made"),
    [
        ("hello", True, "hello"),
        ('{"a": {}}', True, '{"a": {}}'),
        ('{"id": {n}, "again": {n}}', False, '{"id": 7, "again": 7}'),
        ("{uuid} {timestamp} {N} {{n}}", False, "u t {N} {7}"),
    ],
)
def test_placeholders_are_filled_in_and_other_braces_stay(text: str, constant: bool, made: str):
    """Every one of a kind alike, in one message."""
    values = {"n": "7", "uuid": "u", "timestamp": "t"}
    assert is_constant(text) == constant
    assert filled(text, values) == made


def read(path: str) -> str:
    """Return a file's content."""
    if path == "bad":
        raise UnicodeDecodeError("utf-8", b"", 0, 1, "bad")
    if path == "none":
        raise FileNotFoundError(2, "No such file or directory")
    return {"greeting": "hello ${WHO}\n", "crlf": "x\r\n"}[path]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain $WHO {n}", "plain $WHO {n}"),
        ("Bearer ${WHO}", "Bearer you"),
        ("@greeting", "hello you"),
        ("@crlf", "x"),
        ("@", "@"),
        ("me@home", "me@home"),
    ],
)
def test_files_and_variables_are_put_in_their_place(text: str, value: str):
    """A file's last line end is an editor's."""
    assert expanded(text, "--first", {"WHO": "you"}, read) == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("${NOT}", "--first: the variable NOT is not set"),
        ("@none", "--first @none: can't be read: No such file or directory"),
        ("@bad", "--first @bad: can't be read: it is not UTF-8"),
    ],
)
def test_what_can_not_be_read_gets_one_line(text: str, why: str):
    """With the option it was said to."""
    with pytest.raises(UsageError) as caught:
        expanded(text, "--first", {}, read)
    assert str(caught.value) == why
