"""What touches the machine: child processes, pinning, environments, the runner."""
