"""The command line. Heavy imports stand inside the commands."""

from paucity.cli import building, checking, pooling, telling
from paucity.cli.group import main

__all__ = ["building", "checking", "main", "pooling", "telling"]
