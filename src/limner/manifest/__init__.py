"""`limner manifest`: sources made into rows, rows verified, rows pinned.

page, robots         the pictures of web pages
commons              those of a category of Wikimedia Commons, or another wiki
found                what both give
sheet                a manifest as it is written, to be added to
add, check, lock     the three things that are done to it
command              the command line
"""
