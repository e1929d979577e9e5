"""What can go wrong between a program and its provider, and which tests show it.

Every row is tested against a real HTTP server; in most tests through each transport.
`Exchange` of `tests/fault/conftest.py` makes sure throughout that the requests which
the server saw are the attempts which the model counted.
"""

_ROWS = "tests/fault/test_lm_rows.py::test_"
_RUNS = "tests/fault/test_lm_runs.py::test_"
_RELIABLE = "tests/integration/test_reliability.py::test_"
_WIRES = "tests/integration/test_transports.py::test_"
_STREAMS = "tests/integration/test_streams.py::test_"

PROMISES = {
    "D1": "Too many requests: all calls of the account wait as the server says, and no "
    "sample is lost.",
    "D2": "A server that fails: tried again so many times, then a typed error.",
    "D3": "A connection that is refused, reset or leads nowhere: the same.",
    "D4": "A server that says nothing: cut off when the time of the call is over.",
    "D5": "A server that drips: cut off by the clock on the wall.",
    "D6": "HTML, no JSON, no choices: tried again, then a typed error.",
    "D7": "An answer that is no JSON: asked for again at most twice, and counted.",
    "D8": "An answer of another schema: nobody sees it; asked for again likewise.",
    "D9": "An answer cut off: never asked for in the same words; says its limit.",
    "D10": "A refusal: one request, a typed error, never kept.",
    "D11": "A prompt that is too long: one request; in a run the sample is named.",
    "D12": "A wrong key, no rights, no such model, no quota: ends a run at once.",
    "D13": "One layer of retries: the server sees no more than the model counts.",
    "D14": "A fallback is asked once, and the answer tells who gave it.",
    "D15": "Kept answers: equal draws stay distinct unless a store is asked for.",
    "D16": "Event loops in a row: no socket, file or task is left.",
    "D17": "Importing reaches no network; litellm is imported when it is needed.",
    "E2": "Several event loops and threads: one model serves them all.",
    "E3": "Cancelling is final: no further request, no task left.",
    "P12": "A key goes to the provider and nowhere else, whatever goes wrong.",
}

TESTS = {
    "D1": [
        _ROWS + "retry_after_is_obeyed",
        _ROWS + "a_huge_wish_is_bounded",
        _ROWS + "a_limited_run_slows_down_and_loses_nothing",
        _ROWS + "a_server_that_admits_few_gets_few",
        _ROWS + "objects_of_one_account_wait_together",
        _RELIABLE + "the_distance_that_a_provider_asks_for_is_kept",
    ],
    "D2": [
        _ROWS + "a_fault_that_passes_costs_one_attempt",
        _ROWS + "a_fault_that_stays_ends_in_its_error",
        _RELIABLE + "a_mix_of_faults_loses_nothing",
        _RUNS + "a_dead_provider_is_an_error",
    ],
    "D3": [
        _ROWS + "a_fault_that_stays_ends_in_its_error",
        _ROWS + "a_closed_port_is_a_lost_connection",
        _ROWS + "a_name_that_nobody_knows_is_a_lost_connection",
    ],
    "D4": [
        _ROWS + "nothing_holds_a_call_for_longer_than_its_timeout",
        _RELIABLE + "a_hang_is_cut_and_not_begun_again",
    ],
    "D5": [
        _ROWS + "nothing_holds_a_call_for_longer_than_its_timeout",
        _STREAMS + "a_stream_that_drips_is_cut_off",
    ],
    "D6": [
        _ROWS + "a_fault_that_passes_costs_one_attempt",
        _ROWS + "a_fault_that_stays_ends_in_its_error",
        _WIRES + "errors",
    ],
    "D7": [
        _ROWS + "invalid_answers_are_asked_for_again",
        _ROWS + "answers_that_stay_invalid_are_an_error",
        _ROWS + "words_around_an_answer_are_not_paid_for_twice",
    ],
    "D8": [
        _ROWS + "invalid_answers_are_asked_for_again",
        _ROWS + "answers_that_stay_invalid_are_an_error",
    ],
    "D9": [
        _ROWS + "an_answer_cut_off_says_so",
        _ROWS + "answers_that_stay_invalid_are_an_error",
    ],
    "D10": [
        _ROWS + "what_will_not_pass_is_tried_once",
        _ROWS + "failures_are_never_stored",
    ],
    "D11": [
        _ROWS + "what_will_not_pass_is_tried_once",
        _RUNS + "a_prompt_that_is_too_long_names_its_sample",
    ],
    "D12": [
        _ROWS + "what_will_not_pass_is_tried_once",
        _RUNS + "a_system_that_refuses_ends_the_run",
        _RUNS + "a_key_that_is_refused_later_ends_the_run",
    ],
    "D13": [
        _ROWS + "a_fault_that_stays_ends_in_its_error",
        _ROWS + "a_fallback_that_fails_too_gives_its_error",
        _RELIABLE + "a_fault_that_stays",
    ],
    "D14": [
        _ROWS + "the_fallback_answers_when_all_is_lost",
        _ROWS + "a_fallback_that_fails_too_gives_its_error",
        _STREAMS + "the_fallback_streams",
    ],
    "D15": [
        _ROWS + "stored_answers_are_paid_for_once",
        _ROWS + "equal_calls_at_once_are_paid_for_once",
        _ROWS + "without_a_store_equal_requests_are_distinct_draws",
        _RELIABLE + "processes_share_answers",
    ],
    "D16": [
        _ROWS + "loops_with_failures_leak_no_sockets",
        _RELIABLE + "a_thousand_loops_leave_nothing_open",
        _WIRES + "event_loops_in_a_row_leak_no_sockets",
    ],
    "D17": [
        "tests/quality/test_import_time.py::"
        "test_import_loads_no_slow_package_and_no_network",
        _WIRES + "no_global_of_litellm_is_changed",
    ],
    "E2": [
        _WIRES + "event_loops_in_a_row_leak_no_sockets",
        _WIRES + "one_transport_serves_threads_with_loops_of_their_own",
    ],
    "E3": [
        _ROWS + "cancelling_sends_nothing_more",
        _RUNS + "cancelling_a_run_sends_nothing_more",
        _RELIABLE + "cancelling_many_is_final",
        _STREAMS + "cancelling_a_stream_closes_it",
    ],
    "P12": [
        "tests/fault/test_canary.py::test_a_key_is_nowhere_to_be_found",
        "tests/fault/test_canary.py::test_no_error_holds_another_with_the_key",
        "tests/integration/test_monitor_runs.py::test_params_without_secrets",
        _WIRES + "a_key_does_not_follow_a_redirect",
    ],
}
