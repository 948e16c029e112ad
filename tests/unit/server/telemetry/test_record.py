from server.telemetry.record import MAX_LOGGED, RequestRecord


def test_facts_that_are_not_known_are_left_out():
    assert RequestRecord(request_id="order-7").facts() == {"request": "order-7"}


def test_a_log_id_is_shown_safely_and_cut_where_it_is_long():
    assert RequestRecord(log_id="a\nb\ud800").facts()["log_id"] == r"a\nb\ud800"
    assert RequestRecord(log_id="x" * MAX_LOGGED).facts()["log_id"] == "x" * MAX_LOGGED
    assert RequestRecord(log_id="x" * (MAX_LOGGED + 1)).facts()["log_id"] == "x" * MAX_LOGGED + "..."
