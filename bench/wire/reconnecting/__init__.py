"""What becomes of connections that an open loop has lost: they are opened again beside its schedule."""
