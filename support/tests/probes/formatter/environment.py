"""Hooks that fail where a tag asks them to."""

import os

import allure
from behave.contrib.scenario_autoretry import patch_scenario_with_autoretry

from support.evidence.masking import Masker, use_masker
from support.evidence.recorder import Exchange, Recorder

SECRET = "Tr0ub4dor&3"


class CleanupFailedError(RuntimeError):
    """A clean-up could not do its work."""


def before_all(context):
    masker = Masker()
    masker.add(SECRET)
    use_masker(masker)
    context.masker = masker
    allure.attach(f"the run's secret is {SECRET}", name="about the run", attachment_type=allure.attachment_type.TEXT)
    if os.environ.get("PROBE_BREAKS_RUN"):
        raise RuntimeError("the target does not answer")


def before_feature(context, feature):
    allure.attach("of the feature", name="about the feature", attachment_type=allure.attachment_type.TEXT)
    if "break.before_feature" in feature.tags:
        raise RuntimeError("the archive is locked")
    for scenario in feature.walk_scenarios():
        if "retry" in scenario.effective_tags:
            patch_scenario_with_autoretry(scenario, max_attempts=2)


def after_feature(context, feature):
    if "break.after_feature" in feature.tags:
        raise RuntimeError("the archive stayed open")


def before_rule(context, rule):
    if "break.before_rule" in rule.tags:
        raise AssertionError("the rule book should be there, but was not")


def before_scenario(context, scenario):
    context.recorder = Recorder(context.masker)
    if "break.before_scenario" in scenario.tags:
        raise RuntimeError("no database")
    if "skip.silent" in scenario.tags:
        scenario.skip()
    if "skip.before" in scenario.tags:
        scenario.skip("the target grants no faults")
    if "attach.in_hooks" in scenario.tags:
        allure.attach("prepared", name="prepared", attachment_type=allure.attachment_type.TEXT)
    if "break.cleanup" in scenario.tags:
        context.add_cleanup(failing_cleanup)
    context.attempts = ATTEMPTS[scenario.name] = ATTEMPTS.get(scenario.name, 0) + 1


def after_step(context, step):
    context.recorder.step_ended(step.status.has_failed())
    if "break.after_step" in context.tags:
        raise RuntimeError("the step's camera fell over")


def after_scenario(context, scenario):
    if "asks.in_hooks" in scenario.tags:
        context.recorder.exchange(DELETION)
    context.recorder.scenario_ended(scenario.status.has_failed())
    if "attach.in_hooks" in scenario.tags:
        with allure.step("Tidies up"):
            allure.attach("tidied", name="tidied", attachment_type=allure.attachment_type.TEXT)
    if "break.after_scenario" in scenario.tags:
        raise AssertionError("1 record should be gone, but is still there")


def failing_cleanup():
    raise CleanupFailedError("a row could not be deleted")


DELETION = Exchange("DELETE", "http://127.0.0.1/api/vod/7", "omar", {}, None, 204, "No Content", {}, None, 1.0, 0.1)

ATTEMPTS: dict[str, int] = {}
