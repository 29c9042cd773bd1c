"""The API as clients see it: any request, malformed requests, WebSockets, calls to partners."""
