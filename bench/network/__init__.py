"""A network between client and server: namespaces, what carries the packets, and what that adds itself."""
