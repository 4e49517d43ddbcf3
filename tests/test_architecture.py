"""Who may import whom: the table, held against the sources."""

import ast
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("bench", "servers", "clients")
FILES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
NAMES = [str(path.relative_to(ROOT)) for path in FILES]
PURE = frozenset(
    {
        *("time", "socket", "select", "selectors", "ssl", "http", "subprocess", "threading", "asyncio"),
        *("multiprocessing", "signal", "os", "io", "pathlib", "shutil", "tempfile", "glob", "ctypes"),
        "logging",
    }
)
"""No clock, socket, file or process: a pure folder imports none of these."""


class Layer(NamedTuple):
    """What the modules of one layer may import besides the standard library."""

    inside: tuple[str, ...]  # our own modules, by their dotted beginning under the folder's package
    outside: tuple[str, ...]  # distributions
    banned: frozenset[str] = frozenset()  # of the standard library


# The table, from the leaves up: a line may name itself and lines above it. A module belongs to the first
# line whose path its own begins with.
LAYERS = {
    "bench/errors.py": Layer((), ()),
    "bench/exits.py": Layer((), ()),
    "bench/escaping.py": Layer((), (), PURE),
    "bench/hiding.py": Layer((), (), PURE),
    "bench/output.py": Layer(("exits", "escaping", "hiding"), ()),
    "bench/failures.py": Layer(("errors", "exits", "escaping", "hiding"), ()),
    "bench/standalone/": Layer((), ()),  # these run where wsbench is not installed
    "bench/stats/": Layer(("stats",), ("hdrh", "msgspec", "numpy"), PURE),
    "bench/websocket/": Layer(("websocket", "errors"), ("msgspec",)),
    "bench/targets/": Layer(("targets", "errors", "hiding"), ("msgspec",), PURE),
    "bench/demand/": Layer(("demand", "targets", "errors", "hiding"), ("msgspec", "numpy"), PURE),
    "bench/plan/": Layer(("plan", "demand", "targets", "errors"), ("msgspec", "numpy"), PURE),
    "bench/records/": Layer(("records", "plan", "demand", "stats"), ("hdrh", "msgspec", "numpy"), PURE),
    "bench/planning/": Layer(("planning", "plan", "demand", "targets", "errors"), ("msgspec", "numpy"), PURE),
    "bench/environments/": Layer(
        ("environments", "targets", "errors"),
        ("filelock", "msgspec", "packaging", "platformdirs", "uv"),
    ),
    "bench/facts/": Layer(("facts", "records", "plan", "demand", "targets", "stats"), ("msgspec",), PURE),
    "bench/verdicts/": Layer(
        ("verdicts", "facts", "records", "plan", "demand", "targets", "stats", "errors"), ("msgspec",), PURE
    ),
    "bench/analysis/": Layer(
        ("analysis", "verdicts", "facts", "records", "plan", "demand", "targets", "stats", "errors"),
        ("msgspec",),
        PURE,
    ),
    "bench/measuring/": Layer(
        ("measuring", "records", "plan", "demand", "targets", "websocket"), ("msgspec",)
    ),
    "bench/wire/": Layer(
        ("wire", "measuring", "records", "plan", "demand", "targets", "websocket"), ("msgspec", "numpy")
    ),
    "bench/driver/": Layer(
        (
            "driver",
            "wire",
            "measuring",
            "records",
            "plan",
            "demand",
            "targets",
            "stats",
            "websocket",
            "standalone",
        ),
        ("msgspec",),
    ),
    "bench/machine/": Layer(
        ("machine", "environments.interpreters", "records", "targets", "websocket", "errors"),
        ("msgspec", "trustme"),
    ),
    "bench/network/": Layer(
        ("network", "machine", "records", "plan", "targets", "standalone", "errors"), ("msgspec",)
    ),
    "bench/conformance/": Layer(
        ("conformance", "machine", "records", "demand", "targets", "websocket", "errors"), ("msgspec",)
    ),
    "bench/counting/": Layer(
        (
            *("counting", "machine", "records", "plan", "demand", "targets", "websocket"),
            *("standalone", "errors"),
        ),
        ("msgspec",),
    ),
    "bench/runner/": Layer(
        (
            *("runner", "counting", "conformance", "network", "driver", "machine"),
            *("measuring.pacing", "measuring.recorder", "records", "plan", "demand", "targets"),
            *("stats", "standalone", "websocket.http_messages"),
        ),
        ("msgspec",),
    ),
    "bench/cluster/": Layer(
        (
            *("cluster", "driver", "machine", "records", "plan", "targets", "standalone"),
            *("websocket.http_messages", "errors"),
        ),
        ("distributed", "msgspec"),
    ),
    "bench/storage/": Layer(
        (
            *("storage", "verdicts.calibration", "records", "plan", "demand", "targets", "stats"),
            *("errors", "failures", "output"),
        ),
        ("msgspec", "platformdirs", "compression", "zstandard"),  # the one of Python 3.14, or the package
    ),
    "bench/rendering/": Layer(
        ("rendering", "escaping", "facts.notices", "facts.call_tree", "records.rates.missed", "stats"),
        ("msgspec", "rich"),
    ),
    "bench/report/": Layer(
        (
            *("report", "rendering", "analysis", "escaping", "verdicts", "facts", "records"),
            *("plan", "demand", "targets", "stats", "errors"),
        ),
        ("msgspec", "rich"),
    ),
    "bench/exporters/": Layer(
        (
            *("exporters", "report", "rendering", "escaping", "analysis", "verdicts", "records"),
            *("plan", "demand", "targets", "stats", "errors"),
        ),
        ("msgspec", "pyarrow"),
        PURE,
    ),
    "bench/page/names.py": Layer((), (), PURE),  # known before anything heavy is imported
    "bench/page/": Layer(
        (
            *("page", "exporters", "report", "rendering", "analysis", "verdicts", "facts", "records"),
            *("plan", "demand", "stats", "escaping", "errors"),
        ),
        ("altair", "msgspec", "vl_convert"),
        PURE,
    ),
    "bench/workflow/": Layer(
        (
            *("workflow", "page", "cluster", "runner", "exporters", "report", "rendering", "planning"),
            *("storage", "counting.tools", "conformance", "network", "machine", "analysis", "verdicts"),
            *("facts", "environments", "records", "plan", "demand", "targets", "standalone", "escaping"),
            *("errors", "exits", "failures", "hiding", "output"),
        ),
        ("msgspec", "rich"),
    ),
    "bench/commands/": Layer(
        (
            *("commands", "workflow", "runner", "exporters", "report", "rendering", "planning"),
            *("storage", "conformance", "machine", "analysis", "verdicts", "facts", "escaping"),
            *("demand", "environments", "records", "plan", "targets", "stats", "standalone"),
            *("errors", "exits", "failures", "hiding", "output", "websocket.http_messages"),
        ),
        ("msgspec", "rich"),
    ),
    "bench/cli/": Layer(
        (
            *("cli", "commands", "workflow", "environments.plugins", "planning", "plan", "demand", "targets"),
            *("errors", "exits", "failures", "hiding", "output"),
        ),
        ("msgspec", "typer"),
    ),
    "bench/library/standing.py": Layer((), ()),  # loaded with every pytest
    "bench/library/": Layer(
        (
            *("library", "cli", "commands", "workflow", "page", "exporters", "report", "planning"),
            *("storage", "machine", "analysis", "verdicts", "facts", "demand", "environments", "records"),
            *("plan", "targets", "websocket.http_messages", "errors", "exits", "hiding", "output"),
        ),
        ("msgspec",),
    ),
    # what is started or imported by name: the console script, the suite and the contract for pytest
    "bench/": Layer(("",), ("msgspec", "pytest", "pytest_benchmark")),
    "servers/__init__.py": Layer((), ()),
    "clients/__init__.py": Layer((), ()),
    # contestants: their library by the first word of the file's name, what it is made of, and neighbours
    "servers/stdlib_asyncio.py": Layer((), ()),
    "servers/tcp_epoll.py": Layer((), ()),
    "servers/asgi_echo.py": Layer((), ()),
    "servers/autobahn_twisted.py": Layer(("autobahn_echo",), ("autobahn", "twisted", "OpenSSL")),
    "servers/autobahn_": Layer(("autobahn_echo",), ("autobahn",)),
    "servers/channels_daphne.py": Layer(("daphne_serve",), ("channels", "django")),
    "servers/daphne_serve.py": Layer((), ("daphne", "twisted")),
    "servers/daphne_twisted.py": Layer(("asgi_echo", "daphne_serve"), ()),
    "servers/flask_threaded.py": Layer(
        (), ("flask", "flask_sock", "simple_websocket", "werkzeug", "wsproto")
    ),
    "servers/granian_rust.py": Layer(("asgi_echo",), ("granian",)),
    "servers/hypercorn_asyncio.py": Layer(("asgi_echo", "hypercorn_serve"), ()),
    "servers/quart_hypercorn.py": Layer(("hypercorn_serve",), ("quart",)),
    "servers/trio_wsproto.py": Layer((), ("trio", "trio_websocket", "wsproto")),
    "servers/uvicorn_serve.py": Layer((), ("uvicorn",)),
    "servers/uvicorn_": Layer(("asgi_echo", "uvicorn_serve"), ()),
    "servers/websockets_asyncio.py": Layer(("websockets_legacy",), ("websockets",)),
    "servers/ws4py_gevent.py": Layer(("ws4py_echo",), ("gevent", "ws4py")),
    "servers/ws4py_wsgiref.py": Layer(("ws4py_echo",), ("ws4py",)),
    "servers/": Layer(("uvicorn_serve",), ("{library}",)),
    "clients/aiohttp_asyncio.py": Layer((), ("aiohttp", "yarl")),  # its URLs
    "clients/": Layer((), ("{library}",)),
}


