"""Nine changes to a handler, each of which `compare --by count --explain` has to name first.

Prints a row for each: what was changed, what stands first, and whether that is it. The exit code is 1 where
one is not. CAUSES=PATTERN tries some of them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

SERVER = Path(__file__).parents[2] / "servers" / "websockets_asyncio.py"
SEND = "        await connection.send(message)\n"
FIRST = "import asyncio\n"
CHANGES = {
    "a call": ("        helper(message)\n" + SEND, "def helper(message): return message\n", r"helper \("),
    "a copy of the payload": ('        message = "".join([message[:9], message[9:]])\n' + SEND, "", "nicode"),
    "a second send": ("        await connection.send([message[:9], message[9:]])\n", "", "send"),
    "json.loads": ("        json.loads('[1]')\n" + SEND, "import json\n", r"loads \(json"),
    "a regular expression": ("        re.match('x+', message)\n" + SEND, "import re\n", r"match \(re"),
    "a lock": ("        with LOCK: pass\n" + SEND, "import threading\nLOCK = threading.Lock()\n", "lock"),
    "a log line": (
        "        LOG.debug('%s', message)\n" + SEND,
        "import logging\nLOG = logging.getLogger()\n",
        "debug",
    ),
    "a smaller buffer": (
        SEND,
        "import asyncio.selector_events\nasyncio.selector_events._SelectorSocketTransport.max_size = 32\n",
        "recv",
    ),
    "no C extension": (SEND, "import sys\nsys.modules['websockets.speedups'] = None\n", r"apply_mask \("),
}


def changed(handler: str, before: str) -> str:
    """Return the server's source with another handler, and with lines before its imports."""
    source = SERVER.read_text()
    assert source.count(SEND) == source.count(FIRST) == 1
    return source.replace(SEND, handler).replace(FIRST, before + FIRST)


def first_cause(folder: Path) -> str:
    """Compare the two servers of a folder, and return what is told first."""
    words = ("compare", "base=./base.py", "new=./new.py", "--by", "count", "--explain", "--rounds", "1")
    done = subprocess.run(
        [str(Path(sys.executable).with_name("wsbench")), *words, "--format", "json", "-q"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    found = json.loads(done.stdout)["causes"]
    if not found:
        return "nothing"
    one = found[0]["causes"][0]
    return f"{one['kind']} {one['name']} {one['before']:.1f} → {one['after']:.1f}"


def main() -> int:
    """Try each."""
    wrong = 0
    for name, (handler, before, pattern) in CHANGES.items():
        if not re.search(os.environ.get("CAUSES", ""), name):
            continue
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "base.py").write_text(changed(SEND, ""))
            (Path(folder) / "new.py").write_text(changed(handler, before))
            told = first_cause(Path(folder))
        right = bool(re.search(pattern, told))
        wrong += not right
        print(f"{name:24} {'right' if right else 'WRONG'}  {told}", flush=True)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
