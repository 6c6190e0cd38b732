"""Bring in pictures: what the manifests name, fetched, verified and put right.

manifests            rows, checked before anything is fetched
expand, archives     rows that stand for many files: folders, patterns, archives
ids                  ids made from names that others chose
add, check, lock     manifests written, verified, pinned, by way of sheet
page, robots         the pictures of web pages; commons: those of a wiki's category; both as found
backends             which of fsspec's filesystems are here
sources, pypi        where the bytes of a url come from; pypi:// as an fsspec filesystem
web, answers         the HTTP client, and what it makes of what servers say
manners              how it behaves towards them
partial              downloads on their way, which outlive a killed run
members              files in archives
store, notes         files by content; which content a url had
fetch                all of these: what is wanted, verified
pictures, video      files -> upright sRGB pictures
registration         is one picture a copy of another, resized, recompressed or cropped
duplicates           which of thousands it may be a copy of
shots, decoders      what was taken from a file, remembered by its content
album, weights       data/raw with its table, data/weights
collect              all of it
"""
