"""Experiments: what the two reports asked, measured and answered."""
