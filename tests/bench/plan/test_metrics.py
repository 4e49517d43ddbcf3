"""The table of metrics."""

from wsbench.plan.metrics import GATED, HIGHER_IS_BETTER, METRICS, SHOWN

EVERY = sorted({metric for metrics in METRICS.values() for metric in metrics})


def test_the_sets_of_metrics_fit_together():
    """What is gated, shown or better when higher can be measured; nothing is both gated and only shown."""
    assert set(EVERY) >= GATED | SHOWN | HIGHER_IS_BETTER
    assert not GATED & SHOWN
