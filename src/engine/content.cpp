#include "engine/content.h"

#include "format/elements.h"
#include "ir/verify.h"

namespace tenon::engine {

namespace {
// Elements follow one another in the order of the program's states, each at a multiple of 64: what is where
// need not be written down.
NamedTensors read_weights(const Graph& program, const SectionBytes& section, std::string_view name,
                          const std::shared_ptr<void>& owner) {
  NamedTensors weights;
  std::uint64_t end = 0;
  for (const std::uint32_t id : program.states()) {
    const Node& node = program.nodes()[id];
    const Type& type = node.results[0];
    const std::optional<std::uint64_t> bytes = byte_count(type.dtype, type.shape());
    const std::uint64_t begin = aligned(end);
    require_at(bytes && begin <= section.bytes.size() && *bytes <= section.bytes.size() - begin, name,
               section.offset, "the section weights has ", section.bytes.size(), " bytes, too few for '",
               name_of(node), "', ", type);
    std::byte* data = section.bytes.data() + begin;
    weights.emplace_back(name_of(node), *bytes == 0 ? Tensor::empty(type.dtype, type.shape())
                                                    : Tensor::wrap(type.dtype, type.shape(), data, owner));
    check_booleans(weights.back().second, name, section.offset + begin);
    end = begin + *bytes;
  }
  require_at(end == section.bytes.size(), name, section.offset, "the weights of the program have ", end,
             " bytes, and the section ", section.bytes.size());
  return weights;
}

template <class Read>
auto read_text_section(const SectionBytes& section, SectionKind kind, std::string_view name, Read&& read) {
  try {
    return read(text_of(section.bytes));
  } catch (const Error& error) {
    fail("'", name, "', section ", name_of(kind), ": ", error.what());
  }
}
}  // namespace

NamedTensors check_program(const Graph& program, const NamedTensors& weights) {
  require(program.updates().empty(), "an engine only answers: its program must not update state '",
          program.updates().empty() ? "" : program.updates()[0].name, "'");
  require(!program.outputs().empty(), "an engine's program needs an output");
  for (const std::uint32_t id : program.inputs())
    require(program.nodes()[id].results[0].ranked, "input '", name_of(program.nodes()[id]),
            "' of an engine's program must say how many axes it has");
  NamedTensors ordered;
  for (const std::uint32_t id : program.states()) {
    const Node& node = program.nodes()[id];
    const Tensor* weight = find(weights, name_of(node));
    require(weight != nullptr, "there is no weight '", name_of(node), "', which the program needs");
    require(Type::of(*weight) == node.results[0], "weight '", name_of(node), "' is ", Type::of(*weight),
            ", and the program needs ", node.results[0]);
    ordered.emplace_back(name_of(node), *weight);
  }
  return ordered;
}

Content read_content(std::span<std::byte> file, std::string_view name, const std::shared_ptr<void>& owner) {
  const auto [metadata, program, weights, report] = read_sections(file, name);
  Content content;
  content.info = read_text_section(metadata, SectionKind::metadata, name, parse_info);
  content.program = read_text_section(program, SectionKind::program, name, [](std::string_view text) {
    auto graph = std::make_shared<const Graph>(parse(text));
    verify_source(*graph);
    for (const std::uint32_t id : graph->states())
      require(graph->nodes()[id].results[0].concrete(), "state '", name_of(graph->nodes()[id]),
              "' has no known shape");
    return graph;
  });
  content.weights = read_weights(*content.program, weights, name, owner);
  content.report = read_text_section(report, SectionKind::report, name, parse_report);
  return content;
}

Content read_content(const std::string& path) {
  const auto file = MappedFile::open(path);
  return read_content(file->bytes(), path, file);
}

void write_content(const std::string& path, const Content& content) {
  const std::string info = info_text(content.info);
  const std::string program = print(*content.program);
  const std::string report = report_text(content.report);
  Parts weights;
  for (const auto& [name, tensor] : content.weights) weights.push_back(bytes_of(tensor));
  write_atomically(path, [&](FileWriter& file) {
    write_sections(file, {Parts{bytes_of(info)}, Parts{bytes_of(program)}, weights, Parts{bytes_of(report)}});
  });
}

}  // namespace tenon::engine
