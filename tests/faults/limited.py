"""Becomes a command under a limit: `limited.py files|processes|memory|'file size' NUMBER COMMAND...`.

Root is not held by a limit of processes, so it becomes a user who has none yet, and keeps what it needs to
read the files of the installation.
"""

import os
import resource
import shutil
import sys

LIMITS = {
    "files": resource.RLIMIT_NOFILE,
    "processes": resource.RLIMIT_NPROC,
    "memory": resource.RLIMIT_AS,
    "file size": resource.RLIMIT_FSIZE,
}
USER = 61_000

kind, number, *command = sys.argv[1:]
resource.setrlimit(LIMITS[kind], (int(number), int(number)))
if kind == "processes" and os.geteuid() == 0 and shutil.which("setpriv"):
    kept = "+dac_override,+dac_read_search"
    become = [
        f"--reuid={USER}",
        f"--inh-caps={kept}",
        f"--ambient-caps={kept}",
        "--bounding-set",
        f"-all,{kept}",
    ]
    command = ["setpriv", *become, *command]
os.execvp(command[0], command)  # noqa: S606  # this is what it is for
