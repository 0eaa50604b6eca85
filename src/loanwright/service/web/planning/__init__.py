"""The pages about policies, experiments and the business."""
