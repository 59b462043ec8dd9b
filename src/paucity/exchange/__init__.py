"""Definitions, criteria, participants and results in the formats that other systems read.

What a format cannot say is never left out in silence: it comes back as notes, and where the rest
would mean something else without it, there is no document but findings.
"""

from paucity.exchange.document import Exported, json_text

__all__ = ["Exported", "json_text"]
