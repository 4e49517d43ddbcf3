"""How many files a process may have open: a connection is one.

Like server.py, which loads it, a plain file with the standard library only.
"""

from __future__ import annotations

import contextlib

SPARE = 64
"""Files that a process has open besides its connections: libraries, pipes, pollers, listening sockets."""


class FilesError(Exception):
    """A process may not have as many files open as it needs; one line that says what to do."""


def limits() -> tuple[int, int] | None:
    """Return the soft and the hard limit of this process, None on a platform that has none.

    What has no limit is told as the largest number that the platform knows.
    """
    try:
        import resource
    except ImportError:  # Windows
        return None
    found = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft, hard = (2**31 - 1 if one == resource.RLIM_INFINITY else one for one in found)
    return soft, hard


def _set_soft(soft: int) -> None:
    import resource

    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def raise_to_hard() -> None:
    """Raise the soft limit as far as it goes; processes that this one starts inherit it."""
    found = limits()
    if found and found[0] < found[1]:
        with contextlib.suppress(OSError, ValueError):  # macOS refuses more than the kernel's own limit
            _set_soft(found[1])


def most_connections() -> int:
    """Return how many connections one process can hold, by the hard limit of this one."""
    found = limits()
    return max(1, found[1] - SPARE) if found else 2**31 - 1


def room_for(connections: int, whose: str = "one process") -> None:
    """Raise the soft limit to what so many connections need; processes started after that inherit it.

    Raises `FilesError` where the hard limit is in the way; it says `whose` files they would be.
    """
    found, needed = limits(), connections + SPARE
    if not found or found[0] >= needed:
        return
    why = f"the hard limit is {found[1]:,}"
    if found[1] >= needed:
        try:
            _set_soft(needed)
        except (OSError, ValueError) as problem:
            why = f"the system refuses ({problem})"
        else:
            return
    raise FilesError(
        f"{connections:,} connections need {needed:,} open files in {whose}, and {why}: raise it by"
        f" ulimit -Hn {needed} as root, /etc/security/limits.conf (nofile), LimitNOFILE= of systemd, or"
        f" docker run --ulimit nofile={needed}"
    )
