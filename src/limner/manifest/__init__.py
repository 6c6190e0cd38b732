"""`limner manifest`: sources made into rows, rows verified, rows pinned.

page, robots         web pages, as far as they may be read
markup, sizes        the pictures in one, and which of a picture's addresses is that of its largest size
commons              the pictures of a category of Wikimedia Commons, or another wiki
listing              the files of a folder elsewhere
found                what all of them give
kinds                photo or video, by a name or a media type
sheet                a manifest as it is written, to be added to
add, check, lock     the three things that are done to it
command              the command line
"""
