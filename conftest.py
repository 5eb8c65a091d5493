"""What pytest collects: training needs the extra `train`; without it, its modules cannot be imported for doctests."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("torch") and find_spec("onnx") else ["src/framing/training/*"]
