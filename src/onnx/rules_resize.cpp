#include <algorithm>

#include "onnx/resize.h"
#include "onnx/rules.h"
#include "onnx/shapes.h"

// Resize, and Upsample of older opsets: nearest, linear and cubic, each axis by itself.
namespace tenon::onnx {

namespace {
// Which inputs say what: it changed with the opsets.
struct Given {
  Value region;  // of tf_crop_and_resize
  Value scales;  // f32, one for each axis that is resized
  Value sizes;   // i64, likewise
};

bool is_empty(const Value& value) {
  return !value.defined() || (value.type().ranked && value.rank() == 1 && value.type().dims[0].is(0));
}

Given given_by(const Call& call) {
  Given given;
  const bool is_old = call.op() == "Upsample" || call.opset() < 11;
  if (is_old && call.has_attribute("scales")) {
    const std::vector<double> scales = call.numbers("scales");
    given.scales = call.constant(Tensor::of<double>({static_cast<std::int64_t>(scales.size())}, scales));
  } else if (is_old) {
    given.scales = call.input(1);
  } else {
    given = {call.input_or(1), call.input_or(2), call.input_or(3)};
  }
  if (is_empty(given.scales)) given.scales = {};
  if (is_empty(given.sizes)) given.sizes = {};
  call.require(given.scales.defined() != given.sizes.defined(), "it needs either scales or sizes");
  return given;
}

ResizeMode mode_of(const Call& call) {
  const bool is_old = call.op() == "Upsample" || call.opset() < 11;
  ResizeMode mode;
  mode.filter = call.text("mode", "nearest");
  if (mode.filter == "bilinear" || mode.filter == "trilinear") mode.filter = "linear";
  mode.coordinates = is_old ? "asymmetric" : call.text("coordinate_transformation_mode", "half_pixel");
  mode.nearest = is_old ? "simple" : call.text("nearest_mode", "round_prefer_floor");
  mode.cubic = call.number("cubic_coeff_a", -0.75);
  mode.exclude_outside = call.flag("exclude_outside");
  mode.antialias = call.flag("antialias");
  mode.extrapolates = mode.coordinates == "tf_crop_and_resize";
  return mode;
}

Value real(Value x) { return cast_to(x, DType::f64); }

// Sizes are given, and the scales follow; a kept aspect ratio is one scale for all.
void scale_to_sizes(const Call& call, Value sizes, std::vector<ResizedAxis>& axes) {
  for (std::size_t i = 0; i < axes.size(); ++i) {
    axes[i].new_size = part(call, sizes, static_cast<std::int64_t>(i));
    axes[i].scale = constant_if_known(call, real(axes[i].new_size) / real(axes[i].old_size));
  }
  const std::string policy = call.text("keep_aspect_ratio_policy", "stretch");
  if (policy == "stretch" || axes.empty()) return;
  call.require(policy == "not_larger" || policy == "not_smaller", "there is no keep_aspect_ratio_policy '",
               policy, "'");
  Value common = axes[0].scale;
  for (const ResizedAxis& axis : axes)
    common = policy == "not_larger" ? minimum(common, axis.scale) : maximum(common, axis.scale);
  common = constant_if_known(call, common);
  for (ResizedAxis& axis : axes) {
    axis.scale = common;
    axis.new_size = constant_if_known(call, cast(floor(common * real(axis.old_size) + 0.5), DType::i64));
  }
}

void size_by_scales(const Call& call, Value scales, std::vector<ResizedAxis>& axes) {
  for (std::size_t i = 0; i < axes.size(); ++i) {
    // In f32, as the scale is: 0.6 of 5 is 3.
    const Value scale = part(call, scales, static_cast<std::int64_t>(i));
    const Value exact = cast(axes[i].old_size, DType::f32) * cast_to(scale, DType::f32);
    axes[i].scale = constant_if_known(call, real(scale));
    axes[i].new_size = constant_if_known(call, cast(floor(exact), DType::i64));
  }
}

std::vector<ResizedAxis> axes_of(const Call& call, Value x, const Given& given, const ResizeMode& mode) {
  Ints places = call.ints("axes");
  if (places.empty())
    for (std::int64_t i = 0; i < x.rank(); ++i) places.push_back(i);
  std::vector<ResizedAxis> axes;
  const auto count = static_cast<std::int64_t>(places.size());
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t place = place_of(call, places[static_cast<std::size_t>(i)], x.rank());
    axes.push_back({place, size_of_axis(call, x, place), {}, {}, {}, {}});
    if (!mode.extrapolates) continue;
    call.require(given.region.defined(), "tf_crop_and_resize needs the region");
    axes.back().begin = constant_if_known(call, real(part(call, given.region, i)));
    axes.back().end = constant_if_known(call, real(part(call, given.region, count + i)));
  }
  if (given.sizes.defined())
    scale_to_sizes(call, cast_to(given.sizes, DType::i64), axes);
  else
    size_by_scales(call, given.scales, axes);
  return axes;
}

// Exactly: what is left alone whichever way it is resized.
bool stays(const Call& call, const ResizeMode& mode, const ResizedAxis& axis) {
  const auto scale = call.known(axis.scale);
  return scale && scale->number() == 1 && !mode.extrapolates;
}

// Where a coordinate on any axis is outside.
Value outside(const Call& call, const ResizeMode& mode, const std::vector<ResizedAxis>& axes,
              std::int64_t rank) {
  Value any;
  for (const ResizedAxis& axis : axes) {
    const Value x = coordinates_of(call, mode, axis);
    const Value out = logical_or(x<0.0, x> real(axis.old_size) - 1.0);
    const Value here = along(constant_if_known(call, out), axis.axis, rank);
    any = any.defined() ? logical_or(any, here) : here;
  }
  return any;
}

std::vector<Item> resizing(const Call& call) {
  const Value x = call.input(0);
  const ResizeMode mode = mode_of(call);
  const std::vector<ResizedAxis> axes = axes_of(call, x, given_by(call), mode);
  const bool computes = mode.filter != "nearest" && !is_float(x.dtype());
  Value y = computes ? cast(x, DType::f32) : x;
  for (const ResizedAxis& axis : axes)
    if (!stays(call, mode, axis)) y = resize_axis(call, y, mode, axis);
  if (mode.extrapolates)
    y = select(outside(call, mode, axes, x.rank()), call.number("extrapolation_value", 0.0), y);
  return {computes ? cast(round(y), x.dtype()) : y};
}
}  // namespace

void add_resize_rules(Rules& rules) {
  rules.add("Resize", resizing);
  rules.add("Upsample", resizing);
}

}  // namespace tenon::onnx
