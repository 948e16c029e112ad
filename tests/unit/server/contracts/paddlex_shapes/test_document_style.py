from models.layout.regions import Region
from server.contracts.paddlex_shapes.document_style import DocumentStyle

BOX = (60, 80, 300, 240)


def test_the_first_page_has_the_names_of_paddlex_and_later_ones_tell_their_page():
    assert DocumentStyle().picture_name("image", BOX, 0) == "imgs/img_in_image_box_60_80_300_240.jpg"
    assert DocumentStyle().picture_name("chart", BOX, 1) == "imgs/img_in_chart_box_60_80_300_240_p2.jpg"


def test_names_without_a_folder_are_flat():
    assert DocumentStyle(picture_folder="").picture_name("image", BOX, 0) == "img_in_image_box_60_80_300_240.jpg"


def test_a_region_needs_the_score_of_all_labels_or_of_its_own():
    image, text = Region("image", 0.5, BOX), Region("text", 0.5, BOX)
    assert DocumentStyle().keeps(image)
    assert not DocumentStyle(layout_threshold=0.6).keeps(image)
    own = DocumentStyle(layout_threshold={1: 0.6})
    assert (own.keeps(image), own.keeps(text)) == (False, True)
