"""Who drives: one WebSocket client a file, importing its library and the standard library only."""
