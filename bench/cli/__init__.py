"""The words of the command line. Each verb reads its own and makes one call."""
