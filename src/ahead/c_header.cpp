#include "ahead/c_header.h"

#include <algorithm>
#include <set>

namespace tenon::ahead {

namespace {
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string in_capitals(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

// Half types have no name in C: their bits.
std::string_view c_type(DType dtype) {
  switch (dtype) {
    case DType::f64:
      return "double";
    case DType::f32:
      return "float";
    case DType::i64:
      return "int64_t";
    case DType::i32:
      return "int32_t";
    case DType::i16:
      return "int16_t";
    case DType::i8:
      return "int8_t";
    case DType::u64:
      return "uint64_t";
    case DType::u32:
      return "uint32_t";
    case DType::f16:
    case DType::bf16:
    case DType::u16:
      return "uint16_t";
    default:
      return "uint8_t";
  }
}

std::string_view needs(codegen::Simd simd) {
  switch (simd) {
    case codegen::Simd::avx512:
      return "x86-64 with AVX-512 F, BW, CD, DQ and VL (x86-64-v4)";
    case codegen::Simd::avx2:
      return "x86-64 with AVX2, FMA and F16C (x86-64-v3)";
    default:
      return "any x86-64";
  }
}

struct Argument {
  std::string name;
  Type type;
  bool is_output;
};

std::string declaration(const Argument& argument) {
  return cat(argument.is_output ? "" : "const ", c_type(argument.type.dtype), "* ", argument.name);
}

// What the elements are, where C's type does not say it.
std::string_view meaning(DType dtype) {
  switch (dtype) {
    case DType::f16:
      return ", the bits of IEEE halves";
    case DType::bf16:
      return ", the bits of bfloat16 numbers";
    case DType::boolean:
      return ", 0 or 1";
    default:
      return "";
  }
}

// Names that no other argument has.
std::vector<Argument> arguments_of(const Plan& plan) {
  std::vector<Argument> arguments;
  std::set<std::string> taken;
  const auto add = [&](const Slot& slot, bool is_output) {
    const std::string wanted = identifier(cat(is_output ? "out_" : "in_", slot.name));
    std::string name = wanted;
    for (int n = 2; !taken.insert(name).second; ++n) name = cat(wanted, '_', n);
    arguments.push_back({std::move(name), slot.type, is_output});
  };
  for (const Slot& slot : plan.inputs) add(slot, false);
  for (const Slot& slot : plan.outputs) add(slot, true);
  return arguments;
}

std::string comment(const std::string& name, const std::vector<Argument>& arguments, bool has_scratch,
                    codegen::Simd simd) {
  std::string text =
      cat("/* ", name, ", a model compiled ahead of time by Tenon. Generated: do not edit.\n *\n");
  std::size_t width = 0;
  for (const Argument& argument : arguments) width = std::max(width, argument.name.size());
  for (const Argument& argument : arguments)
    text += cat(" *   ", argument.name, std::string(width - argument.name.size() + 2, ' '), argument.type,
                meaning(argument.type.dtype), '\n');
  text +=
      cat(" *\n"
          " * Elements lie in row-major order. Each array is aligned as its elements are",
          has_scratch ? ", scratch to 64 bytes,\n * " : "\n * ",
          "and none overlaps another. The function touches no other memory but its\n"
          " * constants and the stack, and calls nothing. Any number of threads may be in it\n"
          " * at once, each with outputs",
          has_scratch ? " and scratch" : "", " of its own.\n *\n * Processor: ", needs(simd),
          ". Calls: System V.\n */\n");
  return text;
}
}  // namespace

std::string identifier(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (!is_letter(c) && !is_digit(c)) c = '_';
  return result.empty() || is_digit(result[0]) ? cat("m", result) : result;
}

std::string c_header(const Plan& plan, const std::string& name, codegen::Simd simd) {
  const std::vector<Argument> arguments = arguments_of(plan);
  const bool has_scratch = plan.scratch_bytes > 0;
  std::string list;
  for (const Argument& argument : arguments) list += cat(list.empty() ? "" : ", ", declaration(argument));
  if (has_scratch) list += cat(list.empty() ? "" : ", ", "void* scratch");
  const std::string capitals = in_capitals(name);
  return cat(comment(name, arguments, has_scratch, simd), "#ifndef TENON_", capitals, "_H\n#define TENON_",
             capitals, "_H\n\n#include <stdint.h>\n\n#define ", capitals, "_SCRATCH_BYTES ",
             plan.scratch_bytes, has_scratch ? "" : " /* so there is no such argument */",
             "\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\nvoid ", name, "_run(", list,
             ");\n\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
}

}  // namespace tenon::ahead
