"""Redis keys: type, value, time to live."""

from behave import then
from behave.runner import Context

from support import writing


@then("the Redis key {key:Quoted} has")
@then("within {within:Duration} the Redis key {key:Quoted} has")
def key_has(context: Context, key: str, within: float = 0.0) -> None:
    """Check a key (path, value): "type", "value", its parts such as "value.status", "seconds to live".

    Example: Then the Redis key "vod:{vod.id}" has
    """
    world = context.world
    name = world.values.text(key)
    writing.settled(
        f'the Redis key "{name}"',
        lambda: "; ".join(writing.key_differences(name, world.keys.read(name), world, context)),
        lambda trouble: not trouble,
        wish=writing.NO_DIFFERENCE,
        within=within,
    )


@then("there are {count:Keys} matching {pattern:Quoted}")
@then("within {within:Duration} there are {count:Keys} matching {pattern:Quoted}")
def keys_like(context: Context, count: int, pattern: str, within: float = 0.0) -> None:
    """Count the keys that match a pattern with * in it, or a whole name.

    Example: Then there are no Redis keys matching "vod:{vod.id}:*"
    """
    world = context.world
    name = world.values.text(pattern)
    writing.settled(
        f'Redis keys like "{name}"',
        lambda: world.keys.names(name),
        lambda names: len(names) == count,
        wish=str(count),
        within=within,
    )
