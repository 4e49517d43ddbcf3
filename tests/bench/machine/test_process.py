"""Child processes: what they say, how they end, and that nothing of them is left."""

import os
import signal
from typing import Any

import pytest
from wsbench.machine.process import TAIL_LINES, TAIL_WIDTH, ChildError

pytestmark = pytest.mark.usefixtures("nobody_left")

ECHO = 'import sys\nfor line in sys.stdin: print(\'{"heard": "%s"}\' % line.strip(), flush=True)'

ANSWERS = (
    "import sys\n"
    "for line in sys.stdin:\n"
    " number, _, words = line.strip().partition(' ')\n"
    ' print(\'{"heard": "%s", "answers": %s}\' % (words, number), flush=True)\n'
)


def test_lines_there_and_back(start: Any):
    """A line told is heard by the child, and its JSON answer by us; `ask` does both."""
    child = start(ECHO)
    child.tell("one", 10)
    child.tell("two", 10)
    assert child.hear(10) == {"heard": "one"}
    assert child.hear(10) == {"heard": "two"}
    assert start(ANSWERS).ask("three", 10) == {"heard": "three", "answers": 1}


def test_a_late_answer_is_dropped(start: Any):
    """An answer bears the number of its question: one that comes too late is not taken for the next one's."""
    code = (
        "import sys, time\n"
        "for line in sys.stdin:\n"
        " number, _, words = line.strip().partition(' ')\n"
        " time.sleep(0.4 * (words == 'slow'))\n"
        ' print(\'{"event": "ready"}\')\n'
        ' print(\'{"heard": "%s", "answers": %s}\' % (words, number), flush=True)\n'
    )
    child = start(code)
    with pytest.raises(ChildError, match="did not answer within"):
        child.ask("slow", 0.05)
    assert child.ask("quick", 10)["heard"] == "quick"
    assert child.ask("again", 10) == {"heard": "again", "answers": 3}


@pytest.mark.parametrize(
    "line", ["nonsense", "[1]", "7", '{"a": ', "[" * 100_000, "\x00\xff", '{"a": "\\udcff"}']
)
def test_what_is_no_message_is_told(start: Any, line: str):
    """A server's file may write to any descriptor: that is one line, and no traceback of ours."""
    child = start(f"import os, time\nos.write(1, {line.encode()!r} + b'\\n')\ntime.sleep(600)")
    with pytest.raises(
        ChildError, match=r"^it wrote what is no message where it answers wsbench: "
    ) as caught:
        child.hear(10)
    assert len(str(caught.value)) < 200


def test_an_answer_without_end_is_cut(start: Any, monkeypatch: pytest.MonkeyPatch):
    """It would fill our memory."""
    monkeypatch.setattr("wsbench.machine.process.MOST_BYTES", 3 << 20)
    child = start("import os\nwhile True: os.write(1, b'x' * 65536)")
    with pytest.raises(ChildError, match=r"^it answered with more than 3 MiB$"):
        child.hear(10)


def test_a_message_in_pieces_is_one(start: Any):
    """A line that is written in parts is one message; two in one write are two."""
    code = (
        "import os, time\nfor part in (b'{\"a\"', b': 1}', b'\\n{\"b\": 2}\\n{\"c\": 3}\\n'):\n"
        " os.write(1, part); time.sleep(0.05)\ntime.sleep(600)"
    )
    child = start(code)
    assert [child.hear(10) for _ in range(3)] == [{"a": 1}, {"b": 2}, {"c": 3}]


def test_environment_is_added(start: Any):
    """What is given is added to our own environment."""
    code = "import json, os\nprint(json.dumps(dict(os.environ)), flush=True)\ninput()"
    found = start(code, environment={"WSBENCH_TEST": "yes"}).hear(10)
    assert found["WSBENCH_TEST"] == "yes"
    assert found["PATH"] == os.environ["PATH"]


