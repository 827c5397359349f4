"""Customer service: requests for help from members, applicants and outsiders, and the status of the service.

Connection and fault go to the operator, who sees the request and the technical state and never content; the rest goes
to the hub owner's officers (hub.md section 10).
"""
