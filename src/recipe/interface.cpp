#include "recipe/interface.h"

#include "base/files.h"
#include "recipe/toml_reader.h"
#include "recipe/toml_writer.h"

namespace tenon::recipe {

namespace {
const std::vector<std::string> kLayouts = {"nchw", "nhwc", "nhw"};  // in the order of nn::Layout
}

template <class Visit>
void fields(ModelInput& input, Visit&& visit) {
  visit("name", input.name);
  visit("layout", input.layout, [](const std::string& name) {
    if (!name.empty()) layout_named(name);
  });
  visit("channels", input.channels, OneOf{{"rgb", "bgr"}, "order of channels"});
  visit("scale", input.scale);
  visit("mean", input.mean);
  visit("deviation", input.deviation);
  fields(input.picture, visit);
}

template <class Visit>
void fields(ModelOutput& output, Visit&& visit) {
  visit("class_names", output.class_names);
  visit("scale", output.scale);
}

template <class Visit>
void fields(Interface& interface, Visit&& visit) {
  visit("input", interface.input);
  visit("output", interface.output);
}

namespace {
struct CheckEach {
  template <class T, class Check = AnyValue>
  void operator()(const char* key, const T& value, const Check& check = {}) const {
    if constexpr (std::is_invocable_v<const Check&, const T&>) try {
        check(value);
      } catch (const Error& error) {
        fail("--", key, ": ", error.what());
      }
  }
};
}  // namespace

Interface parse_interface(std::string_view text, const std::string& name) {
  const toml::table root = parse_toml(text, name);
  Interface interface;
  read_struct(root, "", interface);
  return interface;
}

Interface read_interface(const std::string& path) { return parse_interface(read_text(path), path); }

std::string to_toml(const Interface& interface) {
  Interface copy = interface;  // the list of fields is of members that may be written
  return section("input", copy.input) + section("output", copy.output);
}

void check_options(const Interface& interface) {
  Interface copy = interface;
  fields(copy.input, CheckEach{});
}

nn::Layout layout_named(const std::string& name) {
  OneOf{kLayouts, "layout"}(name);
  return static_cast<nn::Layout>(std::ranges::find(kLayouts, name) - kLayouts.begin());
}

nn::Preparation preparation_of(const ModelInput& input) {
  return {.scale = input.scale,
          .mean = input.mean,
          .deviation = input.deviation,
          .layout = input.layout.empty() ? nn::Layout::nchw : layout_named(input.layout),
          .swap_channels = input.channels == "bgr"};
}

nn::Preparation preparation_of(const Data& data) {
  return {.scale = data.scale,
          .mean = data.mean,
          .deviation = data.deviation,
          .layout = data.kind == "pictures" ? nn::Layout::nhwc : nn::Layout::nchw};
}

Resizing resizing_of(const PictureSize& picture) {
  const bool sized = !picture.size.empty();
  const auto sampling = picture.sampling == "nearest"    ? Sampling::nearest
                        : picture.sampling == "bilinear" ? Sampling::bilinear
                                                         : Sampling::bicubic;
  return {.height = sized ? picture.size[0] : 0,
          .width = sized ? picture.size[1] : 0,
          .fit = picture.fit == "crop" ? Fit::crop : Fit::stretch,
          .sampling = sampling,
          .crop = picture.crop};
}

}  // namespace tenon::recipe
