"""Settings of all tests.

Property tests try the same examples every time, so that a run says something about the change
at hand. `PAUCITY_EXPLORE=1 make test` tries new ones.
"""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "steady",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "explore", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=500
)
settings.load_profile("explore" if os.environ.get("PAUCITY_EXPLORE") else "steady")
