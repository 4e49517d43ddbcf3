"""What users bring of their own: messages, and scenario files."""
