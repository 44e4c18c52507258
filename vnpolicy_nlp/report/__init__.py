"""Tagged archives at a glance: one pass over the rows, tables of what was counted, charts, a page."""
