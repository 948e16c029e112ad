"""The metrics of the field: one file each, which says its formula and its source. `registry` has the table of them."""
