"""Load: what agents report of a step, and what becomes of their reports (pure)."""
