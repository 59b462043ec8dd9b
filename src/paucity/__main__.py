"""Run the command line with ``python -m paucity``."""

from paucity.cli import main

if __name__ == "__main__":
    main(prog_name="paucity")
