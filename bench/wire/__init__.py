"""The instrument: prebuilt masked frames on plain sockets, timed beside the system calls."""
