"""``python -m framing``: the command line where its script is not on the path."""

from framing.cli import main

main()
