"""Charts of a site, and a report: what `enphase plot` and `enphase report` show.

    periods     a day, a month, a year, a lifetime: the dates and steps of it, in local time
    tracks      production, consumption, import, export, charge, discharge: which series have them
    steps       values for each step of time, and why one is missing
    readings    what the series of a site say, each read once
    totals      its sums, and what part of it the house lived on its own sun
    zeroes      what a zero of a lifetime series means
    axis        where the axis of time has its marks
    words       what is said in the same words everywhere
    colours     what things are drawn in
    charts      a period of a site as one small structure, with totals
    drawing     its figure, with matplotlib
    terminal    the same as text, with plotext
    report      the page

Nothing here makes a call by itself: it reads the `System` that it is given. That of an `Archive` makes none.
"""