class Import(NamedTuple):
    """One import statement: how many dots, the module, and the line."""

    level: int
    module: str
    line: int


def imports_of(path: Path) -> Iterator[Import]:
    """Yield every import, late ones too; `from .. import x` as `..x`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (Import(0, alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield Import(node.level, node.module, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            yield from (Import(node.level, alias.name, node.lineno) for alias in node.names)


def resolved(path: Path, one: Import) -> str:
    """Return a relative import as a dotted path from the repository: `bench.values.plan`."""
    parts = path.relative_to(ROOT).parts[: -one.level]
    return ".".join((*parts, one.module))


def layer_of(name: str) -> Layer:
    """Return the layer of a file."""
    layer = next(layer for start, layer in LAYERS.items() if name.startswith(start))
    library = Path(name).stem.partition("_")[0]
    return layer._replace(outside=tuple(one.format(library=library) for one in layer.outside))


def trespasses(name: str) -> Iterator[str]:
    """Yield every import a file's layer does not allow."""
    path, layer = ROOT / name, layer_of(name)
    for one in imports_of(path):
        top = one.module.partition(".")[0]
        if one.level:
            target = resolved(path, one)
            folder = name.partition("/")[0]
            allowed = [f"{folder}.{start}".rstrip(".") for start in layer.inside]
            fine = any(target == start or target.startswith(f"{start}.") for start in allowed)
            if target == "bench.__version__":
                fine = True
        elif top in sys.stdlib_module_names:
            fine = top not in layer.banned
        else:
            fine = top in layer.outside
        if not fine:
            yield f"{name}:{one.line} imports {'.' * one.level}{one.module}"


