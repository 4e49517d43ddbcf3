"""Options of several verbs, where the folder above is full."""
