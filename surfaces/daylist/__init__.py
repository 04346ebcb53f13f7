"""The daylist: what a listener plays on such a day at such a time, under a title that is true of it."""
