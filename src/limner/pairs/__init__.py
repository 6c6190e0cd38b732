"""Paired data: every picture is decoded once, kept as uint8 at training size, and augmented in batches
on the device that trains.

A pair is one drawing and the photo it was drawn from. Several drawings share a photo, so photos are
kept once and each drawing knows which one is its own.

    sources.py   which drawings there are, and of which photos
    store.py     their pixels in one file of limner's cache, named by a hash of all that decides them
    pixels.py    that file, a shard of it mapped at a time; or the pixels in a device's memory
    pairs.py     `Pairs`: what the rest of limner reads
    feed.py      the order of an epoch, and its batches
    augment.py   batches varied
    labels.py    what a model is told of a picture beside the picture
"""

from limner.pairs.augment import JITTER, Augment, to_pixels, to_unit
from limner.pairs.feed import Feed
from limner.pairs.labels import by_face, with_planes
from limner.pairs.pairs import Learns, Pairs, open_pairs, parted, read_pairs
from limner.pairs.pixels import load
from limner.pairs.place import MEMORY, settle
from limner.pairs.sources import Sources, find

__all__ = [
    "JITTER",
    "MEMORY",
    "Augment",
    "Feed",
    "Learns",
    "Pairs",
    "Sources",
    "by_face",
    "find",
    "load",
    "open_pairs",
    "parted",
    "read_pairs",
    "settle",
    "to_pixels",
    "to_unit",
    "with_planes",
]
