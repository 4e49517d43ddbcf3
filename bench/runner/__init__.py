"""The parent's side of a measurement: it starts, asks and ends servers and drivers."""
