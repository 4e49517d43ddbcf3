"""Who is measured: one echo server a file, importing its library and the standard library only."""
