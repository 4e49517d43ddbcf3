"""Result files: what is written can be read, whenever the writing stopped."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import msgspec
import pytest
from load_runs import load_run
from loads import load_run_of, plan_of, round_of, saved_lines, step_of
from msgspec.structs import replace
from runs import run_of
from wsbench import failures, output
from wsbench.records.common import OLDEST, SCHEMA, Closing, Failure
from wsbench.records.load import LoadRun, LoadStep, run_of_lines
from wsbench.records.run import Run
from wsbench.storage.results import Store, StoreError, read_any, read_run

READ = f"schemas {OLDEST} to {SCHEMA}"


def stored(folder: Path, run: Run | LoadRun) -> Path:
    """Write a whole run and return its file."""
    store = Store(folder, run.header)
    for one in run.rounds:
        store.append(one)
    assert run.closing
    store.append(run.closing)
    return store.path


def test_a_run_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """Every field of header, rounds and closing survives."""
    run = run_of({"tornado": 60.0, "tcp": 30.0})
    assert read_run(stored(tmp_path, run)) == run


def test_the_file_is_named_by_time_and_label(tmp_path: Path) -> None:
    """The name sorts by time and holds no character a file system minds."""
    run = run_of({"tornado": 60.0})
    assert stored(tmp_path / "new" / "folder", run).name == "20260102T030405Z-test.jsonl"


@pytest.mark.parametrize(
    ("server", "mode"), [("tornado", 0o644), ("x=wss://h/", 0o600), ("x=cmd:node {port}", 0o600)]
)
def test_a_target_of_the_users_is_for_its_owner_alone(tmp_path: Path, server: str, mode: int) -> None:
    """From the first byte on; where it is gone on with, the file keeps the mode that its owner gave it."""
    run, before = run_of({server: 60.0, "tcp": 30.0}, rounds=2), os.umask(0o022)
    try:
        store = Store(tmp_path, run.header)
        store.append(run.rounds[0])
        path = store.path
        assert path
        assert stat.S_IMODE(path.stat().st_mode) == mode
        path.chmod(0o660)
        store = Store.going_on(path, replace(run, rounds=run.rounds[:1]))
        store.append(run.rounds[1])
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
    finally:
        os.umask(before)


def test_every_cut_of_the_file_leaves_the_finished_rounds_readable(tmp_path: Path) -> None:
    """Wherever the plug is pulled, what was complete before it is there."""
    path = stored(tmp_path, run_of({"tornado": 60.0}, rounds=3))
    whole = path.read_bytes()
    ends = [at for at, byte in enumerate(whole) if byte == ord("\n")]
    for cut in range(ends[0] + 1, len(whole), 97):
        path.write_bytes(whole[:cut])
        run = read_run(path)
        complete = sum(end < cut or end == cut for end in ends)
        assert len(run.rounds) in {min(3, complete - 1), min(3, complete)}
        assert len(run.rounds) >= min(3, sum(end < cut for end in ends) - 1)


def test_each_line_is_on_the_disk_before_the_next(tmp_path: Path) -> None:
    """Another reader sees each round as soon as it is appended."""
    run = run_of({"tornado": 60.0})
    store = Store(tmp_path, run.header)
    for count, one in enumerate(run.rounds, 1):
        store.append(one)
        assert len(read_run(store.path).rounds) == count


def test_no_run_overwrites_another(tmp_path: Path) -> None:
    """A second run of the same second and label gets a number."""
    run = run_of({"tornado": 60.0})
    names = [stored(tmp_path, run).name for _ in range(3)]
    assert names == [f"20260102T030405Z-test{end}.jsonl" for end in ("", "-2", "-3")]


def test_runs_that_begin_at_once_never_share_a_file(tmp_path: Path) -> None:
    """Each takes a name that is free at the moment it writes, however many look at once."""
    run = run_of({"tornado": 60.0}, rounds=1)
    stores = [Store(tmp_path, run.header) for _ in range(3)]
    for store in stores:
        store.append(run.rounds[0])
    assert len({store.path for store in stores}) == 3
    assert all(len(read_run(path).rounds) == 1 for path in tmp_path.iterdir())


def test_a_run_that_never_began_leaves_no_file(tmp_path: Path) -> None:
    """Nothing is made before there is a round; why there is none is told."""
    run = run_of({"tornado": 60.0})
    store = Store(tmp_path / "results", run.header)
    assert list((tmp_path / "results").iterdir()) == []
    store.append(Closing("2026-01-02T03:06:05+00:00", "interrupted"))
    assert (store.path, list((tmp_path / "results").iterdir())) == (None, [])
    failed = Closing("2026-01-02T03:06:05+00:00", "failed", (Failure(0, "it died"),))
    store.append(failed)
    assert (store.path, list((tmp_path / "results").iterdir())) == (None, [])


def test_a_disk_that_is_full_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written before is still there, and the failure knows where; of nothing there is no file."""
    run = run_of({"tornado": 60.0})
    store, other = Store(tmp_path, run.header), Store(tmp_path, run.header)
    store.append(run.rounds[0])

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left") as caught:
        store.append(run.rounds[1])
    assert caught.value.filename == str(store.path)
    assert failures._saved[-1] == str(store.path)
    with pytest.raises(OSError, match="No space left"):
        other.append(run.rounds[0])
    assert list(tmp_path.iterdir()) == [store.path]


