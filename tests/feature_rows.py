"""What callbacks promise, row by row, and tests that say so without a mark."""

# The sentence of each row. Rows of features that are not part of the table yet are not
# listed here; those that are listed and have no passing test are shown as open.
PROMISES = {
    # -- hooks inside a step, as NetKet has them
    "NK-01": "Subclasses override what they need and call no `super().__init__()`.",
    "NK-02": "Training begins at the step that the optimizer has come to.",
    "NK-03": "`on_step_begin` is called for each attempt, the batch hooks once.",
    "NK-04": "What an attempt leaves is cleared before `on_propose_begin`.",
    "NK-05": "`on_propose_begin` comes before anything is paid for.",
    "NK-06": "In `on_propose_end` the proposal is readable and not applied.",
    "NK-07": "Any true value of `on_propose_end` rejects, NumPy's included.",
    "NK-08": "All callbacks vote; one is enough to reject, and nothing is applied.",
    "NK-09": "`trainer.step_attempt` counts attempts from 0 in each step.",
    "NK-10": "Attempts have a limit; what follows is chosen by `on_reject_limit`.",
    "NK-11": "All attempts of a batch share one dict of logs.",
    "NK-12": "`reward` and metrics enter the logs when a step is accepted.",
    "NK-13": "`before_update` sees the old program, and what it logs is written.",
    "NK-14": "The program changes between `before_update` and `on_train_batch_end`.",
    "NK-15": "At the end of a batch `step` is the one just done.",
    "NK-16": "`on_train_end` is called once; a `StopRun` in it is ignored.",
    "NK-17": "`StopRun` ends the run in good order and swallows no row.",
    "NK-18": "Errors go to `on_run_error`, never together with `on_train_end`.",
    "NK-19": "Ctrl-C and cancelling reach `on_run_error`, which finishes its awaits.",
    "NK-20": "Steps are counted over runs, and saved with the program.",
    "NK-21": "Numbers that a callback adds to the logs reach every logger.",
    "NK-22": "Lower `callback_order`s run first, equal ones in list order.",
    "NK-23": "One callback, lists, nested lists, `CallbackList` and None are taken.",
    "NK-24": "`override_batch` puts samples or predictions in place of a batch.",
    "NK-25": "Samples that are put in are checked, and lengths are named.",
    "NK-26": "Proposals can be rejected for their score or their size.",
    "NK-27": "Functions `(step, logs)` and `(step, logs, trainer)` are callbacks.",
    "NK-28": "Objects with `log_metrics` get each batch, and one flush.",
    "NK-29": "`EarlyStopping` has a relative margin and a first step.",
    "NK-30": "Methods named like a hook that is none are refused at once.",
    "NK-31": "The optimizer has a vote of its own after the callbacks.",
    "NK-32": "Callbacks can be used for several fits.",
    "NK-33": "`TargetStopping` smooths a value and asks for patience.",
    "NK-34": "Values that are not finite end training and are never the best.",
    "NK-35": "`Timeout` ends training after the batch that crosses the limit.",
    "NK-36": "`Probe` adds values to the logs every so often, before the update.",
    "NK-37": "Checkpoints every so many batches hold what their row says.",
    "NK-38": "The progress bar leaves the terminal clean, also after an error.",
    "NK-39": "The MLflow logger resumes runs and flattens nested names.",
    "NK-40": "A signal ends a run in good order, with its program saved.",
    # -- lists of callbacks and the trainer, as Dream Trainer has them
    "DT-01": "`CallbackCollection` is `CallbackList`; one object twice is refused.",
    "DT-02": "Callbacks of equal order run in the order in which they were added.",
    "DT-03": "Callbacks can be added at any time, also to a run under way.",
    "DT-04": "`remove` of a class removes all of it, and its subclasses.",
    "DT-05": "`remove` of an instance goes by identity.",
    "DT-06": "`move_to_front` wins over orders.",
    "DT-07": "`move_to_back` wins over orders.",
    "DT-08": "`move_to_position` puts a callback at an index, or says why not.",
    "DT-09": "Changes of the list take effect from the next hook on.",
    "DT-10": "`MetricsLogger` writes a row after every so many steps.",
    "DT-11": "`MetricsLogger` writes every so many epochs, and the last one.",
    "DT-12": "`MetricsLogger(log_metrics=False)` writes no rows.",
    "DT-13": "`log_gradients` writes the feedback that is an optimizer's gradient.",
    "DT-14": "`log_parameters` writes variables when they have changed.",
    "DT-15": "Sinks are stdout, JSON lines, trackers, or an object.",
    "DT-16": "The progress bar is drawn every `refresh_rate` batches and at the end.",
    "DT-17": "Each part of the progress bar can be left out.",
    "DT-18": "`ProgramCheckpoint` follows a value with a mode.",
    "DT-19": "`save_top_k` keeps the best, and never one less while it saves.",
    "DT-20": "`save_last` leaves the program that training leaves.",
    "DT-21": "`every_n_epochs` saves every so many epochs.",
    "DT-22": "`EarlyStopping` takes monitor, mode, patience and margin.",
    "DT-23": "`HyperparameterMonitor` logs the numbers of the optimizer.",
    "DT-24": "Schedules and plateaus change numbers of the optimizer.",
    "DT-25": "The trainer tells epoch, batch and step.",
    "DT-26": "`trainer.outputs` has one result per sample of the batch.",
    "DT-27": "`trainer.batch` is there in the hooks of a batch, and None outside.",
    "DT-28": "The hooks of training come in one fixed order.",
    "DT-29": "Validation has its hooks, and `trainer.stage` tells it apart.",
    "DT-30": "State of a callback is JSON and comes back.",
    "DT-31": "`trainer.get_metric` gives the latest value, or names a close one.",
    "DT-32": "`trainer.should_stop` stops after the batch, and can be withdrawn.",
    "DT-33": "`trainer.log` puts numbers into the logs, other JSON into records.",
    "DT-34": "`trainer.save_checkpoint` saves, lists the file and calls the hook.",
    "DT-35": "`trainer.model` and `trainer.optimizer` are those of the run.",
    "DT-36": "Each built-in does one job, and all pass one conformance suite.",
    "DT-37": "All hooks are typed.",
    "DT-38": "All hooks are documented.",
    "DT-39": "`on_hook_error` says whether an error ends the run.",
    "DT-40": "`MockTrainer` tests callbacks without a run.",
    "DT-41": "`priority` is minus the order.",
    "DT-42": "`fit(check_callbacks=True)` names who changes the program unsaid.",
    "DT-43": "A `CallbackGroup` behaves as its members in place.",
    "DT-44": "`requires` is checked before the first call.",
    "DT-45": "Crashes have a hook.",
    "DT-47": "`fit(sanity_batches=...)` finds what is broken before training.",
    "DT-48": "Checkpoints are written beside the event loop.",
    # -- the loop, as EvSys has it
    "EV-01": "Hooks take documented arguments by position and do nothing by default.",
    "EV-02": "`trainer.spawn` tracks work that has ended when `fit` returns.",
    "EV-03": "`trainer.config` is JSON of what runs.",
    "EV-04": "In `on_train_end` the final checkpoint and its row exist.",
    "EV-05": "The logs of a batch are its row in `trainer.rows`.",
    "EV-06": "`on_checkpoint` comes when file and row are on disk.",
    "EV-07": "`on_eval` is called per evaluator, not for one that failed.",
    "EV-08": "`on_experiment_begin` comes first, once; its ids are seen in all runs.",
    "EV-09": "`on_group_begin` comes before the first run of replicates or a stage.",
    "EV-10": "`on_run_begin` gets a context of the run, which reads the parent's ids.",
    "EV-11": "`on_benchmark_eval` comes per score, by step, with a row per sample.",
    "EV-12": "A score is told once per name and step, also across a resume.",
    "EV-13": "`on_run_end` comes for failed runs too, with status and error.",
    "EV-14": "`on_experiment_end` comes once, also after failures and when cancelled.",
    "EV-15": "The trainer has what a loop state has, by the same names.",
    "EV-16": "`request_stop` finishes the batch and keeps its reason.",
    "EV-17": "`RunContext` carries ids and extras between callbacks.",
    "EV-18": "`checkpoints.jsonl` survives a line that was cut.",
    "EV-19": "Training resumes from the last row with a state.",
    "EV-20": "`history.artifacts` tells requested and executed steps.",
    "EV-21": "A grid makes an arm with a readable name for each combination.",
    "EV-22": "Replicates begin alike and differ by their seed only.",
    "EV-23": "Stages carry the program over; a failure ends its chain only.",
    "EV-24": "A failing arm stops nobody; the best goes by the metric's direction.",
    "EV-25": "MLflow has a run for the experiment, and one below it for each run.",
    "EV-26": "Observers that fail end no run.",
    "EV-27": "`EarlyStopping` counts evaluations of the value it monitors.",
    "EV-28": "Evaluators that are due at one step see the same program.",
    "EV-29": "Batch end, cadence checkpoints and evaluators come in this order.",
    "EV-30": "`MetricsLogger(log_outputs=n)` writes the first samples.",
    "EV-31": "A batch in which every answer failed is skipped, and its row says so.",
    "EV-32": "A CSV header grows with new values, and rows stay aligned.",
    "EV-33": "`RecordingCallback(prints=True)` prints every hook.",
    # -- what Keras and Synalinks users know
    "SY-01": "`callbacks=` goes into `fit`, `evaluate` and `predict`.",
    "SY-02": "`on_train_begin` and `on_train_end` are called once each.",
    "SY-03": "Epochs are counted from 0.",
    "SY-04": "Batch logs are means over the epoch so far.",
    "SY-05": "Evaluations have hooks for begin, batches and end.",
    "SY-06": "`on_predict_batch_end` gets the outputs.",
    "SY-07": "`on_batch_begin` and `on_batch_end` are taken for training batches.",
    "SY-08": "Logs hold numbers only.",
    "SY-09": "One callback serves concurrent runs, each with its own program.",
    "SY-10": "The four usual built-ins may be listed in any order.",
    "SY-11": "`fit` returns a history with one value per epoch and the stop reason.",
    "SY-12": "`EarlyStopping` stops after `patience` checks without improvement.",
    "SY-13": "A gain of exactly `min_delta` is no improvement.",
    "SY-14": "`restore_best_variables` leaves the best program when training ends.",
    "SY-15": "`stop_at` counts as the best first; baselines and first epochs hold.",
    "SY-16": "`save_best_only` leaves the file of the peak.",
    "SY-17": "Without it there is a file per epoch.",
    "SY-18": "A saved program is worth what its row says.",
    "SY-19": "Variables alone fit into a program that was built elsewhere.",
    "SY-20": "File names take fields of the logs, checked before the first call.",
    "SY-21": "`save_freq` may be a number of batches.",
    "SY-22": "A folder in place of a file is an error that says so.",
    "SY-23": "A run that died goes on, and ends as it would have ended.",
    "SY-24": "A folder of another run is refused, and what differs is named.",
    "SY-25": "The files stay until training has come to its end.",
    "SY-26": "A folder has the files of one run; others are left alone.",
    "SY-27": "Snapshots every so many batches, the one before as a reserve.",
    "SY-28": "`CSVLogger` writes a row per epoch that pandas reads.",
    "SY-29": "`append=True` and resumed runs keep each epoch once.",
    "SY-30": "The separator can be chosen.",
    "SY-31": "There is one header for ever, extended when values are new.",
    "SY-32": "Arrays and texts are one quoted cell.",
    "SY-38": "The built-ins work together whatever their order.",
    "SY-39": "Callbacks read the prompts of modules by name.",
    "SY-40": "Variables that a callback sets count at once; old scores are stale.",
    "SY-41": "Hooks that hold up the event loop are named once.",
    "SY-42": "Validation comes before `on_epoch_end`, when it is due.",
    "SY-43": "A misspelt monitor is found before the first call.",
    "SY-44": "A mode that contradicts the metric is a warning.",
    "SY-45": '`mode="auto"` knows the direction from metric or name.',
    "SY-46": "A backup folder is used by one run only.",
    "SY-47": "The names in the history are known beforehand.",
    "SY-48": "A split feeds the validation.",
    "SY-49": "A flag still validates; `validate=False` and `StopRun` do not.",
    "SY-50": "`BudgetStopping` pays for nothing after what is in flight.",
    "SY-51": "The update comes before validation, and nothing changes after it.",
    "SY-52": "`async` hooks are awaited.",
    "SY-53": "A `CallbackList` serves loops of one's own.",
    "SY-54": "Nothing of a run leaks into the next one.",
}

