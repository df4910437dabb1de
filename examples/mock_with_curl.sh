#!/usr/bin/env bash
# The mock server from a shell: start it, ask, let something go wrong, move its clock on, stop it.
# It needs curl, and `enphase` on the PATH: pip install ".[cli,mock]"
set -euo pipefail

# A server at a free port, its clock stopped. What it says begins with where it is, and how to get there.
log=$(mktemp)
enphase mock --port 0 --frozen 2026-06-15T20:00 >"$log" &
server=$!
trap 'kill $server; wait $server || true; rm -f "$log"' EXIT
for _ in {1..300}; do
  grep -q ENPHASE_ACCESS_TOKEN "$log" && break
  kill -0 $server # it has not given up
  sleep 0.1
done
eval "$(grep '^export ENPHASE_' "$log")"

# A function for the rest: curl with the key and the token that every call carries.
api() {
  curl -sS -H "key: $ENPHASE_API_KEY" -H "Authorization: Bearer $ENPHASE_ACCESS_TOKEN" "$@"
}
# What lies in a JSON answer: `field systems 0 system_id`. `jq` is shorter where you have it.
field() {
  python3 -c '
import json, sys
at = json.load(sys.stdin)
for step in sys.argv[1:]:
    at = at[int(step)] if isinstance(at, list) else at[step]
print(at)' "$@"
}

systems=$(api "$ENPHASE_BASE_URL/api/v4/systems")
echo "systems: $(field total <<<"$systems")"
id=$(field systems 0 system_id <<<"$systems")
system=$ENPHASE_BASE_URL/api/v4/systems/$id

# A day of the production meter: 96 rows of 15 minutes. 1781420400 is midnight in Los Angeles, 14 June 2026.
day=$(api "$system/telemetry/production_meter?start_at=1781420400&granularity=day")
echo "rows of a day: $(grep -o wh_del <<<"$day" | wc -l)"

# The next call fails, as calls do. Nothing else does.
curl -sS -o /dev/null -X POST "$ENPHASE_BASE_URL/_mock/faults" -d '{"name": "503", "count": 1}'
echo "with a fault: $(api -o /dev/null -w '%{http_code}' "$system/summary")"
echo "after it: $(api -o /dev/null -w '%{http_code}' "$system/summary")"

# An hour later, in no time.
before=$(api "$system/summary" | field last_interval_end_at)
curl -sS -o /dev/null -X PUT "$ENPHASE_BASE_URL/_mock/clock" -d '{"advance": 3600}'
after=$(api "$system/summary" | field last_interval_end_at)
echo "an hour later: $((after - before)) s of new rows"

# What all of it would have cost.
echo "hits: $(curl -sS "$ENPHASE_BASE_URL/_mock/totals" | field hits)"
