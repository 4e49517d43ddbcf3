"""wsbench: WebSocket echo servers and clients, measured side by side.

The way the data goes, one direction, no step reaches back:

    cli -> commands -> plan -> runner -> driver -> records -> storage
        -> facts -> verdicts -> analysis -> report, exporters
"""

__version__ = "0.1.0"
