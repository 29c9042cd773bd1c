"""Steps that do one thing each, right or wrong."""

import json
import logging
import sys

import allure
from behave import given, then, when
from behave.api.pending_step import StepNotImplementedError

from support.evidence.recorder import Command, Exchange, Query

SECRET = "Tr0ub4dor&3"


@given("a clip")
@when("it is watched")
@then("it is shown")
def passes(context):
    pass


@then("it is {state} for {minutes}")
def shown_for(context, state, minutes):
    assert state == "ready", f"The clip should be ready for {minutes}, but was {state}."


@when("it is kept with")
def kept_with(context):
    assert context.table or context.text


@when("a file is attached")
def attaches(context):
    with allure.step("Writes the file"):
        allure.attach(f"password {SECRET} in it", name="file", attachment_type=allure.attachment_type.TEXT)


@then("it is wrong")
def wrong(context):
    sys.stdout.write("looked at the clip\n")
    raise AssertionError("The clip should be captioned, but was not.")


@then("it is wrong without a word")
def bare(context):
    answer = 1
    assert answer == 2


@when("the player crashes")
def crashes(context):
    try:
        json.loads("no json")
    except ValueError as error:
        raise RuntimeError(f"the player lost {SECRET}") from error


@when("the step is pending")
def pending(context):
    raise StepNotImplementedError("pending")


@when("the scenario skips itself")
def skips(context):
    context.scenario.skip("the target has no storage")


@then("it works at the second attempt")
def second_attempt(context):
    assert context.attempts == 2, "The first attempt should fail, and did."


@when("dana signs in")
def signs_in(context):
    context.recorder.exchange(
        Exchange(
            method="POST",
            url="http://127.0.0.1:8000/api/auth/login",
            actor="dana",
            request_headers={"Content-Type": "application/json", "Authorization": f"Bearer {SECRET}"},
            request_body=b'{"username": "dana", "password": "guessed"}',
            status=401,
            reason="Unauthorized",
            response_headers={"Content-Type": "application/json", "WWW-Authenticate": "Bearer"},
            response_body=b'{"error": {"type": "AuthenticationError", "message": "Wrong name or password."}}',
            started=1_760_000_000.0,
            elapsed=0.012,
        )
    )
    statement = "SELECT status, progress FROM vods WHERE title = %(title)s"
    rows = [("pending", 0), ("failed", 40)]
    context.recorder.query(Query(statement, {"title": "City Council"}, ["status", "progress"], rows, 2, 0.003))
    context.recorder.command(Command("Redis", "GET session:1", SECRET, 0.001))
    if "fail" in context.tags:
        raise AssertionError("Dana should be signed in, but was refused.")


@when("the step prints and fails")
def prints_and_fails(context):
    print("printed text")
    print("text on stderr", file=sys.stderr)
    logging.getLogger("probe").error("logged text")
    raise AssertionError("nothing is right")
