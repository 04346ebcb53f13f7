"""Exports in the public layouts of listening and rating logs, as a stranger would have them.

Written from the data sets' own documentation, not from our importers: one module a layout, each with
`write(folder, *, listeners, seed) -> Facts`. The behaviour in them is a listening world's, so that a model
can learn something; the awkwardness is that of the real files.
"""
