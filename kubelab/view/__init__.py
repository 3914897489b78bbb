"""What is seen: the scene as SVG (scene, layout, stage), figures (draw), and the live view (live)."""
