"""What an open loop tells of itself while it is under way."""
