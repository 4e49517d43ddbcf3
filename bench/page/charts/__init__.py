"""One module a family of charts: facts in, drawings out. Nothing here reads, writes or measures."""
