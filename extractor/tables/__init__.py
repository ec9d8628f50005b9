"""Page geometry to grids: ruled tables, tables ruled between rows, tables without ruling lines."""