def test_silence_is_told(start: Any):
    """A child that says nothing is told with the time it had."""
    with pytest.raises(ChildError, match=r"^it did not answer within 0.2 s$"):
        start("import time\ntime.sleep(600)").hear(0.2)


def test_a_stopped_child_is_silent_and_can_be_ended(start: Any, gone: Any):
    """A child under SIGSTOP answers no more; it still can be ended."""
    child = start(ANSWERS)
    child.ask("one", 10)
    os.kill(child.pid, signal.SIGSTOP)
    with pytest.raises(ChildError, match="did not answer within"):
        child.ask("two", 0.2)
    child.stop()
    assert gone(child.pid)


@pytest.mark.parametrize(
    ("code", "fate"),
    [
        ("import os; os._exit(7)", "it exited with code 7"),
        ("", "it exited with code 0"),
        ("import os; os.kill(os.getpid(), 9)", "it was killed by SIGKILL"),
        ("import os; os.kill(os.getpid(), 11)", "it was killed by SIGSEGV"),
        ('print(\'{"event": "failed", "reason": "no luck"}\', flush=True); input()', "it: no luck"),
        ("import os, time; os.close(1); time.sleep(600)", "it closed its output"),
    ],
)
def test_the_end_is_told(start: Any, code: str, fate: str):
    """Exit code, signal, and its own last words are in the message."""
    with pytest.raises(ChildError) as caught:
        start(code).hear(10)
    assert str(caught.value) == fate


def test_telling_the_dead_is_an_error(start: Any):
    """A line to a child that is gone raises, with how it ended; so does one after `close`."""
    child = start("import os; os._exit(7)")
    child.process.wait()
    with pytest.raises(ChildError, match="it exited with code 7"):
        child.tell("hello", 10)
    child.close()
    with pytest.raises(ChildError, match="it exited with code 7"):
        child.tell("hello", 10)


def test_settles_tells_the_living_from_the_dead(start: Any):
    """A child that sleeps still runs; one that has ended does not."""
    dead, alive = start(""), start("import time\ntime.sleep(600)")
    dead.process.wait()
    assert (dead.settles(), alive.settles()) == (False, True)


def test_the_tail_of_stderr_is_kept(start: Any):
    """The last lines on standard error are there once the child is gone, however it ended."""
    code = "import os\nfor n in range(50): os.write(2, b'line %d\\n' % n)\n"
    code += "os.write(2, b'end \\xff'); os._exit(1)"
    child = start(code)
    with pytest.raises(ChildError):
        child.hear(10)
    assert child.tail == (*(f"line {n}" for n in range(51 - TAIL_LINES, 50)), "end \ufffd")


def test_listeners_hear_every_line(start: Any):
    """Whoever listens gets all lines, not only the tail."""
    lines: list[str] = []
    child = start("import sys\nfor n in range(50): print(n, file=sys.stderr)", on_stderr=lines.append)
    child.process.wait()
    child.stop()
    assert lines == [str(n) for n in range(50)]


def test_a_noisy_child_never_blocks(start: Any):
    """4 MB on standard error before the answer, in lines and in one piece, block nobody and are cut."""
    code = (
        "import os\nfor _ in range(20000): os.write(2, b'x' * 100 + b'\\n')\nos.write(2, b'y' * 2_000_000)\n"
    )
    child = start(code + "print('{\"done\": 1}', flush=True)")
    assert child.hear(30) == {"done": 1}
    child.process.wait()
    child.stop()
    assert len(child.tail) == TAIL_LINES
    assert max(map(len, child.tail)) == TAIL_WIDTH


def test_who_takes_no_question_is_told(start: Any):
    """A child that is stopped reads no long question to its end."""
    child = start("import time\ntime.sleep(600)")
    with pytest.raises(ChildError, match=r"^it did not answer within 0.05 s$"):
        child.ask("x" * 200_000, 0.05)
