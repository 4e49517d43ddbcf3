"""What the tests of the library share: a program that no pytest is around, as far as the library knows."""

from collections.abc import Iterator

import pytest
from wsbench.library.standing import asking


@pytest.fixture
def nobody_asks() -> Iterator[None]:
    """Have no test ask: these tests run in a pytest that has the plugin, and beside others."""
    kept = asking[:]
    asking.clear()
    yield
    asking[:] = kept
