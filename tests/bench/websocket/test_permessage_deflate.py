"""permessage-deflate against zlib, the examples of RFC 7692, and the `websockets` library as oracle."""

import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame, Opcode
from wsbench.websocket.http_messages import HandshakeError
from wsbench.websocket.permessage_deflate import NAME, TAIL, Agreement, Deflater, Inflater, read_answer

MESSAGES = st.lists(
    st.binary(max_size=300) | st.sampled_from([b"", b"a", b"word " * 9_000, bytes(40_000)]), max_size=6
)
BITS = st.integers(9, 15)

LEGAL = [
    ("permessage-deflate", Agreement()),
    ("permessage-deflate; server_max_window_bits=15", Agreement()),
    ("permessage-deflate;server_max_window_bits = 8", Agreement(server_bits=8)),
    ('permessage-deflate; server_max_window_bits="10"', Agreement(server_bits=10)),
    ("permessage-deflate; server_no_context_takeover", Agreement(server_takeover=False)),
    ("permessage-deflate; client_no_context_takeover", Agreement(client_takeover=False)),
    (
        "permessage-deflate; client_no_context_takeover; server_max_window_bits=9"
        "; server_no_context_takeover",
        Agreement(9, False, 15, False),
    ),
]


@pytest.mark.parametrize(("answer", "wanted"), LEGAL, ids=[answer for answer, _ in LEGAL])
def test_whatever_may_answer_a_plain_offer_is_understood(answer: str, wanted: Agreement):
    """RFC 7692 section 7.1: a server may limit itself, and may tell the client to forget."""
    assert read_answer(answer) == wanted


ILLEGAL = [
    ("", "the server did not agree on permessage-deflate"),
    ("x-webkit-deflate-frame", "answered an offer of permessage-deflate with 'x-webkit-deflate-frame'"),
    ("permessage-deflate, x-more", "with 'permessage-deflate, x-more'"),
    ("permessage-deflate; client_max_window_bits=15", "the parameter 'client_max_window_bits=15'"),
    ("permessage-deflate; client_max_window_bits", "the parameter 'client_max_window_bits'"),
    ("permessage-deflate; server_max_window_bits", "the parameter 'server_max_window_bits'"),
    ("permessage-deflate; server_max_window_bits=7", "the parameter 'server_max_window_bits=7'"),
    ("permessage-deflate; server_max_window_bits=16", "the parameter 'server_max_window_bits=16'"),
    ("permessage-deflate; server_max_window_bits=09", "the parameter 'server_max_window_bits=09'"),
    ("permessage-deflate; server_no_context_takeover=1", "the parameter 'server_no_context_takeover=1'"),
    ("permessage-deflate; server_no_context_takeover=", "the parameter 'server_no_context_takeover='"),
    ("permessage-deflate; level=9", "the parameter 'level=9'"),
    ("permessage-deflate;", "the parameter ''"),
    ("permessage-deflate;\xa0server_no_context_takeover", "the parameter '\\xa0server_no_context_takeover'"),
    ("permessage-deflate, permessage-deflate", "with 'permessage-deflate, permessage-deflate'"),
    (
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
        "the parameter 'server_no_context_takeover'",
    ),
]


@pytest.mark.parametrize(("answer", "why"), ILLEGAL, ids=[answer for answer, _ in ILLEGAL])
def test_what_may_not_answer_a_plain_offer_fails_the_handshake(answer: str, why: str):
    """What was not offered, is unknown, said twice or out of range is refused and shown."""
    with pytest.raises(HandshakeError) as caught:
        read_answer(answer, NAME)
    assert why in str(caught.value)


def test_a_window_of_the_client_may_answer_an_offer_of_it():
    """client_max_window_bits is legal where the offer has it."""
    offer = "permessage-deflate; client_max_window_bits"
    assert read_answer("permessage-deflate; client_max_window_bits=9", offer) == Agreement(client_bits=9)


HELLO = "f2 48 cd c9 c9 07 00"
EXAMPLES = [
    ([HELLO], "compressed"),
    ([HELLO, "f2 00 11 00 00"], "shared window"),
    (["00 05 00 fa ff 48 65 6c 6c 6f 00"], "stored"),
    (["f3 48 cd c9 c9 07 00 00", HELLO], "final block"),
    (["f2 48 05 00 00 00 ff ff ca c9 c9 07 00"], "two blocks"),
]


@pytest.mark.parametrize(("sent", "kind"), EXAMPLES, ids=[kind for _, kind in EXAMPLES])
def test_the_examples_of_the_rfc(sent: list[str], kind: str):
    """RFC 7692 section 7.2.3: each of these messages is Hello."""
    inflater = Inflater()
    assert [inflater.inflate(bytes.fromhex(one), 5) for one in sent] == [b"Hello"] * len(sent)


def test_the_first_example_is_what_we_send():
    """Compressed alone, Hello is the RFC's first example; in a shared window it is its second one."""
    alone, shared = Deflater(takeover=False), Deflater()
    assert [alone.deflate(b"Hello").hex(" ") for _ in range(2)] == [HELLO] * 2
    assert [shared.deflate(b"Hello").hex(" ") for _ in range(2)] == [HELLO, "f2 00 11 00 00"]


