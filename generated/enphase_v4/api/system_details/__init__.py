"""system_details."""
