"""Every answer that was paid for, so that none is paid for twice: one SQLite file in the home.

    store       the file: answers, what sync asked for in vain, the systems that are known
    coverage    which part of a series comes from which answer
    settling    what is final, and when the rest is asked for again
    pages       records that can be read off the pages of a SQLite file
    salvage     what can be had back from a damaged file
    upkeep      verify, compact, rebuild

Rows are made of the bodies when they are read, so that a better decoder needs no further hit.
"""
