"""What honest use that looks like padding really is, in an auditor's words: what a reviewer may expect to see."""

from collections.abc import Mapping

AUTOMATION = "scheduled automation"
EVALUATION = "evaluation or load test"
BATCH = "batch work"
POLLING = "polling or retries"
WRITING = "writing and revising"
READING = "reading and research"
BUILDING = "building something"
CONVERSATION = "long conversation"

_STRATEGIES: Mapping[str, str] = {
    AUTOMATION: """cron_agent_that_acts day_long_watch deployed_when_changed reports_read_and_acted_on
        scheduled_check_that_acts ci_review_agent daily_summary_cron migration_overnight""",
    EVALUATION: "harness_trials evaluation_harness load_test_on_a_made_file inputs_fuzzed onboarding_script",
    BATCH: """fan_out_for_a_large_task batch_refactor one_guide_for_every_agent instructions_with_each_item
        one_document_many_questions release_week banner_before_each_result""",
    POLLING: "waiting_for_a_real_process polling_until_done retrying_a_flaky_test nudged_while_it_works",
    WRITING: "converging_rewrites dictated_asks documents_read_back long_document_in_parts answer_in_parts",
    READING: """dump_examined long_pastes_with_questions log_collected_and_searched manual_consulted_for_the_task
        results_narrowed_down exploring_a_large_project reading_again_after_edits passages_discussed""",
    BUILDING: """asked_for_and_built_in built_from_nothing rolled_back_for_a_reason spike_whose_finding_is_used
        small_ask_that_was_hard""",
    CONVERSATION: """beginner_asking_again beginner_who_progresses terse_expert going_on_to_something_else
        one_question_after_another something_else_in_between long_session_that_goes_on""",
}
_CATEGORIES = {"automation": AUTOMATION, "benchmark": EVALUATION}

LOOKS: Mapping[str, str] = {name: kind for kind, names in _STRATEGIES.items() for name in names.split()}
"""What each honest look-alike is, by its strategy."""


def of_category(category: str | None) -> str | None:
    """What a source's own word for a genuine session says that it is; null where it says nothing of the kind."""
    return _CATEGORIES.get(category or "")
