"""Bodies: EventBridge's envelope or plain, with ids carried in `_meta`; whatever comes, nothing raises."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faststream_sqs.engine.envelope import to_json, unwrap, wrap_detail, wrap_event
from faststream_sqs.engine.trace import TraceContext

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_the_detail_is_the_content_and_the_rest_are_headers():
    envelope = unwrap(
        '{"detail-type": "order.v1", "source": "shop", "id": "e-1", "region": "eu-1", "detail": {"a": 1}}',
        {},
    )

    assert envelope.content == {"a": 1}
    assert envelope.headers == {
        "detail-type": "order.v1",
        "source": "shop",
        "id": "e-1",
        "region": "eu-1",
    }
    assert (envelope.detail_type, envelope.source, envelope.correlation_id) == ("order.v1", "shop", "e-1")


def test_what_was_carried_in_meta_comes_back_and_leaves_the_detail():
    detail = wrap_detail({"a": 1}, {"correlation_id": "c-1", "traceparent": TRACEPARENT, "tenant": "t"})
    envelope = unwrap(to_json(wrap_event(detail_type="order.v1", source="shop", detail=detail)), {})

    assert envelope.content == {"a": 1}
    assert envelope.correlation_id == "c-1"
    assert envelope.trace == TraceContext.parse(TRACEPARENT)
    assert envelope.headers["tenant"] == "t"


def test_meta_cannot_overwrite_what_eventbridge_says():
    body = {"detail-type": "order.v1", "source": "shop", "detail": {"_meta": {"source": "aws.ecs"}}}

    assert unwrap(json.dumps(body), {"source": "aws.ecs"}).source == "shop"


def test_a_plain_body_carries_its_ids_in_attributes():
    envelope = unwrap("[1]", {"correlation_id": "c-1", "traceparent": TRACEPARENT, "tenant": "t"})

    assert envelope.content == [1]
    assert envelope.correlation_id == "c-1"
    assert envelope.trace == TraceContext.parse(TRACEPARENT)
    assert envelope.headers["tenant"] == "t"


def test_text_is_taken_only_as_text():
    assert unwrap("hello", {"content-type": "text/plain"}).content == "hello"
    assert unwrap("hello", {}).problem == "the body is not JSON: Expecting value: line 1 column 1 (char 0)"


@pytest.mark.parametrize(
    "correlation_id",
    [
        pytest.param("", id="empty"),
        pytest.param("x" * 257, id="too long"),
        pytest.param("a\nlevel=fatal", id="line break"),
        pytest.param(7, id="no string"),
        pytest.param(None, id="null"),
    ],
)
def test_a_correlation_id_that_is_none_is_replaced_by_the_events_id(correlation_id):
    body = {"detail-type": "order.v1", "id": "e-1", "detail": {"_meta": {"correlation_id": correlation_id}}}

    assert unwrap(json.dumps(body), {}).correlation_id == "e-1"


@pytest.mark.parametrize("meta", [pytest.param("mine", id="string"), pytest.param([1], id="list")])
def test_a_meta_that_is_not_ours_stays_in_the_detail(meta):
    body = {"detail-type": "order.v1", "detail": {"_meta": meta}}

    assert unwrap(json.dumps(body), {}).content == {"_meta": meta}


def test_a_detail_must_not_bring_its_own_meta():
    with pytest.raises(ValueError, match="'_meta'"):
        wrap_detail({"_meta": 1}, {})


def test_numbers_that_json_does_not_know_are_not_sent():
    with pytest.raises(ValueError, match="JSON"):
        to_json({"a": float("nan")})


@given(st.text(), st.dictionaries(st.text(), st.text(), max_size=3))
def test_no_text_raises(body, attributes):
    envelope = unwrap(body, attributes)

    assert (envelope.problem is None) or (envelope.content is None)


_json = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(), values, max_size=3),
    max_leaves=10,
)


@given(
    st.fixed_dictionaries({"detail-type": _json, "detail": _json}, optional={"id": _json, "source": _json})
)
def test_no_event_raises(body):
    envelope = unwrap(json.dumps(body), {})

    assert envelope.problem is None
    assert isinstance(envelope.detail_type, str)


@pytest.mark.parametrize(
    "traceparent",
    [
        pytest.param("00-00000000000000000000000000000000-b7ad6b7169203331-01", id="zero trace"),
        pytest.param("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", id="zero span"),
        pytest.param("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", id="forbidden version"),
        pytest.param(TRACEPARENT.upper(), id="upper case"),
        pytest.param(TRACEPARENT + "\n", id="line break"),
        pytest.param("", id="empty"),
        pytest.param(None, id="nothing"),
        pytest.param(17, id="no string"),
    ],
)
def test_an_invalid_traceparent_is_no_trace(traceparent):
    assert TraceContext.parse(traceparent) is None


def test_a_child_is_a_new_span_of_the_same_trace():
    parent = TraceContext.parse(TRACEPARENT)
    child = parent.child()

    assert (child.trace_id, child.flags) == (parent.trace_id, parent.flags)
    assert child.span_id != parent.span_id
    assert TraceContext.parse(child.traceparent) == child
    assert TraceContext.parse(TraceContext.new().traceparent) is not None
