"""What records say: values with their intervals, doubts, rankings, verdicts."""
