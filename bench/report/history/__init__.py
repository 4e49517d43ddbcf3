"""What is shown of the history of servers."""
