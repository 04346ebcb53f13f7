"""The preprocessing functions of both Transform components: the log's windows, and the catalogue."""