@pytest.mark.parametrize("name", NAMES)
def test_nobody_imports_past_the_table(name: str):
    """Every import of a file is allowed by its layer's line in the table."""
    assert list(trespasses(name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_no_import_crosses_a_folder(name: str):
    """The three folders are one package only once installed: no file names it or leaves its folder."""
    folder = name.partition("/")[0]
    for one in imports_of(ROOT / name):
        if one.level:
            assert resolved(ROOT / name, one).partition(".")[0] == folder
        else:
            assert one.module.partition(".")[0] not in {"wsbench", *FOLDERS}


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("servers/")])
def test_servers_parse_and_log_nothing(name: str):
    """Arguments, logging and the choice of a loop live once, in the child's entry point."""
    tops = {one.module.partition(".")[0] for one in imports_of(ROOT / name)}
    assert not tops & {"argparse", "logging", "uvloop", "os", "sys"}


def test_nothing_imports_upwards():
    """The table is in order: a folder of the bench names itself and folders above it in the table alone."""
    above: list[str] = []
    for start, layer in LAYERS.items():
        name = start.removeprefix("bench/").removesuffix("/").removesuffix(".py")
        above.append(name)
        if start.startswith("bench/") and name:
            assert {one.partition(".")[0] for one in layer.inside} <= {*above}, start


