#include "conformance/case.h"
#include "conformance/views.h"

namespace tenon::conformance {

const CaseTable& all_cases() {
  static const CaseTable kTable = [] {
    CaseTable made;
    add_elementwise(made);
    add_reductions(made);
    add_contractions(made);
    add_indexing(made);
    add_activations(made);
    add_normalisations(made);
    add_losses(made);
    add_convolutions(made);
    add_pooling(made);
    add_ordering(made);
    add_views(made);  // of all so far: movement consists of views, random numbers and bodies come from none
    add_movement(made);
    add_epilogues(made);
    add_random(made);
    add_bodies(made);
    return made;
  }();
  return kTable;
}

const std::map<Op, std::string>& exceptions() {
  static const std::map<Op, std::string> kTable = {
      {Op::input, "a leaf"},
      {Op::state, "a leaf"},
      {Op::constant, "a leaf"},
      {Op::nonzero, "its shape depends on elements: the host runs its kernel, whatever the backend"},
      {Op::unique, "as nonzero"},
      {Op::non_max_suppression, "as nonzero"},
      {Op::fused, "stands only in lowered programs"},
      {Op::relayout, "stands only in lowered programs"},
  };
  return kTable;
}

}  // namespace tenon::conformance
