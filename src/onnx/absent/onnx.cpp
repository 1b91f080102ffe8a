#include "tenon/onnx.h"

// In the place of import and export, in a build without them.
namespace tenon {

OnnxModel import_onnx(const std::string& path, const OnnxOptions&) {
  fail("'", path, "': this build of Tenon cannot read ONNX models: configure it with -DTENON_ONNX=ON");
}

void export_onnx(const Graph&, const NamedTensors&, const std::string& path) {
  fail("'", path, "': this build of Tenon cannot write ONNX models: configure it with -DTENON_ONNX=ON");
}

}  // namespace tenon
