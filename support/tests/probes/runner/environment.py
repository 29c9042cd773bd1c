"""Hooks that fail where the name of a scenario, a rule or a feature asks them to."""

import os
from pathlib import Path

ATTEMPTS = {}


def _break(hook, name):
    if f"[{hook}]" in name:
        raise RuntimeError(f"{hook} broke")


def before_all(context):
    if os.environ.get("PROBE_BREAKS_RUN"):
        raise RuntimeError("the archive is locked")


def after_all(context):
    if os.environ.get("PROBE_BREAKS_END"):
        raise RuntimeError("the archive stayed open")


def before_feature(context, feature):
    _break("before_feature", feature.name)


def after_feature(context, feature):
    _break("after_feature", feature.name)


def before_rule(context, rule):
    _break("before_rule", rule.name)


def before_scenario(context, scenario):
    _break("before_scenario", scenario.name)
    if "[skipped]" in scenario.name:
        scenario.skip("the target grants no faults")
    if "[cleanup]" in scenario.name:
        context.add_cleanup(_break, "cleanup", scenario.name)
    ATTEMPTS[scenario.name] = context.attempt = ATTEMPTS.get(scenario.name, 0) + 1
    context.rule_or_feature = (context.rule if "rule" in context else context.feature).name


def after_scenario(context, scenario):
    _break("after_scenario", scenario.name)
    if os.environ.get("PROBE_LOG"):
        with Path(os.environ["PROBE_LOG"]).open("a") as log:
            log.write(f"{os.getpid()} {scenario.name}\n")


def after_step(context, step):
    _break("after_step", context.scenario.name)
