"""What runs inside a driver process: pacing, the timing loops, the wire client."""
