"""What only load runs need: their events as they happen, and several servers at once."""
