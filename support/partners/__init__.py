"""Stub servers for the outside services the platform talks to."""

from support.partners.cablecast import Cablecast
from support.partners.server import PartnerServer, Received, Registration, UploadedFile

__all__ = ["Cablecast", "PartnerServer", "Received", "Registration", "UploadedFile"]
