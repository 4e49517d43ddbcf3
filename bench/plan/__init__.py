"""What is to be measured, as pure functions from words and a seed to a plan."""
