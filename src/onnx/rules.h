// How each ONNX op is written in ops of the program: one rule an op, in files by family. A rule sees the
// opset that the model asks for, and writes what the op meant in it.
#pragma once

#include "onnx/call.h"

namespace tenon::onnx {

using Rule = std::vector<Item> (*)(const Call&);

class Rules {
 public:
  void add(std::string_view name, Rule rule) { add({}, name, rule); }
  void add(std::string_view domain, std::string_view name, Rule rule) { rules_[{domain, name}] = rule; }
  Rule find(std::string_view domain, std::string_view name) const {
    const auto found = rules_.find({domain, name});
    return found == rules_.end() ? nullptr : found->second;
  }
  auto begin() const { return rules_.begin(); }
  auto end() const { return rules_.end(); }

 private:
  std::map<std::pair<std::string_view, std::string_view>, Rule> rules_;
};

const Rules& rules();

void add_elementwise_rules(Rules& rules);
void add_contraction_rules(Rules& rules);
void add_pooling_rules(Rules& rules);
void add_movement_rules(Rules& rules);
void add_shape_rules(Rules& rules);
void add_reduction_rules(Rules& rules);
void add_normalisation_rules(Rules& rules);
void add_resize_rules(Rules& rules);
void add_sampling_rules(Rules& rules);
void add_quantised_rules(Rules& rules);
void add_qlinear_rules(Rules& rules);
void add_recurrent_rules(Rules& rules);
void add_signal_rules(Rules& rules);
void add_random_rules(Rules& rules);
void add_optimiser_rules(Rules& rules);
void add_sequence_rules(Rules& rules);
void add_algebra_rules(Rules& rules);
void add_cutting_rules(Rules& rules);
void add_gram_rules(Rules& rules);
void add_selection_rules(Rules& rules);
void add_image_rules(Rules& rules);
void add_attention_rules(Rules& rules);
void add_contrib_attention_rules(Rules& rules);  // part of the former
void add_grouped_attention_rules(Rules& rules);  // the same
void add_contrib_rules(Rules& rules);
void add_control_rules(Rules& rules);
void add_loop_rules(Rules& rules);  // part of the control rules, as the next
void add_scan_rules(Rules& rules);
void add_loss_rules(Rules& rules);
void add_indexing_rules(Rules& rules);

}  // namespace tenon::onnx
