"""The tests of the shop: that it sells, and that an order costs no more work than it did."""

import json

import wsbench
from websockets.sync.client import connect


def test_an_order_is_answered(ws_target) -> None:  # noqa: ANN001  # wsbench's fixture starts the shop
    """With its number and its total."""
    with connect(ws_target.url) as connection:
        connection.send(json.dumps({"id": 7, "pieces": 3}))
        assert json.loads(connection.recv()) == {"to": 7, "total": 15}


def test_an_order_costs_no_more_than_it_did(ws_target) -> None:  # noqa: ANN001
    """Held against the baseline in wsbench-baselines, which `pytest --wsbench-save` stores."""
    order = '{"id": {n}, "pieces": 3}'
    wsbench.assert_no_regression(ws_target, by="count", margin=1, message=order, reply="json:to=id")
