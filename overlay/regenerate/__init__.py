"""From the vendor's document to the generated client.

`openapi/` holds the documents as published, `overlay/` what is wrong with them. This package lays one over
the other, joins and normalises the result, and has the client generated from it. Run it with
`python -m regenerate`.
"""
