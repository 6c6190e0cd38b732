"""Files from anywhere, verified, kept by their content.

sources, pypi        where the bytes of a url come from; pypi:// as an fsspec filesystem
backends             which of fsspec's filesystems are here
web, answers         the HTTP client, and what it makes of what servers say
manners              how it behaves towards them
partial              downloads on their way, which outlive a killed run
archives, members    what is in zips and tars, and how to take it out safely
store, notes         files by content; which content a url had
scribe, landing      small files hashed and landed by a process of its own
daemon               work that blocks, in a thread of its own
downloads            all of these: what is wanted, verified
"""
