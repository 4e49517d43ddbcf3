"""What a run is shown as: the store, tables and renderers, progress."""
