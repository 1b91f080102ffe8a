#include "onnx/rules.h"

namespace tenon::onnx {

const Rules& rules() {
  static const Rules kAll = [] {
    Rules rules;
    add_elementwise_rules(rules);
    add_contraction_rules(rules);
    add_pooling_rules(rules);
    add_movement_rules(rules);
    add_shape_rules(rules);
    add_reduction_rules(rules);
    add_normalisation_rules(rules);
    add_resize_rules(rules);
    add_sampling_rules(rules);
    add_quantised_rules(rules);
    add_qlinear_rules(rules);
    add_recurrent_rules(rules);
    add_signal_rules(rules);
    add_random_rules(rules);
    add_optimiser_rules(rules);
    add_sequence_rules(rules);
    add_algebra_rules(rules);
    add_cutting_rules(rules);
    add_gram_rules(rules);
    add_selection_rules(rules);
    add_image_rules(rules);
    add_attention_rules(rules);
    add_contrib_rules(rules);
    add_control_rules(rules);
    add_loss_rules(rules);
    add_indexing_rules(rules);
    return rules;
  }();
  return kAll;
}

}  // namespace tenon::onnx
