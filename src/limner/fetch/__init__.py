"""Files from anywhere, verified, kept by their content.

sources, mirrors     what a url means, and where else its files are
elsewhere, pypi      what fsspec's filesystems bring; pypi:// as one of them
tether               a process that leaves nothing behind, as pip does what it runs
backends             which of them are here
web, answers, loop   the HTTP client, what it makes of what servers say, and the event loop that it runs in
sessions, bodies     aiohttp as that client uses it; what is sent, unpacked and whole
sockets, endings     its connections: how many are kept, and where an answer that comes by one ends
lookups              the addresses of hosts
manners, hosts       how it behaves towards them, each and all
servers, urls        their names, and what leads there
partial              downloads on their way, which outlive a killed run
archives, members    what is in zips and tars, and how to take it out safely
tars, near           tars read with care; which member was probably meant
here                 files of this machine
store, notes         files by content; which content a url had
delays               how slowly hosts want to be asked, as their robots.txt told once
scribe, landing      small files hashed and landed by a process of its own
hands, daemon        work that blocks, in a few threads, or in one of its own that nobody waits for
ahead                much work at once, and what came of it in order
limits               errors that are this machine's, and no source's
downloads            all of these: what is wanted, verified
"""
