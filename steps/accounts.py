"""Accounts and roles: who makes them, who changes them, and what each role may do."""

from behave import given, then, when
from behave.runner import Context

from support.capabilities.access.roles import NOBODY, RoleMatrix
from support.checks import tables
from support.checks.comparison import require, require_equal
from support.errors import require_feature
from support.gherkin.personas import Role
from support.gherkin.step_declarations import TABLE, step_input

ROLES = (NOBODY, *Role)


@given("{who:Actor} has a new account")
def has_new_account(context: Context, who: str) -> None:
    """Create an account in the persona's role that the persona uses for the rest of the scenario.

    Example: Given Dana has a new account
    """
    world = context.world
    person = world.person(who)
    if person.temporary:
        world.people.join(person, world.suffix, world.http, world.access, world.cleanup)
        world.access.sign_in(person)
    else:
        world.accounts.create(person)


@when("{who:Actor} creates an account for {whom:Object}")
def create_account(context: Context, who: str, whom: str) -> None:
    """Make an account in the persona's role, who uses it for the rest of the scenario.

    Example: When Omar creates an account for Vera
    """
    world = context.world
    administrator = world.person(who)
    world.accounts.create(world.person(whom), by=administrator)


@when("{who:Actor} creates another account with {whose:Owner} {property:AccountProperty}")
def create_alike(context: Context, who: str, whose: str, property: str) -> None:
    """Try to make an account that has this in common with the persona's without asserting the result.

    Example: When Omar creates another account with Dana's user name in capitals
    """
    world = context.world
    owner, administrator = world.person(whose), world.person(who)
    world.remember("response", world.accounts.try_alike(owner, property, by=administrator))


@given("{who:Actor} has set {whose:Owner} {setting:Setting} to {value:Quoted}")
def has_set(context: Context, who: str, whose: str, setting: str, value: str) -> None:
    """Change the account that the persona has in this scenario; it must succeed.

    Example: Given Omar has set Vera's rate limit to "3 requests in 3 seconds"
    """
    world = context.world
    owner, person = world.person(whose), world.person(who)
    world.accounts.change(owner, setting, value, by=person).expect(200)


@when("{who:Actor} sets {whose:Owner} {setting:Setting} to {value:Quoted}")
def set_setting(context: Context, who: str, whose: str, setting: str, value: str) -> None:
    """Change the account that the persona has in this scenario without asserting the result.

    Example: When Omar sets Dana's role to "viewer"
    """
    world = context.world
    owner, person = world.person(whose), world.person(who)
    world.remember("response", world.accounts.change(owner, setting, value, by=person))


@then("{whose:Owner} account has the role {role:Quoted}")
def account_has_role(context: Context, whose: str, role: str) -> None:
    """Look at the account in the database and in the administrator's list.

    Example: Then Vera's account has the role "editor"
    """
    world = context.world
    person = world.person(whose)
    require_equal("the role in the database", world.account_stores.row(world.accounts.own(person))["role"], role)
    require_equal("the role in the list of accounts", world.accounts.listed(person)["role"], role)


@then("{whose:Owner} next session has the role {role:Quoted}")
def next_session_has_role(context: Context, whose: str, role: str) -> None:
    """Sign in again: token and page must know the role.

    Example: Then Vera's next session has the role "editor"
    """
    world = context.world
    person = world.person(whose)
    require_equal("the role in the token", world.access.sign_in(person).claims["role"], role)
    page = world.access.open_page("protected endpoint", by=person).expect(200)
    require_equal("the role that the page knows", page.document["role"], role)


@then("{whose:Owner} password is stored as an Argon2 hash")
def password_hashed(context: Context, whose: str) -> None:
    """Look at the row: it holds a hash and, anywhere in it, no password.

    Example: Then her password is stored as an Argon2 hash
    """
    world = context.world
    own = world.accounts.own(world.person(whose))
    row = world.account_stores.row(own)
    kept = str(row["password_hash"])
    require(kept.startswith("$argon2id$"), "the password should be kept as a hash of Argon2id, but is not")
    require(own.account.password not in str(row), "the row should not hold the password, but does")


@given("{who:Actor} is the only active administrator")
def is_only_administrator(context: Context, who: str) -> None:
    """Require that no other administrator is active, so that no scenario takes a target's administrator away.

    Example: Given Omar is the only active administrator
    """
    world = context.world
    names = [account["username"] for account in world.accounts.active_administrators()]
    own = world.access.account(world.person(who)).username
    require_feature(names == [own], f"active administrators: expected {who} only, got {', '.join(names)}")


# The matrix of roles


@given("the role matrix")
@step_input(TABLE)
def matrix_of_roles(context: Context) -> None:
    """Take the matrix from the table: a column for each role, allowed or refused in each cell.

    Example: Given the role matrix
    """
    rows = tables.read(context.table, ("operation", *ROLES))
    context.world.remember("matrix", RoleMatrix(rows, ROLES))


@when("the operations are read from the OpenAPI document")
def list_operations(context: Context) -> None:
    """Read the platform's own description, and keep the matrix for the report with what is undecided left blank.

    Example: When the operations are read from the OpenAPI document
    """
    world = context.world
    operations = world.roles.operations()
    matrix = world.recall("matrix", RoleMatrix)
    world.remember("operations", operations)
    world.evidence.table("Who may do what", ["operation", *ROLES], matrix.lines(operations))


@then("the matrix covers every operation for every role and no other operation")
def matrix_complete(context: Context) -> None:
    """Compare the matrix with the list: an operation that is new and not in the matrix fails.

    Example: Then the matrix covers every operation for every role and no other operation
    """
    world = context.world
    gaps = world.recall("matrix", RoleMatrix).gaps(world.recall("operations", list))
    require(not gaps, f"the matrix should say of each operation who may use it, but {'; '.join(gaps)}")


@when("{who:Actor} calls every operation")
def ask_for_each(context: Context, who: str) -> None:
    """Ask for every operation of the matrix in a way that does nothing, and note who was let in.

    Example: When Vera calls every operation
    """
    world = context.world
    person = world.person(who)
    matrix = world.recall("matrix", RoleMatrix)
    verdicts = {str(each): world.roles.verdict(each, by=person) for each in world.roles.operations()}
    world.remember("verdicts", {name: verdict for name, verdict in verdicts.items() if name in matrix.cells})


@then("the responses to {who:Actor} match the matrix")
def as_matrix_says(context: Context, who: str) -> None:
    """Compare what was noted with the column of the persona's role; the report gets both.

    Example: Then the responses to Vera match the matrix
    """
    world = context.world
    person = world.person(who)
    role = person.role or NOBODY
    cells, actual = world.recall("matrix", RoleMatrix).cells, world.recall("verdicts", dict)
    lines = [[name, cells[name][role], actual.get(name, "")] for name in cells]
    world.evidence.table(f"What {role} may do", ["operation", "wanted", "seen"], lines)
    wrong = [
        f"{name} should be {expected} to {role}, but was {found}"
        for name, expected, found in lines
        if expected != found
    ]
    require(not wrong, "; ".join(wrong))
