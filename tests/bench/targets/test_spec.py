"""Specs crossed with what a command asks of all, their labels, and what is stored of them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsbench.errors import UsageError
from wsbench.hiding import HIDDEN
from wsbench.targets.catalogue import FLOOR, YARDSTICK
from wsbench.targets.reply import Reply
from wsbench.targets.secrets import secrets_of, with_secrets, without_secrets
from wsbench.targets.spec import PASSWORD, Access, Axes, ServerSpec
from wsbench.targets.spec_parser import read_header, read_spec, read_specs
from wsbench.targets.spec_parts import read_python

BENCH = Path(__file__).parents[3] / "bench"
WORD, FILE = "secret", "@word.txt"
BOTH = Axes(loops=("asyncio", "uvloop"))
ALL = Axes(tls=True, deflate=True)
ACCESS = Access(Reply("any"), (("Authorization", "Bearer secret"),), ("chat",), "ca.pem", insecure=True)


def one(text: str, axes: Axes | None = None) -> ServerSpec:
    """Return the only spec that a text stands for."""
    (spec,) = read_spec(text, axes or Axes())
    return spec


def tried(read: Callable[[], Iterable[ServerSpec]]) -> tuple[tuple[ServerSpec, ...], str]:
    """Return what was read, or what was said about it."""
    try:
        return tuple(read()), ""
    except UsageError as problem:
        return (), str(problem)


def test_two_loops_make_two_servers():
    """Each loop is a server of its own, labelled with the loop, also under a label of the user's."""
    assert [(x.label, x.loop) for x in read_spec("tornado", BOTH)] == [
        ("tornado@asyncio", "asyncio"),
        ("tornado@uvloop", "uvloop"),
    ]
    assert [x.label for x in read_spec("a=tornado", BOTH)] == ["a@asyncio", "a@uvloop"]
    assert [x.label for x in read_spec("mine=./echo.py", BOTH)] == ["mine@asyncio", "mine@uvloop"]


def test_one_loop_for_all_is_no_part_of_a_label():
    """There is nothing to tell apart; the server runs on it all the same."""
    assert [(x.label, x.loop) for x in read_spec("tornado", Axes(loops=("uvloop",)))] == [
        ("tornado", "uvloop")
    ]


@pytest.mark.parametrize(
    ("cores", "pinned", "count"),
    [
        ("", "", 1),
        ("1", "7", 1),
        ("2", "5,7", 2),
        ("3,3", "3", 1),
        ("0,3", "0,3", 2),
        ("7", "", 1),
        ("5,7", "", 2),
    ],
)
def test_cores_that_were_given_are_counted(cores: str, pinned: str, count: int):
    """Whatever the wish was; in files without `pinned` the numbers stand in its place."""
    assert ServerSpec("x", "stdlib", cores=cores, pinned=pinned).core_count == count


def test_axes_are_crossed():
    """Every loop on every interpreter, each with its own label; switches are for all of them."""
    found = read_spec("tornado", Axes(loops=BOTH.loops, pythons=("3.12", "3.13"), tls=True))
    assert [(x.label, x.loop, x.python) for x in found] == [
        ("tornado@asyncio@python3.12", "asyncio", "3.12"),
        ("tornado@asyncio@python3.13", "asyncio", "3.13"),
        ("tornado@uvloop@python3.12", "uvloop", "3.12"),
        ("tornado@uvloop@python3.13", "uvloop", "3.13"),
    ]
    assert all(spec.tls and not spec.deflate for spec in found)


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("tornado@uvloop", ["tornado@uvloop@python3.12", "tornado@uvloop@python3.13"]),
        ("tornado@3.11", ["tornado@3.11@asyncio", "tornado@3.11@uvloop"]),
        ("tornado@uvloop@3.11", ["tornado@uvloop@3.11"]),
        ("mine=ws://h/p", ["mine"]),
        ("mine=cmd:x {port}", ["mine"]),
        (FLOOR, [f"{FLOOR}@python3.12", f"{FLOOR}@python3.13"]),
    ],
)
def test_what_the_spec_says_wins(text: str, labels: list[str]):
    """Only what it leaves open is crossed; a URL and a command leave nothing open."""
    axes = Axes(loops=BOTH.loops, pythons=("3.12", "3.13"))
    assert [spec.label for spec in read_spec(text, axes)] == labels


