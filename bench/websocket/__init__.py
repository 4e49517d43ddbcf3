"""WebSocket on a socket (RFC 6455, RFC 7692): what the instrument and the contract's checks both speak."""
