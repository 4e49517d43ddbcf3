"""Words for clients: what they say, how they are called, and what can't be had."""

import re

import msgspec
import pytest
from wsbench.errors import UsageError
from wsbench.targets.catalogue import CLIENTS, Contestant
from wsbench.targets.client_spec import ClientSpec, client_of, read_client, read_clients


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("wire", ClientSpec("wire", "wire")),
        ("websockets==15.0.1", ClientSpec("websockets==15.0.1", "websockets", "15.0.1")),
        ("old=websockets==15.0.1", ClientSpec("old", "websockets", "15.0.1")),
        ("old=aiohttp", ClientSpec("old", "aiohttp")),
        ("aiohttp==3.9.5", ClientSpec("aiohttp==3.9.5", "aiohttp", "3.9.5")),
        (
            "picows@with:aiofastnet==1.0",
            ClientSpec("picows@with:aiofastnet==1.0", "picows", "", ("aiofastnet==1.0",)),
        ),
        (
            "p=picows==1.11.1@with:aiofastnet==0.0.2@with:uvloop==0.22.1",
            ClientSpec("p", "picows", "1.11.1", ("aiofastnet==0.0.2", "uvloop==0.22.1")),
        ),
    ],
)
def test_what_a_client_is(text: str, spec: ClientSpec):
    """Name, version and companions, under a label of the user's or the text itself; and back again."""
    assert read_client(text) == spec
    assert spec.typed == text
    assert spec.is_renamed == ("=" in text.replace("==", "").partition("@")[0])
    assert str(spec) == spec.label
    assert spec.library == CLIENTS[spec.name].library
    assert spec.can == CLIENTS[spec.name].can


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "'' is no client: write name[==version][@with:NAME==VERSION]"),
        ("websockets=15", "unknown client '15'"),
        ("websockets==", "'websockets==' is no client: write "),
        ("./mine.py", "'./mine.py' is no client: write "),
        ("websocket", "unknown client 'websocket'; did you mean websockets?"),
        ("wire==1", "'wire==1': wire is part of wsbench and has one name and no versions"),
        ("w=wire", "'w=wire': wire is part of wsbench and has one name and no versions"),
        ("wire=aiohttp", "'wire=aiohttp': wire is another client: choose another label"),
        ("aiohttp=websockets==15.0", "aiohttp is another client: choose another label"),
        ("aiohttp@tls", "a client drives on wsbench's own Python and loop: write name"),
        ("aiohttp@uvloop", "a client drives on wsbench's own Python and loop"),
        ("aiohttp@python3.12", "a client drives on wsbench's own Python and loop"),
        ("aiohttp@git:main", "a client drives on wsbench's own Python and loop"),
        ("aiohttp@with:yarl", "'with:yarl' is no companion: write with:NAME==VERSION"),
        ("aiohttp@with:AioHTTP==3.9", "aiohttp is what drives: write aiohttp==VERSION"),
    ],
)  # fmt: skip
def test_what_is_no_client_gets_one_line(text: str, line: str):
    """The line says what is wrong, and what to write."""
    with pytest.raises(UsageError, match=re.escape(line)) as caught:
        read_client(text)
    assert "\n" not in str(caught.value)


def test_a_client_that_can_not_be_run(monkeypatch: pytest.MonkeyPatch):
    """Its obstacle is told."""
    monkeypatch.setitem(CLIENTS, "theirs", Contestant("theirs", "m", "", "", obstacle="it has no connect"))
    with pytest.raises(UsageError, match=r"^theirs can't be run: it has no connect$"):
        read_client("theirs")


def test_clients_have_different_labels():
    """The same twice is once; two of one label are told apart by the user."""
    specs = read_clients(["websockets==15.0.1", "websockets", "wire", "websockets"])
    assert [spec.label for spec in specs] == ["websockets==15.0.1", "websockets", "wire"]
    with pytest.raises(UsageError, match=r"^two clients would be called a: give one of them another label$"):
        read_clients(["a=aiohttp", "a=tornado"])


def test_one_that_is_gone_is_known_by_its_label():
    """A stored client that is no longer listed can do nothing, and nothing breaks."""
    gone = client_of("gone")
    assert (gone.contestant, gone.library, gone.can, gone.is_instrument) == (None, "", (), False)
    assert client_of("wire").is_instrument


def test_what_is_stored_of_a_client():
    """Its words, and none of what only servers have."""
    spec = read_client("old=websockets==15.0.1")
    stored = msgspec.json.decode(msgspec.json.encode(spec))
    assert set(stored) == {"label", "name", "version", "companions", "packages"}
    assert msgspec.json.decode(msgspec.json.encode(spec), type=ClientSpec) == spec
