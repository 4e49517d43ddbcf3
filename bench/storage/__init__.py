"""The only code that reads and writes files of the user's: results, settings, the machine's profile."""