@pytest.mark.parametrize(
    ("word", "python"),
    [
        ("3.13", "3.13"),
        ("python3.13", "3.13"),
        ("3.13.1", "3.13.1"),
        ("3.14t", "3.14t"),
        ("/opt/bin/python", "/opt/bin/python"),
        ("./venv/bin/python3.12", "./venv/bin/python3.12"),
    ],
)
def test_an_interpreter_is_named_alike_for_one_and_for_all(word: str, python: str):
    """`--python python3.13` is what `tornado@python3.13` asks for; a path stays as it is."""
    assert read_python(word) == python
    assert one(f"x=tornado@{word}") == one("x=tornado", Axes(pythons=(read_python(word),)))


@pytest.mark.parametrize("word", ["", "2.7", "313", "python", "3.13x", "pypy3.10", "uvloop", "python.exe"])
def test_an_interpreter_that_is_none_is_refused(word: str):
    """What is neither a version of ours nor a path is told before anything is looked for."""
    with pytest.raises(UsageError) as caught:
        read_python(word)
    assert str(caught.value) == f"{word!r} is no interpreter: write 3.13, 3.13.1 or a path with a / in it"


@pytest.mark.parametrize("text", [YARDSTICK, FLOOR, f"label={FLOOR}"])
def test_yardstick_and_floor_are_left_as_they_are(text: str):
    """They are in every run to measure by; --tls and --deflate are for those who are measured."""
    assert one(text, ALL) == one(text)


@pytest.mark.parametrize(
    ("text", "tls"), [("tornado", True), ("./e.py", True), ("ws://h/", False), ("wss://h/", True)]
)
def test_switches_reach_everybody_else(text: str, tls: bool):
    """A URL says by its scheme whether there is TLS; deflate is asked of all."""
    found = one(text, ALL)
    assert (found.tls, found.deflate) == (tls, True)


@pytest.mark.parametrize(
    ("text", "theirs"),
    [("ws://h/", True), ("wss://h/", True), ("cmd:x {port}", True), ("tornado", False), ("./e.py", False)],
)
def test_access_is_for_servers_of_the_user(text: str, theirs: bool):
    """Headers, subprotocols, reply and trust go to whoever is not started as one of ours."""
    assert one(text, Axes(access=ACCESS)).access == (ACCESS if theirs else Access())


@pytest.mark.parametrize(
    ("text", "kind", "ours"),
    [
        ("tornado", "ours", True),
        ("./echo.py", "file", True),
        ("ws://h/", "url", False),
        ("wss://h/", "url", False),
        ("cmd:x {port}", "command", False),
    ],
)
def test_a_server_is_one_of_four_kinds(text: str, kind: str, ours: bool):
    """A name and a file run in our child process, which tells what runs there; the others tell nothing."""
    assert (one(text).kind, one(text).started_by_us) == (kind, ours)


@pytest.mark.parametrize(
    ("text", "library"),
    [("tornado", "tornado"), (YARDSTICK, ""), ("./tornado.py", ""), ("cmd:x {port}", ""), ("ws://h/", "")],
)
def test_only_contestants_are_in_the_catalogue(text: str, library: str):
    """Their library is known from there; a file of the user's tells its own once it runs."""
    assert one(text).library == library
    assert bool(one(text).contestant) == (one(text).kind == "ours")


def test_a_spec_that_was_stored_before_there_were_companions_is_still_read():
    """What it does not say, nobody had asked for."""
    stored = b'{"label":"x","name":"aiohttp","loop":"uvloop","version":"3.9"}'
    assert msgspec.json.decode(stored, type=ServerSpec) == one("x=aiohttp==3.9@uvloop")


