"""The schemas of what example generation writes, checked in and reviewed as code."""
