"""Notices and packs: pure documents from one decision record and the law of its day."""
