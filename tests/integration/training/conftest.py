import pytest
from tests.trained import train_cards


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """Return real models by segment and family."""
    models = train_cards(tmp_path_factory.mktemp("models"))
    return {(model.segment, model.family): model for model in models}
