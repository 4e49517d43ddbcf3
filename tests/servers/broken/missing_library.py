"""Needs a library that nobody has."""

import no_such_library.inside  # noqa: F401

LIBRARY = "no-such-library"
