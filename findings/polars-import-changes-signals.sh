#!/usr/bin/env bash
# Importing polars 2.1.0 changes two things of the whole process: Ctrl-C no longer ends a wait without a timeout, and
# _RJEM_MALLOC_CONF is set for all processes that are started from then on.
#
# It puts a handler of its own before Python's for SIGINT, with SA_RESTART: the kernel resumes a blocking call after it,
# and Python's handler runs only once that call has returned. So lock.acquire(), Event().wait(), Future.result(),
# concurrent.futures.wait() and os.read() of a pipe go on to their end, and KeyboardInterrupt comes after it; time.sleep(),
# select() and waits with a timeout are interrupted as always. Setting Python's handler again (signal.signal with
# signal.getsignal(SIGINT)) puts things right. A program that measures, imported after polars, hands the allocator's
# settings to the servers it starts: those with a jemalloc of Rust's read them.
#
# Seen (Linux 6.18, CPython 3.11.7), a wait that ends after 2 s, SIGINT after 0.5 s:
#   without polars         KeyboardInterrupt after 0.5 s
#   after import polars    KeyboardInterrupt after 2.0 s
#   and the handler anew   KeyboardInterrupt after 0.5 s
#   a child gets           dirty_decay_ms:500,muzzy_decay_ms:1000
# Needs Linux and Python 3.11 to 3.14 with venv. Exits 1 where this is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/wait.py" <<'PYTHON'
import os, signal, subprocess, sys, threading, time

if "polars" in sys.argv:
    import polars
if "anew" in sys.argv:
    signal.signal(signal.SIGINT, signal.getsignal(signal.SIGINT))
event = threading.Event()
begun = time.monotonic()
threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
threading.Timer(2.0, event.set).start()
try:
    event.wait()
    time.sleep(0)
    took = -1.0
except KeyboardInterrupt:
    took = time.monotonic() - begun
child = [sys.executable, "-c", "import os; print(os.environ.get('_RJEM_MALLOC_CONF', ''))"]
print(f"{took:.0f}" if took > 1 else f"{took:.1f}", subprocess.check_output(child, text=True).strip())
PYTHON
unset _RJEM_MALLOC_CONF
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check polars==2.1.0
failed=0
expect() { # what is expected, and the words of the program
  found=$("$folder/env/bin/python" "$folder/wait.py" "${@:2}")
  echo "${*:2}: $found"
  [ "$found" = "$1" ] || { echo "expected: $1"; failed=1; }
}
expect "0.5 "
expect "2 dirty_decay_ms:500,muzzy_decay_ms:1000" polars
expect "0.5 dirty_decay_ms:500,muzzy_decay_ms:1000" polars anew
exit "$failed"
