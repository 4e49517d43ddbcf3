"""What `wsbench.api`, which is public, and the plugin of pytest are made of."""
