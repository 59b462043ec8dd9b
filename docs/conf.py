"""How the documentation is built: ``sphinx-build -W -b html docs docs/_build``."""  # noqa: INP001

from paucity import __version__

project = "paucity"
author = "paucity contributors"
project_copyright = "paucity contributors"
version = release = __version__
extensions = ["myst_parser"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"paucity {__version__}"
html_show_sphinx = False
html_copy_source = False
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
nitpicky = True
suppress_warnings = ["misc.highlighting_failure"]
