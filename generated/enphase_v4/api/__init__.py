"""The operations, by tag: each module builds one request and reads its answers."""