def files_loaded_by(name: str) -> Iterator[str]:
    """Yield the files that the relative imports of a file load: modules, and names that are modules."""
    for node in ast.walk(ast.parse((ROOT / name).read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = (ROOT / name).parents[node.level - 1].joinpath(*(node.module or "").split("."))
            for path in (base, *(base / alias.name for alias in node.names)):
                file = f"{path.relative_to(ROOT)}.py"
                if file in NAMES:
                    yield file


def test_no_module_imports_itself_through_others():
    """There is no circle of modules, late imports and those for annotations included."""
    graph = {name: set(files_loaded_by(name)) for name in NAMES}
    assert len(list(TopologicalSorter(graph).static_order())) == len(NAMES)


def records_of(name: str) -> Iterator[tuple[str, bool]]:
    """Yield the records of a file, those of msgspec and data classes, and whether they are frozen."""
    for node in ast.walk(ast.parse((ROOT / name).read_text())):
        if isinstance(node, ast.ClassDef):
            made = [one for one in node.decorator_list if "dataclass" in ast.unparse(one)]
            if made or "msgspec.Struct" in map(ast.unparse, node.bases):
                words = ast.unparse(made[0]) if made else " ".join(map(ast.unparse, node.keywords))
                yield node.name, "frozen=True" in words


def test_records_of_pure_folders_are_frozen():
    """What a function is given it can't change: whoever keeps it, keeps what it was."""
    found = [record for name in NAMES if layer_of(name).banned for record in records_of(name)]
    assert len(found) > 50
    assert [name for name, frozen in found if not frozen] == []


def test_the_table_has_no_dead_lines():
    """Every line of the table is about a file that is there."""
    assert all(any(name.startswith(start) for name in NAMES) for start in LAYERS)


@pytest.mark.parametrize(
    ("name", "code", "found"),
    [
        ("bench/plan/x.py", "import numpy\nfrom .run import Plan\nfrom __future__ import annotations", []),
        ("bench/plan/x.py", "import time", ["time"]),
        ("bench/plan/x.py", "def f():\n    from os.path import join", ["os.path"]),
        ("bench/plan/x.py", "from ..measuring import wire", ["..measuring"]),
        ("bench/plan/x.py", "import rich", ["rich"]),
        ("bench/measuring/x.py", "from ..websocket import frames\nimport socket", []),
        ("bench/measuring/x.py", "from ..machine.cpus import awake", ["..machine.cpus"]),
        ("bench/measuring/x.py", "import psutil", ["psutil"]),
        ("bench/runner/x.py", "from ..storage import results", ["..storage"]),
        ("bench/machine/x.py", "import tornado.web", ["tornado.web"]),
        ("bench/machine/x.py", "from .. import cli", ["..cli"]),
        ("bench/standalone/server.py", "from . import child", [".child"]),
        ("bench/environments/x.py", "from ..machine import process", ["..machine"]),
        ("bench/measuring/x.py", "from ..environments import tools", ["..environments"]),
        ("servers/daphne_twisted.py", "from . import tornado_asyncio", [".tornado_asyncio"]),
        ("servers/daphne_twisted.py", "from . import asgi_echo, daphne_serve", []),
        ("bench/standalone/server.py", "import msgspec", ["msgspec"]),
        ("bench/report/x.py", "from ..records.events import Turn\nimport rich.table", []),
        ("bench/report/x.py", "from ..runner.run import Runner", ["..runner.run"]),
        ("bench/cli/x.py", "from ..runner.run import Runner\nimport typer", ["..runner.run"]),
        ("servers/foo_asyncio.py", "import foo.bar\nimport asyncio", []),
        ("servers/foo_asyncio.py", "import wsbench.plan", ["wsbench.plan"]),
        ("clients/foo_asyncio.py", "from .bar import connect", [".bar"]),
        ("clients/foo_asyncio.py", "import bar", ["bar"]),
        ("servers/stdlib_asyncio.py", "import stdlib", ["stdlib"]),
    ],
)
def test_the_table_is_enforced(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, code: str, found: list[str]
):
    """Each trespass is seen wherever it stands, and what is allowed is not."""
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text(code)
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    assert [line.partition(" imports ")[2] for line in trespasses(name)] == found
