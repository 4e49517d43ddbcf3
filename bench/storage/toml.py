"""Files of TOML that a user wrote."""

from __future__ import annotations

import tomllib
from typing import Any


def parsed(data: bytes) -> dict[str, Any]:
    """Return what a file says. Raises `ValueError` for what is no TOML, in one line."""
    try:
        return tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):  # which say where
        raise
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except ValueError:  # Python reads no integer of more than 4,300 digits
        raise ValueError("a number has too many digits") from None
