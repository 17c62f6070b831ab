"""The words that an organisation has for kinds and features."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model


class VocabularyWord(Model):
    """A word of a list of the organisation: a kind of room, a feature of rooms, a kind of class.

    PostgreSQL adds each word that a row says, whoever writes the row, so the list never lacks one.
    """

    __tablename__ = "vocabulary_words"

    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organizations.organization_id"), primary_key=True)
    vocabulary: Mapped[str] = mapped_column(
        sa.String(32), primary_key=True, comment="room_kinds, room_features, class_kinds"
    )
    word: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
