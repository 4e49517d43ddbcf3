"""What the bench knows: records and pure functions. No clock, no socket, no file."""