# Why a row has no test, where there is more to say than that it is not done.
NOT_OFFERED = {}

_CALLBACKS = "tests/unit/callbacks"
_EARLY = f"{_CALLBACKS}/test_early_stopping.py::test_"
_CHECKPOINT = f"{_CALLBACKS}/test_program_checkpoint.py::test_"
_CSV = f"{_CALLBACKS}/test_csv_logger.py::test_"
_LOGGER = f"{_CALLBACKS}/test_metrics_logger.py::test_"
_HYPER = f"{_CALLBACKS}/test_hyperparameters.py::test_"
_ORDERS = f"{_CALLBACKS}/test_builtin_orders.py::test_"
_BAR = f"{_CALLBACKS}/test_progbar_logger.py::test_"
_CONTRACT = "tests/integration/test_callback_contract.py::test_"

# Tests without a mark of their own.
TESTS = {
    "NK-19": [
        _CONTRACT + "ctrl_c_ends_a_run_as_a_cancelled_one",
        _CONTRACT + "cancelling_in_a_hook",
        _CONTRACT + "a_hook_that_never_ends_is_cut",
    ],
    "NK-26": [
        f"{_CALLBACKS}/test_reject_step.py::"
        "test_a_rule_on_the_size_of_the_change_rejects_once"
    ],
    "NK-29": [_EARLY + "what_else_can_be_chosen"],
    "NK-33": [
        f"{_CALLBACKS}/test_target_stopping.py::"
        "test_the_smoothed_value_has_to_stay_at_the_target"
    ],
    "NK-34": [
        f"{_CALLBACKS}/test_terminate_on_invalid.py::"
        "test_a_number_that_is_not_finite_ends_training",
        _EARLY + "what_is_not_finite_is_never_the_best",
    ],
    "NK-35": [
        f"{_CALLBACKS}/test_timeout.py::"
        "test_the_batch_that_crosses_the_limit_is_the_last",
        f"{_CALLBACKS}/test_timeout.py::test_a_resumed_run_has_the_time_that_is_left",
    ],
    "NK-36": [
        f"{_CALLBACKS}/test_probe.py::"
        "test_the_value_is_in_the_rows_of_every_tenth_batch"
    ],
    "NK-37": [_CHECKPOINT + "files_between_epochs_hold_the_digest_of_their_row"],
    "NK-38": [
        _BAR + "an_error_leaves_the_terminal_clean",
        _BAR + "an_interrupt_leaves_the_terminal_clean",
    ],
    "NK-40": [
        f"{_CALLBACKS}/test_signal_checkpoint.py::"
        "test_a_signal_ends_a_process_in_good_order"
    ],
    "DT-10": [
        _LOGGER + "rows_come_every_n_steps_and_at_the_end_of_the_epoch",
        _LOGGER + "steps_are_counted_over_epochs",
        _LOGGER + "what_is_seen_between_rows_is_kept",
    ],
    "DT-11": [_LOGGER + "epochs_have_their_own_rate_and_the_last_is_always_written"],
    "DT-12": [_LOGGER + "without_metrics_there_are_no_rows"],
    "DT-13": [_LOGGER + "feedback_is_written_with_its_variable"],
    "DT-14": [_LOGGER + "variables_are_written_when_they_change"],
    "DT-15": [
        _LOGGER + "jsonl_has_valid_lines_with_records_and_numbers",
        _LOGGER + "wandb_needs_its_package",
    ],
    "DT-16": [_BAR + "the_refresh_rate_counts_batches"],
    "DT-17": [_BAR + "each_part_can_be_left_out"],
    "DT-18": [_CHECKPOINT + "only_the_best_is_saved_and_scores_what_was_recorded"],
    "DT-19": [
        _CHECKPOINT + "the_best_three_are_kept",
        _CHECKPOINT + "the_old_file_goes_only_when_the_new_one_is_there",
    ],
    "DT-20": [_CHECKPOINT + "last_is_the_program_that_is_left"],
    "DT-21": [_CHECKPOINT + "how_often"],
    "DT-22": [_EARLY + "it_stops_after_patience_checks_without_improvement"],
    "DT-23": [
        _HYPER + "logged_values_are_those_of_the_schedule_at_each_step",
        _HYPER + "what_the_optimizer_remembers_is_logged_on_request",
        _HYPER + "mistakes_are_found_before_anything_is_paid_for",
    ],
    "DT-24": [
        _HYPER + "it_is_reduced_on_a_plateau",
        _HYPER + "the_optimizer_works_with_the_value",
    ],
    "DT-34": [_CHECKPOINT + "a_callback_can_ask_for_a_checkpoint"],
    "DT-36": ["tests/integration/test_builtin_callbacks.py::test_the_suite"],
    "DT-47": [
        "tests/unit/training/test_estimate.py::"
        "test_sanity_batches_find_a_broken_reward_and_cost_nothing_more"
    ],
    "EV-06": [
        _CHECKPOINT + "the_old_file_goes_only_when_the_new_one_is_there",
        _CHECKPOINT + "a_callback_can_ask_for_a_checkpoint",
    ],
    "EV-18": [
        "tests/unit/contracts/test_checkpoint.py::"
        "test_a_line_that_was_cut_is_passed_over"
    ],
    "EV-26": [_LOGGER + "loggers_warn"],
    "EV-30": [_LOGGER + "outputs_of_the_first_samples_are_written"],
    "EV-32": [_CSV + "append_keeps_one_header_and_extends_it"],
    "SY-10": [_ORDERS + "all_24_orders_give_the_same_files_and_variables"],
    "SY-12": [_EARLY + "it_stops_after_patience_checks_without_improvement"],
    "SY-13": [f"{_CALLBACKS}/test_stopping_rule.py::test_what_is_better"],
    "SY-14": [
        _EARLY + "the_best_variables_are_restored_whenever_training_ends",
        _EARLY + "the_best_variables_are_restored_after_other_stops",
        _EARLY + "an_error_leaves_the_variables_as_they_are",
    ],
    "SY-15": [
        _EARLY + "a_target_that_is_reached_is_restored",
        _EARLY + "what_else_can_be_chosen",
    ],
    "SY-16": [_CHECKPOINT + "only_the_best_is_saved_and_scores_what_was_recorded"],
    "SY-17": [_CHECKPOINT + "a_file_per_epoch"],
    "SY-18": [_CHECKPOINT + "only_the_best_is_saved_and_scores_what_was_recorded"],
    "SY-19": [_CHECKPOINT + "variables_only"],
    "SY-20": [
        f"{_CALLBACKS}/test_checkpoint_path.py::test_fields_are_filled_in",
        _CHECKPOINT + "mistakes_are_found_before_anything_is_paid_for",
    ],
    "SY-21": [_CHECKPOINT + "files_between_epochs_hold_the_digest_of_their_row"],
    "SY-22": [_CHECKPOINT + "a_place_that_cannot_be_written_to"],
    "SY-28": [
        _CSV + "pandas_reads_numbers",
        _CSV + "columns_are_sorted_and_the_epoch_comes_first",
    ],
    "SY-29": [_CSV + "a_run_that_starts_later_continues_the_file"],
    "SY-30": [_CSV + "separator"],
    "SY-31": [_CSV + "append_keeps_one_header_and_extends_it"],
    "SY-32": [_CSV + "cells"],
    "SY-38": [
        _ORDERS + "all_24_orders_give_the_same_files_and_variables",
        _ORDERS + "what_is_left_is_the_best_in_memory_and_in_the_last_file",
    ],
    "SY-43": [_EARLY + "a_wrong_monitor_is_found_before_anything_is_paid_for"],
    "SY-44": [_EARLY + "a_mode_that_contradicts_the_metric_is_a_warning"],
    "SY-45": [
        _EARLY + "low_is_better_for_what_costs",
        f"{_CALLBACKS}/test_monitored.py::test_which_side_is_better",
    ],
    "SY-50": [
        f"{_CALLBACKS}/test_budget_stopping.py::"
        "test_after_the_trip_only_what_is_in_flight_is_paid"
    ],
}
