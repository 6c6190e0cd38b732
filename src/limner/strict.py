"""How everything that is read from params.yaml is checked."""

from pydantic import ConfigDict

Strict = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
"""For every dataclass that is read from params.yaml: no unknown keys, no conversions."""
