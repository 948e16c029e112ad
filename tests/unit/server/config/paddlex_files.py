"""Pipelines as PaddleX's users write them."""

PACKAGED_BY_PADDLEX = """
pipeline_name: OCR
text_type: general
use_doc_preprocessor: True
use_textline_orientation: True
SubPipelines:
  DocPreprocessor:
    pipeline_name: doc_preprocessor
    use_doc_orientation_classify: True
    use_doc_unwarping: True
    SubModules:
      DocOrientationClassify: {module_name: doc_text_orientation, model_name: PP-LCNet_x1_0_doc_ori, model_dir: null}
      DocUnwarping: {module_name: image_unwarping, model_name: UVDoc, model_dir: null}
SubModules:
  TextDetection:
    {module_name: text_detection, model_name: PP-OCRv6_medium_det, model_dir: null, limit_side_len: 64,
     limit_type: min, max_side_limit: 4000, thresh: 0.3, box_thresh: 0.6, unclip_ratio: 1.5}
  TextLineOrientation:
    {module_name: textline_orientation, model_name: PP-LCNet_x1_0_textline_ori, model_dir: null, batch_size: 6}
  TextRecognition:
    {module_name: text_recognition, model_name: PP-OCRv6_medium_rec, model_dir: null, batch_size: 6, score_thresh: 0.0}
"""

SMALLEST = """
use_doc_preprocessor: false
use_textline_orientation: false
SubModules:
  TextDetection: {model_name: PP-OCRv5_mobile_det}
  TextRecognition: {model_name: PP-OCRv5_mobile_rec}
"""

WITH_LAYOUT = f"""{SMALLEST}
  LayoutDetection: {{model_name: PP-DocLayout-S, threshold: {{0: 0.3, 8: 0.5}}}}
  TableStructureRecognition: {{model_name: SLANet_plus}}
"""
