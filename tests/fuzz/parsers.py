"""Every parser of wsbench, by name."""

from __future__ import annotations

import parsers_of_files
import parsers_of_replies
import parsers_of_servers
import parsers_of_users
from parser import Parser

PARSERS: dict[str, Parser] = {
    **parsers_of_servers.PARSERS,
    **parsers_of_replies.PARSERS,
    **parsers_of_users.PARSERS,
    **parsers_of_files.PARSERS,
}
