"""What is written down for good and signed or hashed: manifests and the bodies of records.

Here belongs that what we write has known keys only, and that what we read keeps unknown ones: a
later version of the program may have written it. Not here: what such a document says
(`ledger/bodies.py`, `ledger/judgement.py`, `release/manifest.py`).
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer


class Document(BaseModel):
    """A document with the same content as its JSON: nothing is converted on the way.

    A field with a default came later: the default is what a document that lacks it means. Reading
    never rewrites, so the bytes that were signed stay what they were.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    #: Fields that what we write leaves out where they were not given, too.
    MAY_LACK: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def read(cls, said: object) -> Self:
        """What stands in a document of any version.

        Raises:
            ValueError: it lacks what every version of it has, or a value is of another type.
        """
        return cls.model_validate(said, extra="allow")

    def written(self) -> dict[str, Any]:
        """The document as JSON holds it."""
        return self.model_dump(by_alias=True)

    @model_serializer(mode="wrap")
    def _without_what_was_not_given(self, serialize: SerializerFunctionWrapHandler) -> Any:
        said = serialize(self)
        for name in self.MAY_LACK - self.model_fields_set:
            said.pop(type(self).model_fields[name].alias or name, None)
        return said | (self.__pydantic_extra__ or {})
