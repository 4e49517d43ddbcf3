"""The command line: reads options and arguments, and makes one call of `commands` for each command."""