def test_a_contestant_that_is_listed_no_longer_is_still_read():
    """Stored runs may name one; what the catalogue knew of it is gone."""
    assert ServerSpec("robin", "robin").contestant is None


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("x=tornado@uvloop", ("reference",)),
        ("x=stdlib", ("yardstick", "in every run")),
        ("x=tcp", ("floor", "in every run")),
        ("aiohttp", ()),
        ("tcp=./tornado.py", ()),
    ],
)
def test_roles_go_by_the_contestant_and_not_by_the_label(text: str, roles: tuple[str, ...]):
    """Whatever the user calls it, the floor stays the floor."""
    spec = one(text)
    held = {
        "yardstick": spec.is_yardstick,
        "floor": spec.is_floor,
        "in every run": spec.in_every_run,
        "reference": spec.is_reference,
    }
    assert tuple(role for role in held if held[role]) == roles


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("x=tornado==6.5@uvloop@3.12", "tornado==6.5@uvloop"),
        ("x=aiohttp@uvloop==0.22@with:a==1@with:b==2", "aiohttp@uvloop==0.22@with:a==1@with:b==2"),
        ("x=./echo.py", "./echo.py"),
        ("x=ws://h/p", "ws://h/p"),
        ("tcp", "tcp"),
    ],
)
def test_a_server_can_be_typed_again(text: str, typed: str):
    """That is how a machine's profile names it: no label, interpreter or switch."""
    assert one(text).typed == typed


