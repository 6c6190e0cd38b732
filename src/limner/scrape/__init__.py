"""Bring in pictures: what the manifests name, fetched, verified and put right.

manifests            rows, checked before anything is fetched
sources, pypi        where the bytes of a url come from; pypi:// as an fsspec filesystem
fetch                the store of downloads, by content
pictures, video      files -> upright sRGB pictures
registration         is one picture a copy of another, resized, recompressed or cropped
duplicates           which of thousands it may be a copy of
shots, decoders      what was taken from a file, remembered by its content
album, weights       data/raw with its table, data/weights
collect              all of it
"""
