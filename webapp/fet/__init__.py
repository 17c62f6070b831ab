"""FET's files as they lie there, read and written: neither the engine nor the product is known here, both use it."""
