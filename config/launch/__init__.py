"""Everything that ``make run`` starts, under one roof: ``python -m config.launch``.

    lock, port -> queue -> prepare (once) -> workers and clock, until warm -> web

On Linux the launcher loads the site's code and its Python processes are forks of it: a start costs
one loading of Django instead of eight. Elsewhere each is a fresh interpreter. Workers that nobody waits
for run on demand (``demand``).

A crashed process is started again alone. Stopping goes the other way round: web first, then
workers and clock (20 s to finish what they have), the queue last. Signals go to each process's
master only: it passes them on, and a worker told twice would drop its job.

Why not one of the packages for this: honcho stops everything when one process ends and signals
whole groups; PyPI's ``supervisor`` was tried and leaves every child running when it is killed
itself, starts by priority without waiting until a process is warm, gives up for good after a few
quick crashes, and knows no lock on a data folder. These are the four things wanted here.

When the launcher is killed outright, the kernel ends its processes with it (Linux): each of them,
and each of their workers, asks for that as the first thing it does. What holds the folder's lock
all the same is ended by the next start. On macOS, which lacks that call, Python processes notice
within a second that their parent is gone; an embedded queue may stay, holds the folder's lock, and
the next start says which folder is in use.
"""
