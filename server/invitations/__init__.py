"""Invitations for visas: drafted by organisers from the profile of an expert, as DOCX and PDF in two languages."""
