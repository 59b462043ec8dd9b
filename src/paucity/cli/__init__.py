"""The command line. Heavy imports stand inside the commands."""

from paucity.cli import (
    assessing,
    building,
    checking,
    counting,
    defining,
    exporting,
    live,
    medline,
    pairs,
    pooling,
    records,
    screening,
    searching,
    simulating,
    telling,
)
from paucity.cli.group import main

__all__ = [
    "assessing",
    "building",
    "checking",
    "counting",
    "defining",
    "exporting",
    "live",
    "main",
    "medline",
    "pairs",
    "pooling",
    "records",
    "screening",
    "searching",
    "simulating",
    "telling",
]
