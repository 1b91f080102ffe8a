#include "codegen/cpp_printer.h"

#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include "codegen/loop_analysis.h"
#include "codegen/schedule.h"
#include "ir/op_table.h"
#include "tenon/error.h"

namespace tenon::codegen {
namespace {

std::string_view register_name(DType type) {
  constexpr std::string_view kNames[] = {"double",        "float",         "float",         "float",
                                         "std::int64_t",  "std::int32_t",  "std::int16_t",  "std::int8_t",
                                         "std::uint64_t", "std::uint32_t", "std::uint16_t", "std::uint8_t",
                                         "bool"};
  return kNames[static_cast<std::size_t>(type)];
}

std::string_view memory_name(DType type) {
  if (type == DType::f16 || type == DType::bf16) return "std::uint16_t";
  return type == DType::boolean ? "std::uint8_t" : register_name(type);
}

std::string decimal(double value) {  // enough digits to give the same number back
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  return {text, end};
}

std::string literal(const ScalarExpr& e) {
  const auto type = register_name(e.type);
  if (!is_float(e.type)) {
    if (e.type == DType::boolean) return e.integer ? "true" : "false";
    return cat("static_cast<", type, ">(", static_cast<std::uint64_t>(e.integer), "u)");
  }
  if (std::isnan(e.number)) return cat("std::numeric_limits<", type, ">::quiet_NaN()");
  if (std::isinf(e.number))
    return cat(e.number < 0 ? "-" : "", "std::numeric_limits<", type, ">::infinity()");
  const double number = e.type == DType::f16    ? half_value(half_bits(e.number))
                        : e.type == DType::bf16 ? bfloat16_value(bfloat16_bits(e.number))
                                                : e.number;
  return cat("static_cast<", type, ">(", decimal(number), ')');
}

// What an accumulator starts from.
std::string neutral(const Accumulator& a) {
  const auto type = register_name(a.type);
  const bool least = a.combine == Combine::maximum || a.combine == Combine::arg_max;
  if (a.combine == Combine::sum) return cat(type, "{0}");
  if (a.combine == Combine::product) return cat(type, "{1}");
  if (is_float(a.type)) return cat(least ? "-" : "", "std::numeric_limits<", type, ">::infinity()");
  return cat("std::numeric_limits<", type, least ? ">::min()" : ">::max()");
}

class Printer {
 public:
  explicit Printer(const Kernel& kernel)
      : kernel_(kernel),
        analysis_(kernel),
        names_(kernel.scalars.size()),
        declared_at_(kernel.accumulators.size(), kNever) {}

  std::string run() {
    for (std::size_t i = 0; i < kernel_.nests.size(); ++i) nest(i);
    line("extern \"C\" void ", kernel_.name, "_run(void* const* buffers) {");
    ++depth_;
    for (std::size_t i = 0; i < kernel_.nests.size(); ++i)
      line(kernel_.name, "_nest", i, "(buffers, 0, ", kernel_.nests[i].root.extent, ");");
    close();
    return std::move(out_);
  }

 private:
  template <class... Parts>
  void line(const Parts&... parts) {
    out_ += std::string(2 * depth_, ' ') + cat(parts...) + '\n';
  }

  void close() {
    for (std::size_t& declared : declared_at_)
      if (declared == depth_) declared = kNever;
    --depth_;
    line("}");
  }

  void nest(std::size_t number) {
    line("extern \"C\" void ", kernel_.name, "_nest", number,
         "(void* const* buffers, std::int64_t begin, std::int64_t end) {");
    ++depth_;
    for (Buffer b = 0; b < kernel_.buffers.size(); ++b) {
      const BufferSpec& spec = kernel_.buffers[b];
      const auto type = cat(spec.role == BufferRole::input ? "const " : "", memory_name(spec.dtype));
      line("[[maybe_unused]] ", type, "* const b", b, " = static_cast<", type, "*>(buffers[", b, "]);");
    }
    const Nest& nest = kernel_.nests[number];
    block(schedule(kernel_, analysis_, nest), &nest.root);
    close();
  }

  void block(const Block& block, const Loop* root = nullptr) {
    for (const ScheduleStep& step : block.steps) {
      if (step.loop)
        loop(step, step.loop == root);
      else if (step.statement)
        statement(*step.statement);
      else
        evaluate(step.scalar);
    }
  }

  void loop(const ScheduleStep& step, bool is_root) {
    const auto v = cat('v', step.loop->variable);
    line("for (std::int64_t ", v, " = ", is_root ? "begin" : "0", "; ", v, " < ",
         is_root ? std::string("end") : cat(step.loop->extent), "; ++", v, ") {");
    ++depth_;
    block(step.body);
    close();
  }

  void evaluate(Scalar s) {
    names_[s] = cat('s', s, '_', evaluations_++);
    const ScalarExpr& e = kernel_.scalars[s];
    line("const ", register_name(e.type), ' ', names_[s], " = ", expression(e), ';');
  }

  std::string value(Scalar s) const {
    const ScalarExpr& e = kernel_.scalars[s];
    return e.kind == ScalarKind::constant ? literal(e) : names_[s];
  }

