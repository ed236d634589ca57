"""OPA's engine through the C interface of `opa-golib-python-bindings`: JSON text in, JSON text out."""
import ctypes
import json

import install
import to_rego
from policies import NO_FIELDS

ENTRY = to_rego.ENTRY.encode()
ENTRY_WITH_FIELDS = to_rego.ENTRY_WITH_FIELDS.encode()


class OPA:
    """An engine with one set of policies."""

    def __init__(self, policies):
        self.library = _library()
        self.handle = self.library.OpaNew()
        for name, text in to_rego.translate(policies).items():
            self._checked(self.library.OpaAddPolicy(self.handle, name.encode(), text.encode()))
        # The first question compiles.
        self.answer(b"{}", ENTRY)
        self.answer(b"{}", ENTRY_WITH_FIELDS)

    def answer(self, request, entry=ENTRY):
        """The engine's own JSON text for a request's JSON text: what is timed."""
        pointer = self.library.OpaEvalDocument(self.handle, entry, request, 0, 0)
        answer = ctypes.string_at(pointer)
        self.library.OpaFreeString(pointer)
        return answer

    def decide(self, request):
        """Decision, scope and field classes."""
        plain, whole = (self._value(self.answer(request, entry)) for entry in (ENTRY, ENTRY_WITH_FIELDS))
        fields = whole["context"].pop("fields", NO_FIELDS)
        if plain != whole:
            raise SystemExit(f"peers: OPA's two entries differ: {plain} {whole}")
        return plain["decision"], plain["context"]["scope"], fields

    def close(self):
        self.library.OpaDestroy(self.handle)

    @staticmethod
    def _value(answer):
        envelope = json.loads(answer)
        if envelope.get("error"):
            raise SystemExit(f"peers: OPA: {envelope['error']}")
        return envelope["result"][0]["expressions"][0]["value"]

    def _checked(self, pointer):
        answer = json.loads(ctypes.string_at(pointer))
        self.library.OpaFreeString(pointer)
        if answer.get("error"):
            raise SystemExit(f"peers: OPA: {answer['error']}")


def _library():
    library = ctypes.CDLL(str(install.opa_library()))
    library.OpaNew.restype = ctypes.c_uint64
    library.OpaDestroy.argtypes = [ctypes.c_uint64]
    library.OpaFreeString.argtypes = [ctypes.c_void_p]
    library.OpaAddPolicy.restype = library.OpaEvalDocument.restype = ctypes.c_void_p
    library.OpaAddPolicy.argtypes = [ctypes.c_uint64, ctypes.c_char_p, ctypes.c_char_p]
    library.OpaEvalDocument.argtypes = [ctypes.c_uint64, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_int]
    return library
