"""The machine's profile on disk: what `wsbench calibrate` keeps."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from ..verdicts.calibration import PROFILE_SCHEMA, Profile
from .errors import StoreError
from .writing import try_folder, write_beside

FOLDER_VARIABLE = "WSBENCH_STATE"


def state_folder() -> Path:
    """Return where profiles are kept: `WSBENCH_STATE`, else the user's folder for programs' state."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(named)
    from platformdirs import user_state_path

    return user_state_path("wsbench", appauthor=False)


def require_room() -> None:
    """Find out whether a profile can be kept, before one is measured. Raises `StoreError`."""
    folder = state_folder()
    try:
        try_folder(folder)
    except OSError as problem:
        why = f"{problem.strerror}; {FOLDER_VARIABLE} names another folder"
        raise StoreError(f"can't write to {folder}: {why}") from None


def save_profile(profile: Profile, folder: Path | None = None) -> Path:
    """Write a profile in place of an older one and return its file: whole, or not at all.

    Raises `StoreError` where it can't be written.
    """
    path = _path(profile.fingerprint, folder)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_beside(path, msgspec.json.format(msgspec.json.encode(profile)) + b"\n")
    except OSError as problem:
        raise StoreError(f"can't write {path}: {problem.strerror}") from None
    return path


def load_profile(fingerprint: str, folder: Path | None = None) -> Profile | None:
    """Return a machine's profile; None where there is none, or none that this wsbench can read."""
    try:
        found = msgspec.json.decode(_path(fingerprint, folder).read_bytes(), type=Profile)
    except (OSError, ValueError, RecursionError):  # msgspec's errors are ValueErrors
        return None
    return found if (found.schema, found.fingerprint) == (PROFILE_SCHEMA, fingerprint) else None


def _path(fingerprint: str, folder: Path | None) -> Path:
    return (state_folder() if folder is None else folder) / f"{fingerprint}.json"
