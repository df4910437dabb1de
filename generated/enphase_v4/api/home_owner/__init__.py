"""home_owner."""