  std::string expression(const ScalarExpr& e) const {
    switch (e.kind) {
      case ScalarKind::constant:
        return literal(e);
      case ScalarKind::load:
        return load(e);
      case ScalarKind::index:
        return rounded(e.type, cat("cast<", register_name(e.type), ">(", index(e.index), ')'));
      case ScalarKind::op:
        return operation(e);
      case ScalarKind::accumulator:
        return cat('a', e.accumulator);
      case ScalarKind::position:
        return cat('a', e.accumulator, "_at");
    }
    return {};
  }

  std::string load(const ScalarExpr& e) const {
    const auto element = widened(e.type, cat('b', e.buffer, '[', index(e.index), ']'));
    return e.when == kNone ? element : cat(value(e.when), " ? ", element, " : ", register_name(e.type), "{}");
  }

  std::string operation(const ScalarExpr& e) const {
    if (e.op == Op::cast) return rounded(e.type, cat("cast<", cast_type(e), ">(", value(e.args[0]), ')'));
    std::string text = cat("op_", builtin_name(e.op), '(');
    for (std::size_t i = 0; i < e.args.size(); ++i) text += (i ? ", " : "") + value(e.args[i]);
    return text + ')';
  }

  // A number goes to a narrow float through double, to be rounded once.
  static std::string_view cast_type(const ScalarExpr& e) {
    return register_type(e.type) == e.type ? register_name(e.type) : "double";
  }

  static std::string rounded(DType type, const std::string& value) {
    return register_type(type) == type ? value : widened(type, narrowed(type, value));
  }
  static std::string widened(DType type, const std::string& element) {
    if (type == DType::f16) return cat("half_value(", element, ')');
    if (type == DType::bf16) return cat("bfloat_value(", element, ')');
    return type == DType::boolean ? cat('(', element, " != 0)") : element;
  }
  static std::string narrowed(DType type, const std::string& value) {
    if (type == DType::f16) return cat("half_bits(", value, ')');
    return type == DType::bf16 ? cat("bfloat_bits(", value, ')') : value;
  }

  void statement(const Statement& s) {
    const auto condition = s.when == kNone ? std::string() : cat("if (", value(s.when), ") ");
    if (s.kind == StatementKind::reset) return reset(s);
    if (s.kind == StatementKind::accumulate) return line(condition, accumulation(s));
    line(condition, 'b', s.buffer, '[', index(s.index),
         "] = ", narrowed(kernel_.buffers[s.buffer].dtype, value(s.value)), ';');
  }

  void reset(const Statement& s) {
    const Accumulator& a = kernel_.accumulators[s.accumulator];
    const bool declared = declared_at_[s.accumulator] != kNever;
    declared_at_[s.accumulator] = depth_;
    line(declared ? "" : register_name(a.type), " a", s.accumulator, " = ",
         s.value == kNone ? neutral(a) : value(s.value), ';');
    if (keeps_position(a.combine))
      line(declared ? "" : "std::int64_t", " a", s.accumulator, "_at = kNowhere;");
  }

  std::string accumulation(const Statement& s) const {
    const Combine combine = kernel_.accumulators[s.accumulator].combine;
    const auto a = cat('a', s.accumulator);
    const auto v = value(s.value);
    if (keeps_position(combine))
      return cat("keep_extreme(", v, combine == Combine::arg_max ? " > " : " < ", a, ", ", v, ", ",
                 index(s.index), ", ", a, ", ", a, "_at);");
    constexpr std::string_view kFunctions[] = {"op_add", "op_mul", "op_maximum", "op_minimum"};
    return cat(a, " = ", kFunctions[static_cast<std::size_t>(combine)], '(', a, ", ", v, ");");
  }

  std::string index(Index i) const {
    const IndexExpr& e = kernel_.indices[i];
    switch (e.kind) {
      case IndexKind::constant:
        return cat(e.number);
      case IndexKind::variable:
        return cat('v', e.variable);
      case IndexKind::add:
        return cat('(', index(e.a), " + ", index(e.b), ')');
      case IndexKind::multiply:
        return cat(index(e.a), " * ", e.number);
      case IndexKind::divide:
        return cat('(', index(e.a), " / ", e.number, ')');
      case IndexKind::remainder:
        return cat('(', index(e.a), " % ", e.number, ')');
      case IndexKind::clamp:
        return cat("clamp(", index(e.a), ", ", e.number, ')');
      case IndexKind::scalar:
        return cat("static_cast<std::int64_t>(", value(e.scalar), ')');
    }
    return {};
  }

  static constexpr std::size_t kNever = ~std::size_t{0};

  const Kernel& kernel_;
  const Analysis analysis_;
  std::vector<std::string> names_;        // of scalars evaluated
  std::vector<std::size_t> declared_at_;  // of accumulators: at which depth
  std::size_t evaluations_ = 0;
  std::size_t depth_ = 0;
  std::string out_;
};

}  // namespace

std::string print_cpp(std::span<const Kernel> kernels) {
  std::string text = kCppPrelude;
  for (const Kernel& kernel : kernels) text += '\n' + Printer(kernel).run();
  return text;
}

}  // namespace tenon::codegen
