"""Jobs of the queue, by state."""

from behave import then
from behave.runner import Context

from support import writing


@then("the queue has {jobs:Jobs} about {what:Quoted}")
@then("within {within:Duration} the queue has {jobs:Jobs} about {what:Quoted}")
def jobs_about(context: Context, jobs: tuple[int, str], what: str, within: float = 0.0) -> None:
    """Count the jobs in a state that name something (an id, mostly) in their arguments.

    Example: Then within 30 seconds the queue has 1 succeeded job about "{vod.id}"
    """
    world = context.world
    count, state = jobs
    named = world.values.text(what)
    writing.settled(
        f'jobs about "{what}" by state',
        lambda: world.jobs.about(named),
        lambda states: states.get(state, 0) == count,
        wish=f"{count} {state}",
        within=within,
    )
