"""Resources of every declared type, under the names that a scenario gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from support.capabilities.access import AccessAttributes
from support.drivers.http import Response
from support.scenario import resource_checks
from support.scenario.resources import Resource, ResourceClient, ResourceStores, ResourceType


class ResourceAttributes(AccessAttributes):
    """What `world` offers for resources of any type."""

    @cached_property
    def resources(self) -> ResourceClient:
        """Requests for resources."""
        return ResourceClient(self.http, self.access, self.cleanup)

    @cached_property
    def resource_stores(self) -> ResourceStores:
        """The rows of resources."""
        return ResourceStores(self.database)

    def resource(self, type: ResourceType, name: str) -> Resource:
        """Return a resource that the scenario has created. Raises FeatureError where there is none."""
        return self.recall(f"{type.name} {name}", Resource)

    def remember_resource(self, resource: Resource) -> None:
        """Remember a resource by type and name; it becomes the parent of resources created from now on."""
        self.remember(f"{resource.type.name} {resource.name}", resource)
        self.remember(f"current {resource.type.name}", resource.id)

    def create_resource(self, type: ResourceType, name: str, who: str, fields: Mapping[str, Any]) -> Response:
        """Request a resource and remember the response and, where it was created, the resource."""
        by, sent_name = self.person(who), type.unique_name(name, self.suffix)
        parent = self.recall(f"current {type.parent}", str) if type.parent else ""
        response = self.resources.create(type, sent_name, fields, by=by, parent=parent)
        self.remember("response", response)
        if response.status == 201:
            self.remember_resource(self.resources.created(type, name, sent_name, response.document, by, parent))
        return response

    def remember_batch(self, type: ResourceType, names: Sequence[str], resources: Sequence[Resource]) -> None:
        """Remember the resources of a batch under the names of the feature, in the order of the request."""
        for name, resource in zip(names, resources, strict=False):
            self.remember_resource(replace(resource, name=name))

    def require_stored(self, resource: Resource, expected: Mapping[str, Any]) -> None:
        """Require API and database to have a resource with its name, owner and these fields."""
        content = self.resources.read(resource).expect(200).document
        owner = self.people.account(resource.by).username
        resource_checks.stored(resource, content, lambda: self.resource_stores.row(resource), expected, owner)

    def require_state(self, resource: Resource, expected: str) -> None:
        """Require a resource to be available, soft-deleted or permanently deleted in API and database."""
        response = self.resources.read(resource)
        resource_checks.require_state(resource, expected, response, lambda: self.resource_stores.row(resource))
