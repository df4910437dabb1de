"""What is no series comes back as a record: the document's own names, useful Python values in them."""
