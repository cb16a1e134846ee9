"""The model's page: what it is, how it measured, whether its world has moved, how right its flags turned out."""

from audit.pages.visit import Answer, Visit, shown


def page(visit: Visit) -> Answer:
    """The page; it says so where there is no model yet."""
    sheet = visit.desk.sheet()
    figures = visit.desk.figures(sheet.version, fresh=True) if sheet else None
    return shown("model.html", title="Model", sheet=sheet, figures=figures)
