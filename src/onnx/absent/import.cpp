#include "tenon/onnx.h"

// In the place of the import, in a build without it.
namespace tenon {

OnnxModel import_onnx(const std::string& path, const OnnxOptions&) {
  fail("'", path, "': this build of Tenon cannot read ONNX models: configure it with -DTENON_ONNX=ON");
}

}  // namespace tenon
