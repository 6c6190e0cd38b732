"""The metrics' model files and the face that their tests measure."""

from tests.metrics.conftest import one_thread, setting, weights

__all__ = ["one_thread", "setting", "weights"]
