"""limner: a neural model of a face, from photos to a painter of portraits."""

from limner.system import check

check()
