"""The square picture ("chip") that dlib's face recognition network was trained on, and its file of weights.

King, "High quality face recognition with deep metric learning", 2017: one person's pictures are closer than 0.6.
"""

FILE = "dlib_face_recognition_resnet_model_v1.dat"
"""In data/weights."""
CHIP = 150
"""Pixels a side."""

# Where dlib's mean face has its eyes: the midpoint of each eye's corners, in shares of the chip's side, with
# dlib's margin of a quarter face on every side.
CHIP_EYES = (0.4934, 0.3142)
CHIP_EYE_DISTANCE = 0.3503
