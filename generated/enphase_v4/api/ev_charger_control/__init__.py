"""ev_charger_control."""