def _asked(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield everything that is asked for its truth, compared or negated."""
    for node in ast.walk(tree):
        match node:
            case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
                yield test
            case ast.comprehension(ifs=values) | ast.BoolOp(values=values):
                yield from values
            case ast.Compare(left=left, comparators=others):
                yield from (left, *others)
            case ast.UnaryOp(operand=operand):
                yield operand


def test_only_this_folder_asks_which_field_is_set():
    """Whoever else wants to know what a server is asks its `kind`, or another property."""
    owners = ("spec", "self.spec", "server", "server.spec")
    fields = {f"{owner}.{field}" for owner in owners for field in ("name", "file", "command", "url")}
    for path in BENCH.rglob("*.py"):
        if path.parent.name != "targets":
            assert not fields & set(map(ast.unparse, _asked(ast.parse(path.read_text())))), path


def test_a_file_named_like_the_floor_is_not_the_floor():
    """What a user calls a file says nothing of what it serves."""
    assert one("./tcp.py", ALL) == ServerSpec("tcp", "", file="./tcp.py", tls=True, deflate=True)


def test_specs_come_in_the_order_named():
    """Several specs are one tuple, in order."""
    assert [x.label for x in read_specs(["tcp", "b=tornado", "tornado"])] == ["tcp", "b", "tornado"]
    assert read_specs([]) == ()


@pytest.mark.parametrize(
    ("texts", "axes", "label"),
    [
        (["tornado", "tornado"], Axes(), "tornado"),
        (["x=tornado", "x=aiohttp"], Axes(), "x"),
        (["tornado@uvloop", "tornado"], BOTH, "tornado@uvloop"),
        (["tornado"], Axes(loops=("uvloop", "uvloop")), "tornado@uvloop"),
        (["ws://h/a", "ws://h/b"], Axes(), "h"),
        (["here/echo.py", "there/echo.py"], Axes(), "echo"),
    ],
)
def test_two_under_one_label_are_refused(texts: list[str], axes: Axes, label: str):
    """The line says how to give labels."""
    with pytest.raises(UsageError) as caught:
        read_specs(texts, axes)
    assert str(caught.value) == f"{label} is named twice; give labels: a={label} b={label}"


def test_two_versions_have_two_labels():
    """What tells them apart stands in the label, so they need none from the user."""
    assert [x.label for x in read_specs(["tornado==6.4", "tornado==6.5"])] == ["tornado==6.4", "tornado==6.5"]


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("Authorization: Bearer x y", ("Authorization", "Bearer x y")),
        ("X-Key:1", ("X-Key", "1")),
        ("Origin:  https://h:81 ", ("Origin", "https://h:81")),
        ("X-Empty:", ("X-Empty", "")),
    ],
)
def test_a_header_is_a_name_and_a_value(text: str, header: tuple[str, str]):
    """White space around the value is none of it; colons in it are."""
    assert read_header(text) == header


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Authorization",
        ":x",
        " X: y",
        "X : y",
        "Ä: y",
        "X: a\r\nY: b",
        "X: a\nb",
        "X: a\rb",
        "X\n: y",
        "a b: c",
    ],
)
def test_a_header_that_is_none_is_refused(text: str):
    """A name is a token, and nobody slips in a second header; no value is told."""
    with pytest.raises(UsageError) as caught:
        read_header(text)
    name, colon, _ = text.partition(":")
    which = repr(name) if colon else "without a colon"
    assert str(caught.value) == f"--header {which}: write it as 'Name: value', in one line"


def test_what_is_stored_has_no_secret():
    """Of headers the names stay, so that one sees what was sent; all else is as it was."""
    spec = one("wss://h/p", Axes(access=ACCESS))
    stored = without_secrets(spec)
    assert b"secret" not in msgspec.json.encode(stored)
    assert [name for name, _ in stored.access.headers] == ["Authorization"]
    back = msgspec.structs.replace(stored.access, headers=ACCESS.headers)
    assert msgspec.structs.replace(stored, access=back) == spec
    assert without_secrets(stored) == stored


@pytest.mark.parametrize(
    ("command", "stored"),
    [
        ("TOKEN=secret node s.js {port}", "TOKEN=… node s.js {port}"),
        ("A=1 B='secret key' node s.js {port} C=3", "A=… B=… node s.js {port} C=3"),
        ("node s.js {port} --x=1", "node s.js {port} --x=1"),
    ],
)
def test_the_variables_of_a_command_are_stored_by_name(command: str, stored: str):
    """And can't be read again."""
    spec = one(f"x=cmd:{command}")
    assert without_secrets(spec).command == stored
    if stored != command:
        with pytest.raises(UsageError, match=r"^x: what is secret in its command is not stored"):
            with_secrets(without_secrets(spec), lambda text, _option: text)


def test_what_names_a_variable_is_stored_and_read_again():
    """The name is no secret; what was typed out is gone, and has to be said anew."""
    typed = (("Authorization", "Bearer ${TOKEN}"), ("", "@login.txt"))
    headers = (("Authorization", "Bearer secret"), ("X-Key", "also secret"))
    spec = one("wss://h/p", Axes(access=Access(headers=headers, first="secret login", typed=typed)))
    stored = without_secrets(spec)
    assert stored.access.headers == (("Authorization", "Bearer ${TOKEN}"), ("X-Key", HIDDEN))
    assert stored.access.first == "@login.txt"
    with pytest.raises(UsageError, match=r"^h: what its headers, subprotocols, login or password"):
        with_secrets(stored, lambda text, _option: text)
    whole = msgspec.structs.replace(stored.access, headers=stored.access.headers[:1])
    asked: list[tuple[str, str]] = []

    def read(text: str, option: str) -> str:
        asked.append((text, option))
        return text.upper()

    back = with_secrets(msgspec.structs.replace(stored, access=whole), read)
    assert back.access.headers == (("Authorization", "BEARER ${TOKEN}"),)
    assert back.access.first == "@LOGIN.TXT"
    assert asked == [("Bearer ${TOKEN}", "--header Authorization"), ("@login.txt", "--first")]


@pytest.mark.parametrize(
    ("access", "stored"),
    [
        (Access(key="k", password=WORD), Access(key="k", password=HIDDEN)),
        (
            Access(password=WORD, typed=((PASSWORD, FILE),)),
            Access(password=FILE, typed=((PASSWORD, FILE),)),
        ),
        (
            Access(first="secret", typed=(("", '{"token": "secret", "n": "${N}"}'),)),
            Access(first='{"token": "…", "n": "${N}"}', typed=(("", '{"token": "…", "n": "${N}"}'),)),
        ),
        (
            Access(subprotocols=("chat", "bearer.4fT9x2QaeyJhbGciOi")),
            Access(subprotocols=("chat", HIDDEN)),
        ),
    ],
)
def test_each_place_of_a_secret(access: Access, stored: Access):
    """Also beside a variable that is named; what was left out has to be said anew."""
    spec = one("wss://h/p", Axes(access=access))
    found = without_secrets(spec)
    assert found.access == stored
    assert set(secrets_of(spec)) == {access.password, access.first, *access.subprotocols[1:]} - {""}
    if HIDDEN in str(stored):
        with pytest.raises(UsageError, match="is not stored, where it was typed out"):
            with_secrets(found, lambda text, _option: text)
    else:
        assert with_secrets(found, lambda text, _option: f"{text}!").access.password == f"{FILE}!"


def test_the_query_of_a_url_is_stored_where_it_names_a_variable():
    """Else it has to be said anew."""
    spec = one("x=wss://h/p?token=secret&room=5")
    assert secrets_of(spec) == ("secret",)
    with pytest.raises(UsageError, match=r"^x: what its URL asks for is not stored where it may be secret"):
        with_secrets(without_secrets(spec), lambda text, _option: text)
    assert without_secrets(spec).url == "wss://h/p?token=…&room=5"
    spec = one("x=wss://h/p?token=${TOKEN}")
    assert with_secrets(without_secrets(spec), lambda text, _option: text) == spec


@pytest.mark.parametrize("where", ["https://me:secret@h/r", "https://secret@h/r", "ssh://me:secret@h/r"])
def test_a_password_of_a_repository_is_refused(where: str):
    """It would stand in command lines, in the cache of environments, and in results."""
    with pytest.raises(UsageError, match="a repository's URL holds no user or password") as caught:
        one(f"tornado@git:{where}#main")
    assert "secret" not in str(caught.value)
    assert one("tornado@git:ssh://git@h/r#main").source == "git:ssh://git@h/r#main"
    assert one("tornado@git:https://h/r#a@b").source == "git:https://h/r#a@b"


@pytest.mark.parametrize("url", ["ws://user:secret@host:81/p?q", "x=wss://secret@host/"])
def test_a_password_in_a_url_is_refused(url: str):
    """It would stand in labels and files, and is not what a handshake carries; the line doesn't repeat it."""
    with pytest.raises(UsageError, match="a target holds no user or password") as caught:
        one(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("text", ["tornado@tls", "./e.py", "cmd:x {port}", "ws://h", "tornado@path:../x"])
def test_what_has_no_secret_is_stored_as_it_is(text: str):
    """Nothing else about a server changes on the way to a file."""
    assert without_secrets(one(text)) == one(text)


PARTS = st.lists(
    st.sampled_from(["uvloop", "tls", "deflate", "3.12", "python3.13", "path:../x", "git:main"]), max_size=4
)
HEADS = st.sampled_from(["tornado", "websockets==15.0", "stdlib", "tcp", "./echo.py", "aiohttp"])
LABELS = st.sampled_from(["", "a=", "b=", "tornado@uvloop=", "1.2+x="])
TEXTS = st.builds(lambda label, head, parts: label + "@".join((head, *parts)), LABELS, HEADS, PARTS)
AXES = st.builds(
    Axes,
    loops=st.sampled_from([(), ("uvloop",), ("asyncio", "uvloop")]),
    pythons=st.sampled_from([(), ("3.12",), ("3.12", "3.13")]),
    tls=st.booleans(),
    deflate=st.booleans(),
)


@given(st.lists(TEXTS, max_size=4), AXES)
def test_labels_are_unique_or_it_is_told(texts: list[str], axes: Axes):
    """Whatever is named, with whatever axes: no two servers of a run share a label."""
    found, message = tried(lambda: read_specs(texts, axes))
    assert len({spec.label for spec in found}) == len(found)
    assert bool(found) == bool(texts and not message)
    assert len(message.splitlines()) <= 1


@given(HEADS.filter(lambda head: "/" not in head), PARTS, AXES)
def test_a_label_read_as_a_spec_is_the_same_server(head: str, parts: list[str], axes: Axes):
    """What is printed in a table can be named again, beside the same axes; a checkout alone says less."""
    text = "@".join([head, *(part for part in parts if ":" not in part)])
    for spec in tried(lambda: read_spec(text, axes))[0]:
        assert read_spec(spec.label, axes) == [spec]


@given(TEXTS, AXES)
def test_a_spec_survives_being_stored(text: str, axes: Axes):
    """Written as JSON and read again it is the same, as plans of result files are."""
    found = list(tried(lambda: read_spec(text, axes))[0])
    again = msgspec.json.decode(msgspec.json.encode(found), type=list[ServerSpec])
    assert again == found
    assert len({*again, *found}) == len(found)
