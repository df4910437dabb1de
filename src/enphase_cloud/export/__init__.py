"""The archive as a file that other programs read: Parquet, CSV, JSON, DuckDB. No call is made, ever.

    run         `export`: from a wish to a file
    engine      DuckDB, as it is used here
    choice      what is wished for, checked
    origins     what the archive has of each series, and how that is read, in the order of time
    buckets     quarters of an hour, hours, days and months of a site's clock
    shape       the tables: columns, resampling, wide and long (DuckDB)
    merge       many series as one table in the order of time, piece by piece
    changes     what is new since a file was written
    files, folder, database    what they are written to
    work        nothing is seen of a file before it is whole
    query       `sql`: questions to the archive's tables
    values      what it answers, as values of Python

Tables of telemetry, `long`: a row for each interval of each series, in the order of `end`, system, series, serial.

| column | |
|---|---|
| `system_id`, `series`, `serial` | what was measured; `serial` is null for series of the whole site |
| `start`, `end` | UTC; the interval is `start < t <= end` |
| `start_local` | what the clock of the site shows when it begins, without a time zone |
| `energy_wh`, `power_w`, `charge_wh`, `discharge_wh`, `soc_percent` | null where a series has none |
| `devices_reporting` | the same |
| `intervals`, `expected` | with `every`: measured intervals in it, and those that were to come |

`wide`: a row for each quarter of an hour (or hour, day, month) of each system, with a column for each value of each
series: `production_meter_energy_wh`, `battery_soc_percent`, `micro_4821_power_w`. `incomplete` names the series that
lack intervals in it, as in `battery 92/96`; it is empty where the row is whole.

Of lifetime series `date` (local) stands in the place of `start`, `end` and `start_local`.

How intervals become a quarter of an hour, an hour, a day or a month of the site's clock: an interval belongs to where
it begins. Energies are added; power is the mean over time, nights of microinverters counting as 0 W; the state of
charge is the last one; of devices reporting, the fewest. What is missing is not made up: `intervals` is less than
`expected` then. Not expected are the nights of microinverters, and what lies before the system began to work.
"""

from .run import Exported, NothingArchived, export

__all__ = ["Exported", "NothingArchived", "export"]
