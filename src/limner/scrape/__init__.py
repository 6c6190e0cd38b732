"""Bring in pictures: what the manifests name, put right, each once.

manifests            rows, checked before anything is fetched
expand               rows that stand for many files: folders, patterns, archives
homes                which project they belong to
reach                optional manifests that are out of reach
ids                  ids made from names that others chose
beginnings           photo or video, by a file's first bytes
pictures, video      files -> upright sRGB pictures
tiffs, colours       which of a TIFF's pictures, and whether it is read right; to sRGB
damage               what decoders only mutter of
registration         is one picture a copy of another, resized, recompressed or cropped
duplicates           which of thousands it may be a copy of
shots, decoders      what was taken from a file, remembered by its content
album, weights       data/raw with its table, data/weights
collect              all of it
"""
