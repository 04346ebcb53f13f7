"""`Claim`: what a spoken sentence may claim, a record of a kind that can be looked up."""

from pydantic import BaseModel, ConfigDict


class Claim(BaseModel):
    """Any of them. Plays that were skipped count for none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @property
    def subject(self) -> str:
        """What it is about: an item, a creator …; "" where it stands beside any other claim."""
        for field in ("item_id", "creator", "genre", "decade"):
            if field in type(self).model_fields:
                return f"{field}={getattr(self, field)}"
        return ""
