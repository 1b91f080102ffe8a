// What stands in front of a program:
//
//   input f32[N, 3, 32, 32] → …          input u8[N, 32, 32, 3] → transpose → cast → mul → add → …
//
// The rest of the program stays as it is, states and names of outputs included.
#include "ir/inline.h"
#include "tenon/nn.h"

namespace tenon::nn {

namespace {
// What a program that takes `prepared` is handed in a layout.
Type raw_type(const std::string& input, const Type& prepared, Layout layout, DType raw) {
  require(is_float(prepared.dtype), "input '", input, "' is ", prepared,
          ": only floats are prepared, so this program takes what is raw already");
  if (layout == Layout::nchw) return {raw, prepared.dims, prepared.ranked};
  require(prepared.ranked && prepared.rank() == 4, "input '", input, "' is ", prepared,
          ": pictures need its axes to be items, channels, rows and columns");
  const std::vector<Dim>& dims = prepared.dims;
  if (layout == Layout::nhwc) return {raw, {dims[0], dims[2], dims[3], dims[1]}};
  require(dims[1].is(1), "input '", input, "' is ", prepared, ": the layout nhw is of one channel");
  return {raw, {dims[0], dims[2], dims[3]}};
}

void check_channels(const std::string& input, const Type& type, const Preparation& preparation) {
  for (const std::size_t count : {preparation.mean.size(), preparation.deviation.size()}) {
    const bool known = type.rank() >= 2 && type.dims[1].is_constant();
    require(count <= 1 || !known || type.dims[1].is(static_cast<std::int64_t>(count)), "input '", input,
            "' is ", type, ": give one mean and one deviation for each of its channels, or one for all, not ",
            count);
  }
}
}  // namespace

Graph with_preparation(const Graph& program, std::string_view input, const Preparation& preparation,
                       DType raw) {
  require(program.find_input(input).has_value(), "there is no input '", input, "' to prepare");
  require(program.updates().empty(), "a program that updates its states is not prepared from outside");
  Graph prepared(program.name());
  Context context(prepared);
  std::vector<Value> inputs;
  for (const std::uint32_t id : program.inputs()) {
    const std::string& name = name_of(program.nodes()[id]);
    const Type& wanted = program.nodes()[id].results[0];
    if (name != input) {
      inputs.push_back(prepared.input(name, wanted));
      continue;
    }
    check_channels(name, wanted, preparation);
    prepared.set_label("preparation");
    const Value items = prepared.input(name, raw_type(name, wanted, preparation.layout, raw));
    const Value ready = preparation(context, items);
    inputs.push_back(ready.dtype() == wanted.dtype ? ready : cast(ready, wanted.dtype));
    prepared.set_label("");
  }
  const std::vector<Value> outputs = inline_graph(prepared, program, inputs);
  for (std::size_t i = 0; i < outputs.size(); ++i) prepared.output(program.outputs()[i].name, outputs[i]);
  return prepared;
}

}  // namespace tenon::nn
