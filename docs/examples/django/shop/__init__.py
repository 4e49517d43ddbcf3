"""A shop that sells over a WebSocket, with Django Channels."""
