"""What runs in a driver's process, and nothing that runs in the parent's."""
