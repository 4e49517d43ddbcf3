"""A result as a page of HTML and as pictures. The only importer of altair and vl_convert, imported late."""
