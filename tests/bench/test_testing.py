"""The contract tests for others: ours pass them."""

import pytest
from wsbench.targets.catalogue import CLIENTS
from wsbench.testing import ClientContract, ServerContract

pytestmark = pytest.mark.usefixtures("nobody_left")


class TestTornado(ServerContract):
    """The reference; it declares what it can't."""

    server = "tornado"


@pytest.mark.parametrize("word", [word for word, one in CLIENTS.items() if one.module])
class TestOurs(ClientContract):
    """Every client that is a library's."""

    @pytest.fixture(autouse=True)
    def _choose(self, word: str) -> None:
        self.client = word


def test_a_broken_server_is_told_line_by_line(broken: object) -> None:
    """The failure names what does not hold."""

    class Wrong(ServerContract):
        server = f"{broken}/truncated.py"

    with pytest.raises(pytest.fail.Exception, match="65,535 bytes came back for 65,536"):
        Wrong().test_it_keeps_the_contract_with_equal_settings()
