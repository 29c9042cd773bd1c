"""Steps that do one thing each, right or wrong."""

import os
import signal
import threading
import time

from behave import given, then, when
from behave.api.pending_step import StepNotImplementedError

from support.errors import FeatureError
from support.gherkin.step_declarations import TABLE, step_input


@given("a clip")
@then("it is shown")
def passes(context):
    pass


@given("a table")
@step_input(TABLE)
def has_table(context):
    assert context.table.headings == ["name"]


@then("it is wrong")
def wrong(context):
    print("looked at the clip")
    raise AssertionError("The clip should be captioned, but was not.")


@when("the player crashes")
def crashes(context):
    raise RuntimeError("the player is gone")


@given("what a feature cannot say")
def mistaken(context):
    raise FeatureError('No VOD "City Concil" was made before. Did you mean "City Council"?')


@when("the step is pending")
def pending(context):
    raise StepNotImplementedError("pending")


@when("the scenario skips itself")
def skips(context):
    context.scenario.skip("the target has no storage")


@when("it hangs")
def hangs(context):
    threading.Event().wait(60)


@when("the worker is killed")
def killed(context):
    os.kill(os.getpid(), signal.SIGKILL)


@then("it works at the second attempt")
def second_attempt(context):
    assert context.attempt == 2, "The first attempt should fail."


@when("it takes {seconds:g} seconds")
def takes(context, seconds):
    time.sleep(seconds)


@then('the scenario lies in "{name}"')
def lies_in(context, name):
    assert context.rule_or_feature == name, context.rule_or_feature
