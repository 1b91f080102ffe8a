# conformance
# Not there yet: will hold Tenon to the tests that ONNX publishes for its operators.

dev_conformance() { die "the conformance part does not exist yet: it comes with ONNX import"; }
