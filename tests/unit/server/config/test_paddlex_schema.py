"""The schema of PaddleX's file has every optional module where the table says."""

from models.modules import OPTIONAL_MODULES
from server.config.paddlex_schema import DocModules, DocPreprocessor, Part, PipelineFile, SubModules


def keys(part: type[Part]) -> dict[str, str | None]:
    """Keys of the models that a part of the file may leave out, by field."""
    return {name: field.alias for name, field in part.model_fields.items() if not field.is_required()}


def test_every_optional_model_has_its_place_and_no_other_has() -> None:
    own = {module.name: module.key for module in OPTIONAL_MODULES if not module.in_preprocessor}
    assert keys(SubModules) == own
    assert keys(DocModules) == {module.name: module.key for module in OPTIONAL_MODULES if module.in_preprocessor}


def test_every_switch_lies_beside_its_models() -> None:
    for module in OPTIONAL_MODULES:
        assert module.switch in (DocPreprocessor if module.in_preprocessor else PipelineFile).model_fields
        assert module.needs is None or module.needs in PipelineFile.model_fields
