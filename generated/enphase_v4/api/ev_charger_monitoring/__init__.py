"""ev_charger_monitoring."""