def test_a_run_may_go_to_standard_output(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Line by line; what else is printed goes to standard error, and nobody else may have it."""
    run = run_of({"tornado": 60.0})
    store = Store(Path("-"), run.header)
    for line in (*run.rounds, run.closing):
        store.append(line)
    output.write("a table\n")
    out, err = capsys.readouterr()
    (tmp_path / "x").write_text(out)
    assert (read_run(tmp_path / "x"), err, store.path) == (run, "a table\n", None)
    output._claimed[:] = ["--junit"]
    with pytest.raises(StoreError, match="--out: --junit goes to standard output already; name a folder"):
        Store(Path("-"), run.header)
    output._claimed.clear()


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", "is no result file: it does not begin with a header"),
        (b"hello\nworld\n", "line 1, is no line of a result file"),
        (b'{"line":"closing","finished":"","status":"complete"}\n', "does not begin with a header"),
    ],
)
def test_a_file_that_is_none_gets_one_line(tmp_path: Path, content: bytes, line: str) -> None:
    """The line names the file and what is wrong with it."""
    path = tmp_path / "some.jsonl"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=line):
        read_run(path)


def test_a_missing_file_gets_one_line(tmp_path: Path) -> None:
    """The line says why it can't be read."""
    with pytest.raises(StoreError, match=r"can't read .*: No such file"):
        read_run(tmp_path / "none.jsonl")


def test_a_later_schema_is_refused(tmp_path: Path) -> None:
    """A file of a later wsbench is not read as if it were ours."""
    path = stored(tmp_path, run_of({"tornado": 60.0}))
    path.write_bytes(path.read_bytes().replace(b'"schema":%d' % SCHEMA, b'"schema":%d' % (SCHEMA + 1), 1))
    with pytest.raises(StoreError, match=f"has schema {SCHEMA + 1}; this wsbench reads {READ}$"):
        read_run(path)


def test_the_schema_before_is_refused_by_name(tmp_path: Path) -> None:
    """Its rounds lack fields of today: the line says which schema it is, not which field is missing."""
    path = stored(tmp_path, run_of({"tornado": 60.0}))
    header, *others = path.read_text().splitlines()
    lines = [
        header.replace(f'"schema":{SCHEMA}', '"schema":1'),
        *(re.sub(r'"flown_ns":\d+,', "", x) for x in others),
    ]
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(StoreError, match=f"has schema 1; this wsbench reads {READ}$") as caught:
        read_run(path)
    assert "\n" not in str(caught.value)


def test_a_load_run_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """Every field of header, rounds, steps and closing survives; the kind of a file is found out."""
    load, run = load_run(), run_of({"tornado": 60.0})
    assert [read_any(stored(tmp_path, one)) for one in (load, run)] == [load, run]


def test_a_file_of_the_other_kind_gets_one_line(tmp_path: Path) -> None:
    """The line says what it is and how to read it."""
    load = stored(tmp_path, load_run())
    with pytest.raises(StoreError) as caught:
        read_run(load)
    assert str(caught.value) == f"{load} is of a load run, not of servers side by side: wsbench report {load}"


def test_every_cut_of_a_load_file_leaves_the_finished_rounds_readable(tmp_path: Path) -> None:
    """As for any other run."""
    path = stored(tmp_path, load_run(rounds=3))
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    for cut in range(first, len(whole), 97):
        path.write_bytes(whole[:cut])
        lines = whole[:cut].count(b"\n") - 1
        assert len(read_any(path).rounds) in {min(3, lines), min(3, lines + 1)}


def test_a_load_file_of_a_later_schema_is_refused(tmp_path: Path) -> None:
    """Both kinds have one schema number."""
    path = stored(tmp_path, load_run())
    path.write_bytes(path.read_bytes().replace(b'"schema":%d' % SCHEMA, b'"schema":%d' % (SCHEMA + 1), 1))
    with pytest.raises(StoreError, match=f"has schema {SCHEMA + 1}; this wsbench reads {READ}$"):
        read_any(path)


@pytest.mark.parametrize("run", [load_run(), run_of({"tornado": 60.0})], ids=["load", "run"])
def test_a_file_of_the_oldest_schema_is_read(tmp_path: Path, run: Run | LoadRun) -> None:
    """It has no lines of steps, and says what it said."""
    path = stored(tmp_path, run)
    path.write_bytes(path.read_bytes().replace(b'"schema":%d' % SCHEMA, b'"schema":%d' % OLDEST, 1))
    found = read_any(path)
    assert found == replace(run, header=replace(run.header, schema=OLDEST))


def search(steps: int = 3, **changes: object) -> LoadRun:
    """Return a search that has two rounds, and so many steps of a third."""
    rounds = [
        round_of([step_of(number, rate, 1, holds=True) for rate in (900.0, 999.5)], capacity=950.0)
        for number in range(2)
    ]
    more = [step_of(2, 900.0 + step, 1, holds=True) for step in range(steps)]
    return load_run_of(plan_of("slo"), rounds, unfinished=more, **changes)  # type: ignore[arg-type]


def test_each_step_is_on_the_disk_before_the_next(tmp_path: Path) -> None:
    """Another reader sees it as soon as it is appended, until the round that has it is finished."""
    run, kept = search(), [0]
    store = Store(tmp_path, run.header)
    for line in saved_lines(run):
        store.append(line)
        kept.append(kept[-1] + 1 if isinstance(line, LoadStep) else 0)
        assert store.path
        assert len(read_any(store.path).unfinished) == kept[-1]
    assert kept == [0, 1, 2, 0, 1, 2, 0, 1, 2, 3]
    assert read_any(store.path) == replace(run, closing=None)


def test_every_cut_leaves_finished_rounds_and_steps_readable(tmp_path: Path) -> None:
    """Wherever the plug is pulled, no step is lost that was whole, and none is there twice."""
    run = search(status="interrupted")
    lines = [run.header, *saved_lines(run), run.closing]
    whole = b"".join(msgspec.json.encode(one) + b"\n" for one in lines)
    path = tmp_path / "cut.jsonl"
    for cut in range(whole.index(b"\n") + 1, len(whole), 89):
        path.write_bytes(whole[:cut])
        found, count = read_any(path), whole[:cut].count(b"\n")
        wholly = [run_of_lines(run.header, lines[1:more], None) for more in (count, min(count + 1, 10))]
        assert replace(found, closing=None) in wholly


@pytest.mark.parametrize("anew", [0, 1])
def test_a_round_that_never_ended_stays_until_it_is_measured_anew(tmp_path: Path, anew: int) -> None:
    """Steps of a first try make room for the first of the next; a run that ends before it leaves them."""
    run, again = search(status="interrupted"), search(anew, status="interrupted")
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in (run.header, *saved_lines(run))))
    store = Store.going_on(path, read_any(path))
    assert read_any(path).unfinished == run.unfinished
    for line in (*again.lines[2:], run.closing):
        store.append(line)
    assert read_any(path) == (again if anew else run)
