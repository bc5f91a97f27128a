"""The base of every value that crosses a module boundary."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen, typed value. Unknown fields are errors, so that a misspelt one cannot vanish."""

    model_config = ConfigDict(frozen=True, extra="forbid")
