"""Numbers in, numbers out: estimates, rankings, decisions. Nothing here knows what was measured."""
