// A scan through the Trainer.
#include <gtest/gtest.h>

#include "train/sequences.h"

namespace tenon {
namespace {

using testing::sequences;

TEST(ARecurrentNet, NamesTheNodeInTheBodyThatIsNotFinite) {
  const nn::Module rooted = [](nn::Context& context, Value x) {
    Graph body("roots");
    const Value sum = body.input("sum", {DType::f32, {x.type().dims[0], 2}});
    body.set_label("root");
    body.output("sum", sum + sqrt(body.input("x", sum.type())));
    const Value first = zeros_like(reduce_sum(x, {1}));
    context.graph().set_label("turns");
    const Value summed =
        scan({{first}, {transpose(x, {1, 0, 2})}}, std::make_shared<const Graph>(std::move(body)))[0];
    context.graph().set_label("");
    return summed;
  };
  Trainer trainer(nn::Sequential{rooted, nn::Linear{2}}, optim::Sgd{}, loss::cross_entropy,
                  {.backend = "reference"});
  std::string message;
  try {
    trainer.fit(sequences(16, 3), {.epochs = 1, .batch = 16, .progress = Progress::quiet});
  } catch (const Error& error) {
    message = error.what();
  }
  EXPECT_NE(message.find("comes from sqrt 'root' in the body of scan 'turns'"), std::string::npos) << message;
}

}  // namespace
}  // namespace tenon
