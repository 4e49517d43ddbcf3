"""Files that also run where wsbench is not installed: each is started or loaded by its path."""
