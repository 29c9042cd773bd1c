"""The platform's health."""

from behave import then
from behave.runner import Context

from support.checks.eventually import eventually
from support.checks.matching import equal, require
from support.clients.operations import SERVICES


@then("the platform says that it is healthy, and names each of its services")
def platform_is_healthy(context: Context) -> None:
    """Ask once for the platform's health.

    Example: Then the platform says that it is healthy, and names each of its services
    """
    health = context.world.operations.health()
    equal("the platform's health", str(health), "healthy")
    equal("the services that it names", sorted(health.services), sorted(SERVICES))


@then("the platform says within {seconds:Number} seconds that it is {status:Quoted}")
def platform_says(context: Context, seconds: float, status: str) -> None:
    """Ask for the platform's health until it has this status; an answer that does not come counts as time.

    Example: Then the platform says within 5 seconds that it is "healthy"
    """
    world = context.world
    timeline = eventually(
        "the platform's health",
        world.operations.health,
        lambda health: health.status == status,
        wish=status,
        within=seconds,
    )
    require(timeline.elapsed <= seconds, f"{timeline}: that took {timeline.elapsed:.1f} s (wanted {seconds:g} s)")
