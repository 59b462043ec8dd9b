"""Settings shared by the synthesis tests."""

from hypothesis import settings

# The same examples every time: a failure anywhere is a failure everywhere.
settings.register_profile("synthesis", derandomize=True, deadline=None, max_examples=25)
settings.load_profile("synthesis")
