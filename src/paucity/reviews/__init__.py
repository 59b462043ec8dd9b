"""Reviews that come with paucity."""
