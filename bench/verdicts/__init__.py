"""What rounds say about a change."""
