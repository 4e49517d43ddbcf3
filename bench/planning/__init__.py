"""From the words of a command to a plan: which servers and clients, which workloads, how many rounds."""
