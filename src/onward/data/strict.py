"""What every part of a mapping file is: fields that are described, and no other."""

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """A part of a mapping file: a key that is not described here is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
