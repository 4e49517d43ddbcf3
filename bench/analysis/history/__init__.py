"""The history of servers: stored runs in, series with their changes out."""
