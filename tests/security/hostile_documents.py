"""Documents that a lenient reader would take, or that cost more than they weigh."""

from __future__ import annotations

import codecs
import gzip

import pytest


def deep(opening, count):
    return (opening * count).encode()


DOCUMENTS = [
    pytest.param(deep("[", 100_000), id="100k brackets"),
    pytest.param(deep('{"a":', 100_000), id="100k objects"),
    pytest.param(deep('[{"a":', 50_000), id="lists and objects in turn"),
    pytest.param(b"[" * 65 + b"]" * 65, id="one level too many"),
    pytest.param(b"[" + b"0," * 400_000 + b"0]", id="400k values"),
    pytest.param(b"[" + b"[]," * 200_000 + b"[]]", id="200k empty lists"),
    pytest.param(b'["", ' + b'"",' * 60_000 + b'""]', id="60k empty texts"),
    pytest.param(
        b"{" + b",".join(b'"%d":0' % n for n in range(70_000)) + b"}", id="70k members of one object"
    ),
    pytest.param(b'{"image": "good", "image": "bad"}', id="a duplicate key"),
    pytest.param(b'{"a": [{"b": {"image": 1, "x": 2, "image": 1}}]}', id="a duplicate key far within"),
    pytest.param(b'{"image": 1, "im\\u0061ge": 2}', id="a duplicate key by an escape"),
    pytest.param(b'{"": 1, "": 2}', id="a duplicate empty key"),
    pytest.param(b'{"cpu": NaN}', id="NaN"),
    pytest.param(b'{"cpu": Infinity}', id="Infinity"),
    pytest.param(b'{"cpu": -Infinity}', id="minus Infinity"),
    pytest.param(b'{"cpu": 1e999}', id="a number beyond all bounds"),
    pytest.param(b'{"cpu": -1E+400}', id="a negative number beyond all bounds"),
    pytest.param(b'{"cpu": ' + b"9" * 500_000 + b"}", id="half a million digits"),
    pytest.param(b'{"cpu": 1' + b"0" * 60 + b"}", id="61 digits"),
    pytest.param(b'{"cpu": 0x10}', id="a hexadecimal number"),
    pytest.param(b'{"cpu": 010}', id="a leading zero"),
    pytest.param(b'{"cpu": +1}', id="a plus sign"),
    pytest.param(b'{"cpu": 1_000}', id="an underscore in a number"),
    pytest.param(b'{"cpu": .5}', id="no digit before the point"),
    pytest.param('{"cpu": \N{ARABIC-INDIC DIGIT ONE}}'.encode(), id="a digit of another script"),
    pytest.param(b'["\\ud800"]', id="half a pair by an escape"),
    pytest.param(b'["\\udc00\\ud800"]', id="a pair the wrong way round"),
    pytest.param(b'["\xed\xa0\x80"]', id="half a pair in UTF-8"),
    pytest.param(b'["\xc0\xaf"]', id="an overlong encoding"),
    pytest.param(b'["\xf5\x80\x80\x80"]', id="beyond Unicode"),
    pytest.param(b'["\xff"]', id="no text"),
    pytest.param(codecs.BOM_UTF16_LE + '["a"]'.encode("utf-16-le") + b"\x00", id="UTF-16 of an odd length"),
    pytest.param(codecs.BOM_UTF16_LE + b"[\x00\x00\xd8]\x00", id="half a pair in UTF-16"),
    pytest.param(codecs.BOM_UTF32_LE + b"[\x00\x00\x00\x00\x00\x11\x00", id="beyond Unicode in UTF-32"),
    pytest.param(codecs.BOM_UTF8 * 2 + b"{}", id="two byte order marks"),
    pytest.param(codecs.BOM_UTF8, id="a byte order mark alone"),
    pytest.param(b"", id="nothing"),
    pytest.param(b" " * 1_000_000, id="nothing but space"),
    pytest.param(b" " * (1024 * 1024 + 1), id="more than a mebibyte"),
    pytest.param(b'{}\x00{"a": 1}', id="a null byte between documents"),
    pytest.param(b'["a\x00b"]', id="a null byte in a text"),
    pytest.param(b'["\x1b[31m"]', id="a terminal's escape sequence"),
    pytest.param('["a"]\N{NO-BREAK SPACE}'.encode(), id="a space that is none"),
    pytest.param('\N{LINE SEPARATOR}["a"]'.encode(), id="a line end that is none"),
    pytest.param(b'{} {"a": 1}', id="two documents"),
    pytest.param(b'{"a": 1, /* comment */ "b": 2}', id="a comment"),
    pytest.param(b"{'a': 1}", id="single quotes"),
    pytest.param(b"{a: 1}", id="a bare name"),
    pytest.param(b"[1,]", id="a comma too many"),
    pytest.param(b"[,1]", id="a comma too early"),
    pytest.param(b'"' + b"\\u0041" * 170_000 + b"x", id="a text that is never closed"),
    pytest.param(b'"' + b"\\" * 999_999, id="a million backslashes"),
    pytest.param(gzip.compress(b"{}"), id="a compressed document"),
]
