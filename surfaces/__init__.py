"""The destinations where a listener meets the models: an application in front of a model server."""
