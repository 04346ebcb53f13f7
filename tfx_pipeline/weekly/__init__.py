"""The lists of a week for all listeners, in a batch: Apache Beam over the pushed models."""
