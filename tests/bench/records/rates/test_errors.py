"""Messages that failed, by kind."""

from wsbench.records.rates.errors import added, failed_said


def test_kinds_are_added_the_most_frequent_first():
    """Over agents, of whom not all have seen the same."""
    assert list(added([{"reset": 2, "no reply": 1}, {}, {"no reply": 3}]).items()) == [
        ("no reply", 4),
        ("reset", 2),
    ]


def test_failures_in_words():
    """Where all is silence there are no kinds to tell."""
    assert failed_said({"no reply": 3}, 3, 3_000) == "3 of 3,000 messages got no reply"
    said = failed_said({"closed 1011": 1_200, "not connected": 4}, 1_204, 3_000)
    assert said == "1,204 of 3,000 messages failed: 1,200 closed 1011, 4 not connected"
