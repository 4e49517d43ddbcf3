"""Where the parts of a spec begin and end, and how they are called in a label."""

import pytest
from wsbench.targets.spec_parts import labelled, normalised, short, split


@pytest.mark.parametrize(
    ("text", "head", "parts"),
    [
        ("tornado", "tornado", []),
        ("tornado==6@tls@uvloop==1@3.12", "tornado==6", ["tls", "uvloop==1", "3.12"]),
        ("tornado@tls@", "tornado", ["tls", ""]),
        ("tornado@path:a@b/c@tls", "tornado", ["path:a@b/c", "tls"]),
        ("tornado@path:/a@tls/c", "tornado", ["path:/a@tls/c"]),
        ("tornado@path:a@b@c@python3.13", "tornado", ["path:a@b@c", "python3.13"]),
        ("tornado@path:a@./bin/python", "tornado", ["path:a", "./bin/python"]),
        ("tornado@path:a@/bin/python@with:x==1", "tornado", ["path:a", "/bin/python", "with:x==1"]),
        ("tornado@path:a@git:b", "tornado", ["path:a", "git:b"]),
        ("tornado@git:me@host:a/b#c@d@tls", "tornado", ["git:me@host:a/b#c@d", "tls"]),
        ("tornado@git:https://me:pw@host/a@uvloop", "tornado", ["git:https://me:pw@host/a", "uvloop"]),
        ("tornado@/me@b/python@tls", "tornado", ["/me@b/python", "tls"]),
        ("tornado@tls@b/python", "tornado", ["tls", "b/python"]),
        ("/a@b/e.py", "/a@b/e.py", []),
        ("/a@b.py/c@d/e.py@tls", "/a@b.py/c@d/e.py", ["tls"]),
        ("a@tls/e.py@./bin/python", "a@tls/e.py", ["./bin/python"]),
        ("./e.py@tls", "./e.py", ["tls"]),
        ("e@uvlop", "e", ["uvlop"]),
    ],
)
def test_an_at_separates_only_what_is_a_part(text: str, head: str, parts: list[str]):
    """Those in a path, in an address of git and in the name of a file belong to it."""
    assert split(text) == (head, parts)


@pytest.mark.parametrize(
    ("part", "called"),
    [
        ("tls", "tls"),
        ("uvloop==1", "uvloop==1"),
        ("with:a==1", "with:a==1"),
        ("/opt/bin/python3.12", "python3.12"),
        ("path:/a/b", "path"),
        ("path:/a/git:b", "path"),
        ("git:fix/1", "fix/1"),
        ("git:/a/b#fix/1", "fix/1"),
        ("git:https://me:pw@host/a/b", "b"),
        ("git:git@host:a/b", "b"),
    ],
)
def test_a_part_in_a_label_is_short(part: str, called: str):
    """No path stands there, and no password."""
    assert short(part) == called


def test_names_are_compared_as_indexes_do():
    """Case and kind of dash don't matter."""
    assert normalised("A_b.-c") == "a-b-c"


@pytest.mark.parametrize(
    ("text", "label", "rest"),
    [
        ("a=tornado", "a", "tornado"),
        ("tornado==6.5", "", "tornado==6.5"),
        ("a.b+1=tornado==6.5", "a.b+1", "tornado==6.5"),
        ("ws://h/?a=b", "", "ws://h/?a=b"),
        ("a=cmd:X=1 run\n", "a", "cmd:X=1 run\n"),
        ("a=", "", "a="),
        ("", "", ""),
    ],
)
def test_a_label_stands_before_one_equals_sign(text: str, label: str, rest: str):
    """Two of them are a version's, and those of a URL or a command come too late."""
    assert labelled(text) == (label, rest)
