"""What pytest collects, and what the tests must not touch.

Training needs the extra `train`; without it, its modules cannot be imported for doctests. The user's cache of encodings
is neither read nor filled.
"""

import os
from importlib.util import find_spec

from hypothesis import settings

# Tests assert no seconds: a busy machine is no failure.
settings.register_profile("framing", deadline=None)
settings.load_profile("framing")

os.environ["FRAMING_CACHE"] = "off"
collect_ignore_glob = [] if find_spec("torch") and find_spec("onnx") else ["src/framing/training/*"]
