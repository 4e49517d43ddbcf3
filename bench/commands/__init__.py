"""One module a verb: what each does once its words are read."""
