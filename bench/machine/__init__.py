"""What touches the machine: child processes, pinning, the contract's checks, the runner."""
