"""What wire does for a service of the user's: messages and replies that are not known byte for byte."""
