"""A first program: the last seven days of every system that the access token may see.

It needs ENPHASE_API_KEY and ENPHASE_ACCESS_TOKEN; or no account at all, with what `enphase mock` prints.
"""

from datetime import date, timedelta

from enphase_cloud import Enphase

today = date.today()

with Enphase.from_env() as enphase:
    for system in enphase.systems():  # one hit
        rows = system.telemetry("production_meter", start=today - timedelta(days=7), end=today)
        print(system.system_id, system.name, system.status, system.timezone)
        print(f"  will cost {rows.estimate().hits} hit(s)")  # no call
        energy_wh = sum(row.energy_wh or 0 for row in rows)  # fetched as it is read
        print(f"  {energy_wh / 1000:.1f} kWh produced, {rows.hits} hit(s) spent, {len(rows.gaps)} gap(s)")
