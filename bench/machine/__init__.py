"""What touches the machine: child processes, pinning, certificates, and what the system tells of itself."""
