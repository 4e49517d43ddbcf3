"""The contract, line by line, tried on a running server over raw frames."""
