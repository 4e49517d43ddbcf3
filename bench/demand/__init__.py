"""What is sent: messages, how many at once, and when."""
