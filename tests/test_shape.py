"""How long things may grow, and that everything has its words and its test."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted(path for folder in ("bench", "servers", "clients") for path in (ROOT / folder).rglob("*.py"))
NAMES = [str(path.relative_to(ROOT)) for path in FILES]
FILES_OF_A_FOLDER, LINES, BODY_LINES = 16, 200, 40
"""The most files of a folder, lines of a file, and lines of a function's body without its docstring."""

LONG = {"servers/stdlib_asyncio.py": "the yardstick is frozen: a change makes older results incomparable"}

TESTED = {
    *("analysis", "conformance", "demand", "driver", "environments", "exporters", "facts", "machine"),
    *("cluster", "library", "measuring", "network", "page", "plan", "planning", "records"),
    *("rendering", "verdicts"),
    *("report", "runner", "standalone", "stats", "storage", "targets", "websocket", "wire"),
}
"""Folders in which every module has its test module; the verbs are tested where a user calls them."""

UNTESTED = {
    "bench/rendering/terminal.py": "a renderer; test_run.py holds its text against that of the others",
    "bench/websocket/closing.py": "one half of the raw client; test_raw_client.py has all its goodbyes",
    "bench/targets/named.py": "a record; test_scenario.py of the command line has each field",
    "bench/targets/contract.py": "constants; the checks of tests/servers/test_contract.py read them",
    "bench/records/common.py": "records without behaviour; written and read by the store's tests",
    "bench/page/names.py": "words; test_gallery.py has every family of charts in their order",
    "bench/page/sources.py": "two helpers of the charts; the tests of charts go through them",
    "bench/page/theme.py": "colours and sizes; test_browser.py looks at the page in either theme",
    "bench/runner/keeping.py": "the runner of the suite; test_suite.py has its samples",
    "bench/runner/round_processes.py": "half of a round; test_round.py has its failures",
    "bench/runner/timed.py": "the frame of timed runs; test_run.py and test_load.py go through it",
    "bench/runner/frame.py": "the frame of both kinds of runs; test_run.py and test_load.py go through it",
    **dict.fromkeys(
        [f"bench/cluster/{name}.py" for name in ("connection", "crew", "executor", "server")],
        "test_elsewhere.py has them at work on a cluster",
    ),
    "bench/records/rates/agent_row.py": "a record; test_agent_rows.py makes it",
    "bench/records/events.py": "records without behaviour; test_round.py and test_runner.py listen to them",
    "bench/standalone/tls.py": "one context; test_certificates.py of the machine serves with it",
    "bench/records/count.py": "records without behaviour; written and read by the store's tests",
    "bench/records/run.py": "records without behaviour; written and read by the store's tests",
    "bench/analysis/load_rows.py": "half of the analysis of a load run; test_load.py has all its rows",
    "bench/analysis/standings.py": "one half of the analysis; test_run.py has all its sentences and ranks",
    "bench/facts/load_steps.py": "half of what a load run says; test_load.py of the analysis has its rows",
    "bench/verdicts/load_pair.py": "half of the judgement of load runs; test_load.py has its lines",
    "bench/facts/load_notices.py": "half of the notices; test_notices.py has all of a load run",
    "bench/targets/secrets.py": "half of the spec; test_spec.py hides and completes each of them",
    "bench/library/standing.py": "a record; test_pytest_plugin.py has a pytest that fills it",
    "bench/plan/storable.py": "what is left out of a plan; test_resume.py of the verbs sees it",
    "bench/storage/errors.py": "one exception; whatever reads or writes a file raises it",
    "bench/storage/soundness.py": "half of the checks of what is read; test_checking.py has each of them",
    "bench/analysis/history/record.py": "records and words; test_values.py has what each run adds to them",
    "bench/analysis/history/side_by_side.py": "a third of the values; test_values.py has its run",
    "bench/analysis/history/at_rates.py": "a third of the values; test_values.py has its run",
    "bench/analysis/history/marks.py": "half of a series; test_series.py has marks of both kinds",
    "bench/analysis/history/notices.py": "half of the history; test_series.py has each of them",
    "bench/report/history/words.py": "words of the tables; test_tables.py and test_badge.py show them",
    "bench/verdicts/verdict.py": "half of the judgement; test_judgement.py has its signs, reasons, values",
    **dict.fromkeys(
        [f"bench/conformance/{name}.py" for name in ("check", "echo", "handshake", "framing", "closing")],
        "tests/servers/test_contract.py has a server that breaks each line",
    ),
    "bench/conformance/deflate.py": "tests/servers/test_contract.py has a server that breaks each line",
    "bench/conformance/verify.py": "tests/servers/test_contract.py runs it against every server",
    "bench/driver/messages.py": "records without behaviour; test_main.py says and hears each of them",
    "bench/driver/orders.py": "what a driver is told; test_main.py and test_main_access.py have each field",
    "bench/driver/step.py": "one half of the agent; test_agent.py drives it",
    "bench/measuring/library_connection.py": "test_blocking.py and test_coroutine.py drive it",
    "bench/planning/load_words.py": "a record; test_load.py of planning has what each field does",
    "bench/runner/load_orders.py": "half of a round; test_load_round.py has what agents are told",
    "bench/wire/closed_loop_slow_path.py": "one half of the closed loop; test_closed_loop.py drives it",
    "bench/wire/opening.py": "one half of connecting; test_connect.py drives it",
    "bench/wire/reconnecting/gap.py": "a part of reconnecting; test_loop.py there drives it",
    "bench/wire/reconnecting/life.py": "a part of reconnecting; test_loop.py there drives it",
    "bench/wire/reconnecting/places.py": "a part of reconnecting; test_loop.py there drives it",
    "bench/wire/services/choosing.py": "a choice; test_session.py and test_framed.py drive every kind",
    "bench/wire/stamped_loop.py": "one half of the session; test_session.py and test_tls.py drive it",
    "bench/wire/sending.py": "one half of a connection; test_session.py and test_session_wrong.py drive it",
    "bench/wire/connection.py": "one half of wire; test_session.py and test_session_wrong.py drive it",
}


