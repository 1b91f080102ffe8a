// Bounds, axes, sizes and counts that are inputs of the model: the same as where they are constants.
#include "onnx/close_to.h"
#include "onnx/model_writer.h"

namespace tenon::onnx_models {

namespace {
struct Case {
  OneNode node;
  std::vector<Tensor> inputs;
};

class OnnxOpenBounds : public testing::TestWithParam<Case> {};

TEST_P(OnnxOpenBounds, GiveWhatConstantsGive) {
  OneNode node = GetParam().node;
  const auto open = run(node, GetParam().inputs);
  node.constant_inputs = true;
  const auto known = run(node, GetParam().inputs);
  ASSERT_EQ(open.size(), known.size());
  for (std::size_t i = 0; i < open.size(); ++i) expect_close(open[i], known[i], 1e-6);
}

Tensor picture() { return waves({2, 3, 4}); }
Tensor axis(std::int64_t number) { return Tensor::scalar(number); }
Attribute text(const std::string& name, const std::string& value) { return {name, value}; }

INSTANTIATE_TEST_SUITE_P(
    Ops, OnnxOpenBounds,
    testing::Values(
        Case{{"Slice"}, {picture(), longs({2}, {1, 0}), longs({2}, {3, -1}), longs({2}, {-1, 1})}},
        Case{{"Slice"}, {picture(), longs({1}, {-1}), longs({1}, {-100}), longs({1}, {2}), longs({1}, {-2})}},
        Case{{"Pad", {}, 18},
             {picture(), longs({4}, {1, 0, -1, 2}), Tensor::scalar(3.0F), longs({2}, {0, -1})}},
        Case{{"Pad", {text("mode", "edge")}, 18}, {picture(), longs({6}, {1, 0, 2, 0, 1, 0})}},
        Case{{"Tile"}, {picture(), longs({3}, {1, 2, 3})}},
        Case{{"Split", {{"axis", std::int64_t{2}}}, 17, {}, 3}, {picture(), longs({3}, {1, 0, 3})}},
        Case{{"Squeeze"}, {waves({2, 1, 3, 1}), longs({2}, {-1, 1})}},
        Case{{"Unsqueeze"}, {picture(), longs({2}, {-1, 1})}},
        Case{{"Unsqueeze"}, {floats({}, {5}), longs({2}, {0, 1})}},
        Case{{"ReduceSum"}, {picture(), longs({2}, {0, -1})}},
        Case{{"ReduceMax", {{"keepdims", std::int64_t{0}}}, 18}, {picture(), longs({1}, {1})}},
        Case{{"ReduceLogSumExp", {}, 18}, {picture(), longs({1}, {1})}},
        Case{{"CumSum"}, {picture(), axis(-2)}}, Case{{"TopK", {}, 17, {}, 2}, {picture(), longs({1}, {2})}},
        Case{{"Reshape"}, {picture(), longs({2}, {0, -1})}},
        Case{{"OneHot"}, {longs({3}, {0, -1, 2}), axis(4), floats({2}, {1, 5})}},
        Case{{"Range"}, {axis(3), axis(20), axis(4)}},
        Case{{"Resize", {text("mode", "cubic")}}, {picture(), {}, {}, longs({3}, {2, 5, 3})}},
        Case{{"Resize", {text("mode", "linear")}}, {picture(), {}, floats({3}, {1, 1.5F, 0.75F})}},
        Case{{"STFT"}, {waves({1, 20, 1}), axis(3), {}, axis(8)}},
        Case{{"CenterCropPad", {}, 18}, {picture(), longs({3}, {3, 2, 5})}}));
}  // namespace

}  // namespace tenon::onnx_models
