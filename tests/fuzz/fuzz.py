"""Feeds every parser what atheris makes up from valid inputs: `make fuzz`.

    python tests/fuzz/fuzz.py [PARSER...]

It takes FUZZ_SECONDS (60) in all, or goes on until FUZZ_INPUTS were read. Each parser gets the same time, so
fast ones read more. The exit code is 1 where one has failed; the input is shown, and stays in .fuzz.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, NoReturn

HERE = Path(__file__).parent
FOUND = HERE.parents[1] / ".fuzz"
sys.path.insert(1, str(HERE.parent / "bench"))

INPUT_S, MIB = 10, 2_048
"""What one input may take: longer is a hang, and more is a leak."""

SLICE_S = 20
"""With FUZZ_INPUTS, for so long each parser is fed before it is the next one's turn."""

WHEELS = "it has wheels for CPython 3.11 to 3.13 on Linux, x86-64"


class Fed(NamedTuple):
    """How many inputs a parser has read in how many seconds, and what was said where it failed."""

    inputs: int = 0
    seconds: float = 0.0
    failure: str = ""

    def __add__(self, more: Fed) -> Fed:  # type: ignore[override]
        return Fed(self.inputs + more.inputs, self.seconds + more.seconds, self.failure or more.failure)


def quoted(word: bytes) -> str:
    """Return a word as it stands in a dictionary of libFuzzer."""
    return '"' + "".join(f"\\x{byte:02x}" for byte in word) + '"\n'


class Feeder:
    """Feeds parsers by name; what one has read goes on living in its corpus, in a folder."""

    def __init__(self, folder: Path) -> None:
        import atheris

        with contextlib.redirect_stderr(io.StringIO()), atheris.instrument_imports(include=["wsbench"]):
            from parsers import PARSERS
        self.parsers = PARSERS
        self.folder = folder

    def feed(self, name: str, seconds: float) -> Fed:
        """Feed a parser for some seconds, in a process of its own: libFuzzer ends the one that it runs in."""
        corpus, said = self._corpus(name), self.folder / "said"
        begun = time.monotonic()
        child = os.fork()
        if not child:
            self._in_child(name, corpus, said, seconds)
        _, status = os.waitpid(child, 0)
        text = said.read_text(errors="replace")
        done = re.findall(r"^stat::number_of_executed_units: *(\d+)|^#(\d+)", text, re.MULTILINE)
        inputs = max((int(one or other) for one, other in done), default=0)
        return Fed(inputs, time.monotonic() - begun, text if status else "")

    def _corpus(self, name: str) -> Path:
        corpus = self.folder / re.sub(r"\W", "-", name)
        if not corpus.exists():
            corpus.mkdir()
            for number, seed in enumerate(self.parsers[name].seeds):
                (corpus / f"seed-{number}").write_bytes(seed)
            words = self.parsers[name].words or (b"\0",)  # libFuzzer refuses an empty dictionary
            (self.folder / f"{corpus.name}.words").write_text("".join(map(quoted, words)))
        return corpus

    def _in_child(self, name: str, corpus: Path, said: Path, seconds: float) -> NoReturn:
        import atheris

        file = os.open(said, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
        os.dup2(file, 1)
        os.dup2(file, 2)
        options = (
            f"-max_total_time={max(1, round(seconds) - 1)}",  # it ends in the second after that
            f"-timeout={INPUT_S}",
            f"-rss_limit_mb={MIB}",
            f"-dict={corpus}.words",
            f"-artifact_prefix={FOUND}/{corpus.name}-",
            "-print_final_stats=1",
        )
        atheris.Setup([sys.argv[0], *options, str(corpus)], self.parsers[name].take)
        atheris.Fuzz()
        raise AssertionError("it ends the process")


def told(failure: str) -> str:
    """Return what matters of what libFuzzer said: the traceback, and the input."""
    lines = failure.splitlines()
    kept = [line for line in lines if not re.match(r"#\d+|INFO|stat::|\s*#\d|==\d+==.*libFuzzer", line)]
    return "\n".join(kept[-40:])


@contextlib.contextmanager
def workplace() -> Iterator[Path]:
    """Make a folder for corpora and temporary files; it goes when this process leaves, not its children."""
    folder, owner = tempfile.mkdtemp(prefix="wsbench-fuzz-"), os.getpid()
    tempfile.tempdir = folder
    FOUND.mkdir(exist_ok=True)
    try:
        yield Path(folder)
    finally:
        if os.getpid() == owner:
            shutil.rmtree(folder)
            with contextlib.suppress(OSError):  # something was found
                FOUND.rmdir()


def fuzz(feeder: Feeder, names: list[str], seconds: float, inputs: int) -> dict[str, Fed]:
    """Feed some parsers, all if none is named; one that has failed is fed no more."""
    fed = dict.fromkeys(names or feeder.parsers, Fed())
    while living := [name for name, one in fed.items() if not one.failure]:
        for name in living:
            fed[name] += feeder.feed(name, SLICE_S if inputs else seconds / len(fed))
            if inputs and sum(one.inputs for one in fed.values()) >= inputs:
                return fed
        if not inputs:
            break
    return fed


def main() -> int:
    """Feed them, and print how much each has read."""
    try:
        import atheris  # noqa: F401
    except ImportError:
        print(f"make fuzz: skipped, for atheris is not installed; {WHEELS}")
        return 0
    seconds = float(os.environ.get("FUZZ_SECONDS") or 60)
    inputs = int(os.environ.get("FUZZ_INPUTS") or 0)
    with workplace() as folder:
        fed = fuzz(Feeder(folder), sys.argv[1:], seconds, inputs)
    for name, one in fed.items():
        print(f"{name:28} {one.inputs:>10,} inputs {one.seconds:>7.1f} s  {'FAILED' if one.failure else ''}")
        if one.failure:
            print(told(one.failure))
    print(f"{'all':28} {sum(one.inputs for one in fed.values()):>10,} inputs")
    return any(one.failure for one in fed.values())


if __name__ == "__main__":
    sys.exit(main())
