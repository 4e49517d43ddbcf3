"""wsbench: WebSocket echo servers and clients, measured side by side.

The way the data goes, one direction, no step reaches back:

    cli -> values.plan -> machine.runner -> measuring -> values.schema -> faces.store
        -> values.analysis, values.judgement -> faces (terminal, Markdown, CSV, JSON, JUnit, GitHub)
"""

__version__ = "0.1.0"
