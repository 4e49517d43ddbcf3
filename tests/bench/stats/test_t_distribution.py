"""Student's t distribution against scipy."""

import math

import numpy as np
import pytest
from scipy import stats
from wsbench.stats.t_distribution import t_cdf, t_quantile

TAILS = (1e-6, 1e-4, 0.01, 0.025, 0.1, 0.4, 0.6, 0.9, 0.975, 0.99, 1 - 1e-4, 1 - 1e-6)


@pytest.mark.parametrize("p", TAILS)
def test_t_agrees_with_scipy(p: float):
    """Distribution and quantile of Student's t agree with scipy to 1e-6 for 1 to 200 degrees of freedom."""
    df = range(1, 201)
    oracle = stats.t.ppf(p, df)
    np.testing.assert_allclose([t_quantile(p, d) for d in df], oracle, rtol=1e-6)
    np.testing.assert_allclose([t_cdf(t, d) for t, d in zip(oracle, df, strict=True)], p, rtol=1e-6)


def test_t_at_its_ends():
    """Nothing lies beyond infinity, half lies under 0, and what has no distribution is refused."""
    assert (t_cdf(-math.inf, 3), t_cdf(0, 3), t_cdf(math.inf, 3)) == (0, 0.5, 1)
    assert t_quantile(0.5, 3) == pytest.approx(0, abs=1e-12)
    for function, x, df in [(t_cdf, 0, 0), (t_cdf, math.nan, 3), (t_quantile, 1, 3), (t_quantile, 0.4, 0)]:
        with pytest.raises(ValueError, match="Student"):
            function(x, df)
