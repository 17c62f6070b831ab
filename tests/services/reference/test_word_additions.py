"""What an import adds to the lists of kinds and features is said before it is confirmed."""

from tests import factories
from webapp.services.imports import uploads
from webapp.services.imports.formats.files import read_upload
from webapp.services.reference.word_additions import word_additions


def test_a_preview_says_which_words_are_new_and_what_is_nearly_the_same(app):
    term = factories.term()
    factories.room(term.organization, kind="studio", features=["piano"])
    file = (
        b'code,name,capacity,kind,features\nR1,Hall,60,studoi,piano\nR2,Lab,30,lab,"organ, piano"\nR3,New,9,lecture,\n'
    )
    tables = read_upload("rooms.csv", file)
    preview = uploads.preview(term.organization, term, tables)
    assert word_additions(term.organization, preview) == [
        "Kinds of rooms: adds “studoi” (near “studio”, which is there).",
        "Features of rooms: adds “organ”.",
    ]
