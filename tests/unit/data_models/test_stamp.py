"""When something was made."""

from datetime import UTC, datetime

from synalinks.data_models import Stamp


def test_time_is_text_in_json():
    """A time is dumped in ISO format, and left out where there is none."""
    made = datetime(2024, 5, 1, 12, tzinfo=UTC)

    assert Stamp(created_at=made).get_json() == {"created_at": "2024-05-01T12:00:00Z"}
    assert Stamp().get_json() == {}
