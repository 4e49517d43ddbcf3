"""Interpreters and environments in which servers of other versions run, made once and kept."""
