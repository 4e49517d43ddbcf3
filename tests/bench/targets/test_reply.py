"""What a server is expected to answer, and how the user says it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsbench.errors import UsageError
from wsbench.targets.reply import Reply, read_reply

TEXT = st.text(max_size=20)


@pytest.mark.parametrize(
    ("word", "reply", "expected"),
    [
        ("echo", Reply(), b"hi"),
        ("any", Reply("any"), None),
        ("prefix:Msg is ", Reply("prefix", "Msg is "), b"Msg is hi"),
        ("prefix:", Reply("prefix", ""), b"hi"),
        ("prefix:a:b", Reply("prefix", "a:b"), b"a:bhi"),
        ("prefix:ä", Reply("prefix", "ä"), b"\xc3\xa4hi"),
    ],
)
def test_each_rule_says_what_must_come(word: str, reply: Reply, expected: bytes | None):
    """The same, the same behind a text (UTF-8), or anything: then nothing is compared."""
    assert read_reply(word) == reply
    assert reply.expected(b"hi") == expected


@pytest.mark.parametrize(
    "word",
    [
        "",
        "ehco",
        "contains:",
        "json:",
        "json:a",
        "json:a=",
        "json:=b",
        "same-bytes:x",
        "prefix",
        "any:",
        "any:thing",
        "echo:",
        "PREFIX:x",
        "x:y",
    ],
)
def test_a_rule_that_is_none_gets_one_line(word: str):
    """The line names the option, the word and what there is."""
    with pytest.raises(UsageError) as caught:
        read_reply(word)
    forms = "echo, same-bytes, any, none, prefix:TEXT, contains:TEXT or json:IN_REPLY=IN_MESSAGE"
    assert str(caught.value) == f"--reply {word!r}: choose {forms}"


@pytest.mark.parametrize(
    ("word", "reply", "message", "matches"),
    [
        ("contains:ok", b'{"ok": 1}', b"", True),
        ("contains:ok", b"no", b"ok", False),
        ("json:re.id=id", b'{"re": {"id": 7}}', b'{"id": 7}', True),
        ("json:re.id=id", b'{"re": {"id": 8}}', b'{"id": 7}', False),
        ("json:re.id=id", b'{"re": {}}', b"{}", False),
        ("json:0.a=b.1", b'[{"a": "x"}]', b'{"b": [0, "x"]}', True),
        ("json:id=id", b'{"id": null}', b'{"id": null}', True),
        ("json:id=id", b"no json", b'{"id": 1}', False),
        ("json:id.x=id", b'{"id": 1}', b'{"id": 1}', False),
        ("json:9=id", b"[1]", b'{"id": 1}', False),
        ("json:id=id", b"[" * 100_000, b'{"id": 1}', False),
    ],
)
def test_a_reply_is_told_from_what_is_pushed(word: str, reply: bytes, message: bytes, matches: bool):
    """By a text, or by a value at a dotted path; what has no such value matches nothing."""
    rule = read_reply(word)
    assert rule.fits(rule.said(reply), rule.asked(message)) is matches
    assert str(rule) == word
    assert rule.expected(message) is None


@given(st.one_of(st.just(Reply()), st.just(Reply("any")), TEXT.map(lambda text: Reply("prefix", text))))
def test_a_rule_reads_as_it_is_written(reply: Reply):
    """Written out and read again it is the same rule."""
    assert read_reply(str(reply)) == reply


@given(st.binary(max_size=50), TEXT)
def test_nothing_is_lost_of_a_payload(payload: bytes, text: str):
    """Echo is the payload itself, a prefix stands before all of it."""
    assert Reply().expected(payload) == payload
    found = Reply("prefix", text).expected(payload)
    assert found is not None
    assert found.endswith(payload)
    assert found.removesuffix(payload) == text.encode()