@pytest.mark.parametrize("name", NAMES)
def test_files_are_short(name: str):
    """No file has more lines than one can hold in mind."""
    assert len((ROOT / name).read_text().splitlines()) <= LINES or name in LONG


@pytest.mark.parametrize(
    "folder", sorted({path.parent for path in FILES if path.is_relative_to(ROOT / "bench")})
)
def test_folders_are_small(folder: Path):
    """No folder of the bench has more files than one sees at a glance."""
    assert len([path for path in FILES if path.parent == folder]) <= FILES_OF_A_FOLDER


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("name", NAMES)
def test_functions_are_short(name: str):
    """No function's body is longer than a screen."""
    for function in _functions(ast.parse((ROOT / name).read_text())):
        body = function.body[1:] if ast.get_docstring(function) else function.body
        length = function.end_lineno - body[0].lineno + 1 if body else 0
        assert length < BODY_LINES, f"{function.name} has {length} lines"


def _public(node: ast.AST, path: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Yield public classes, methods and functions; what is inside a function is nobody else's."""
    for child in ast.iter_child_nodes(node):
        named = isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if named and not child.name.startswith("_"):
            yield f"{path}{child.name}", child
            if isinstance(child, ast.ClassDef):
                yield from _public(child, f"{path}{child.name}.")


@pytest.mark.parametrize("name", NAMES)
def test_everything_public_has_its_words(name: str):
    """The module, each public class, method and function says what it is."""
    tree = ast.parse((ROOT / name).read_text())
    assert ast.get_docstring(tree)
    assert [where for where, node in _public(tree) if not ast.get_docstring(node)] == []


@pytest.mark.parametrize(
    "name",
    [name for name in NAMES if Path(name).parts[1] in TESTED and "__init__" not in name],
)
def test_every_module_has_its_test_module(name: str):
    """A module is tested under its own name, or stands in the list with the reason why not."""
    path = Path(name)
    test = ROOT / "tests" / path.parent / f"test_{path.name}"
    assert test.exists() != (name in UNTESTED)


def test_the_list_of_exceptions_is_of_real_files():
    """Nobody stands in a list who is not there any more."""
    assert set(UNTESTED) <= set(NAMES)
