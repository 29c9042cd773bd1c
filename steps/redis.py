"""Redis keys: type, value, time to live."""

from behave import then
from behave.runner import Context

from support.gherkin.step_declarations import TABLE, requires, step_input
from support.scenario import step_checks
from support.targets.capabilities import Capability


@then("{within:Within}the Redis key {key:Quoted} has")
@requires(Capability.REDIS)
@step_input(TABLE)
def key_has(context: Context, within: float, key: str) -> None:
    """Check a key (path, value): "type", "value", its parts such as "value.status", "seconds to live".

    Example: Then the Redis key "vod:{vod.id}" has
    """
    world = context.world
    name = world.values.text(key)
    step_checks.settled(
        f'the Redis key "{name}"',
        lambda: "; ".join(step_checks.key_differences(name, world.keys.read(name), world, context)),
        lambda trouble: not trouble,
        expected=step_checks.NO_DIFFERENCE,
        within=within,
    )


@then("{within:Within}there are {count:Keys} matching {pattern:Quoted}")
@requires(Capability.REDIS)
def keys_like(context: Context, within: float, count: int, pattern: str) -> None:
    """Count the keys that match a pattern with * in it, or a whole name.

    Example: Then there are no Redis keys matching "vod:{vod.id}:*"
    """
    world = context.world
    name = world.values.text(pattern)
    step_checks.settled(
        f'Redis keys like "{name}"',
        lambda: world.keys.names(name),
        lambda names: len(names) == count,
        expected=str(count),
        within=within,
    )