def test_an_empty_message_is_one_zero_byte():
    """RFC 7692 section 7.2.3.6."""
    assert Deflater(takeover=False).deflate(b"") == b"\x00"
    assert Inflater().inflate(b"\x00", 0) == b""


def _oracle(bits: int, *, takeover: bool) -> PerMessageDeflate:
    return PerMessageDeflate(not takeover, not takeover, bits, bits)


@given(MESSAGES, BITS, st.booleans())
def test_the_oracle_reads_what_we_send(messages: list[bytes], bits: int, takeover: bool):
    """What we compress, in any window, the oracle inflates to the same."""
    ours, oracle = Deflater(bits, takeover=takeover), _oracle(bits, takeover=takeover)
    for message in messages:
        frame = Frame(Opcode.BINARY, ours.deflate(message), rsv1=True)
        assert bytes(oracle.decode(frame).data) == message


@given(MESSAGES, BITS, st.booleans())
def test_we_read_what_the_oracle_sends(messages: list[bytes], bits: int, takeover: bool):
    """What the oracle compresses, in any window, we inflate to the same."""
    ours, oracle = Inflater(bits, takeover=takeover), _oracle(bits, takeover=takeover)
    for message in messages:
        frame = oracle.encode(Frame(Opcode.BINARY, message))
        assert frame.rsv1
        assert ours.inflate(bytes(frame.data), len(message)) == message


@given(MESSAGES)
def test_a_window_of_8_bits_is_kept(messages: list[bytes]):
    """There is no compressing in it with zlib, so nothing is looked back on; it is right all the same."""
    ours, back = Deflater(8), Inflater(8)
    assert [back.inflate(ours.deflate(one), len(one)) for one in messages] == messages


def test_without_takeover_the_context_is_gone():
    """A reference to the message before fails where the server said that it would not make one."""
    shared, strict = Deflater(), Inflater(takeover=False)
    assert strict.inflate(shared.deflate(b"Hello"), 5) == b"Hello"
    with pytest.raises(ValueError, match="it can't be inflated: invalid distance too far back"):
        strict.inflate(shared.deflate(b"Hello"), 5)


def test_a_reference_beyond_the_window_fails():
    """A server that agreed on a window must not look back further into the messages before."""
    far, kept, broken = random.Random(1).randbytes(2_000), Deflater(9), Deflater(15)
    inflater = Inflater(9)
    assert [inflater.inflate(kept.deflate(far), 2_000) for _ in range(3)] == [far] * 3
    inflater = Inflater(9)
    assert inflater.inflate(broken.deflate(far), 2_000) == far
    with pytest.raises(ValueError, match="it can't be inflated: invalid distance too far back"):
        inflater.inflate(broken.deflate(far), 2_000)


@pytest.mark.parametrize("limit", [0, 1, 63])
def test_no_more_is_inflated_than_must_come(limit: int):
    """A message of a gigabyte costs no more memory than one that is a byte too long."""
    bomb = Deflater().deflate(bytes(2**24))
    with pytest.raises(ValueError, match=f"it inflates to more than {limit} bytes"):
        Inflater().inflate(bomb, limit)


def test_final_blocks_have_the_same_limit():
    """What follows a final block is counted with what came before it."""
    twice = (zlib.compress(bytes(60), wbits=-15) * 2) + b"\x00"
    assert Inflater().inflate(twice, 120) == bytes(120)
    with pytest.raises(ValueError, match="it inflates to more than 119 bytes"):
        Inflater().inflate(twice, 119)


def test_final_blocks_are_counted():
    """All that follows one is copied: a hundred thousand empty ones in a message would take minutes."""
    assert Inflater().inflate(b"\x03\x00" * 64, 9) == b""
    with pytest.raises(ValueError, match="it has more than 64 final blocks"):
        Inflater().inflate(b"\x03\x00" * 100_000, 9)


@pytest.mark.parametrize("data", [b"\xff\xff", b"\x07garbage", b"\x00\x05\x00\x00\x00"])
def test_garbage_is_told_in_one_line(data: bytes):
    """What is no deflate raises ValueError with zlib's words."""
    with pytest.raises(ValueError, match=r"^it can't be inflated: [a-z ]+$"):
        Inflater().inflate(data, 1_000)


@given(st.binary(max_size=2_000), st.booleans())
def test_the_tail_is_never_on_the_wire(payload: bytes, takeover: bool):
    """Put back, zlib itself reads the stream to its end."""
    small = Deflater(takeover=takeover).deflate(payload)
    assert zlib.decompressobj(-15).decompress(small + TAIL) == payload


@given(MESSAGES, BITS)
def test_alone_is_as_with_a_compressor_of_its_own(messages: list[bytes], bits: int):
    """Without takeover no byte depends on the messages before."""
    ours = Deflater(bits, takeover=False)
    assert [ours.deflate(one) for one in messages] == [Deflater(bits).deflate(one) for one in messages]
