"""What an interpreter says of its distributions."""

import sys

from wsbench.environments import interpreters


def test_distributions_have_one_name():
    """They are listed as they are known everywhere: in lower case, with dashes."""
    found = interpreters.installed_in(sys.executable)
    assert found["pytest-benchmark"] and found["msgspec"]
    assert "flask" in found and "Flask" not in found
