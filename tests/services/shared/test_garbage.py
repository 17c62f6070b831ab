"""The collector of garbage rests while many objects are made, and only then."""

import gc

from webapp.services.shared.garbage import uncollected


def test_the_collector_rests_until_the_last_is_done() -> None:
    assert gc.isenabled()
    with uncollected():
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
