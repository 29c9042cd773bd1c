"""Files in the media storage."""

from behave import given, then
from behave.runner import Context

from support.checks.comparison import format_value, require
from support.gherkin.step_declarations import TEXT, requires, step_input
from support.targets.capabilities import Capability


@given("the storage has the file {path:Quoted}")
@given("the storage has the file {path:Quoted} with")
@requires(Capability.STORAGE)
@step_input(TEXT)
def storage_has_file(context: Context, path: str) -> None:
    """Put a file into the media storage, with the step's text or empty; it is taken away at the end of the scenario.

    Example: Given the storage has the file "{unique council}.wav" with
    """
    world = context.world
    name = world.values.text(path)
    world.cleanup.add(f"remove {name}", lambda: world.storage.remove(name))
    world.storage.write(name, world.values.text(context.text or ""))
    world.remember("file", name)


@then("the file {path:Quoted} is in the storage")
@then("the file {path:Quoted} is in the storage with")
@requires(Capability.STORAGE)
@step_input(TEXT)
def file_there(context: Context, path: str) -> None:
    """Look for a file; the step's text, where there is one, must be found in it.

    Example: Then the file "{file}" is in the storage
    """
    world = context.world
    name = world.values.text(path)
    content, expected = world.storage.read(name), world.values.text(context.text or "")
    require(expected in content, f'{name} should hold "{expected}", but holds "{content[:300]}"')


@then("there are {count:Files} matching {pattern:Quoted} in the storage")
@requires(Capability.STORAGE)
def files_like(context: Context, count: int, pattern: str) -> None:
    """Count the files that match a pattern with * in it.

    Example: Then there are no files matching "*{the mark}*.scc" in the storage
    """
    world = context.world
    found = world.storage.listing(world.values.text(pattern))
    require(len(found) == count, f'"{pattern}" should match {count} files, but matches {format_value(found)}')
