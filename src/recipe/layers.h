// Layers as recipes write them: "linear 256", "dropout 0.5".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tenon/nn.h"

namespace tenon::recipe {

nn::Module make_layer(const std::string& text);
void check_layer(const std::string& text);  // fails as `make_layer` does

struct LayerHelp {
  std::string usage;  // "dropout [RATE]"
  std::string meaning;
};
std::vector<LayerHelp> layer_help();

}  // namespace tenon::recipe
