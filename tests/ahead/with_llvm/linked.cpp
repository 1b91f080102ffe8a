#include "ahead/with_llvm/linked.h"

#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

#include "base/files.h"
#include "support/temporary_folder.h"

namespace tenon::testing {

namespace {
// Reads the inputs from descriptor 0, writes the outputs to descriptor 1, and ends: each by a system call.
constexpr std::string_view kProgram = R"(
static long system_call(long number, long a, long b, long c) {
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
  return result;
}

/* Number 0 reads, 1 writes. */
static void move(long number, unsigned char* bytes, long count) {
  while (count > 0) {
    const long moved = system_call(number, number, (long)bytes, count);
    if (moved <= 0) system_call(60, 1, 0, 0);
    bytes += moved;
    count -= moved;
  }
}

__attribute__((force_align_arg_pointer)) void _start(void) {
)";

std::string buffer(const std::string& name, std::size_t bytes) {
  return cat("static unsigned char ", name, '[', std::max<std::size_t>(bytes, 1),
             "] __attribute__((aligned(64)));\n");
}

std::string program_for(const std::string& name, const std::vector<Tensor>& inputs,
                        const std::vector<Type>& outputs, bool has_scratch) {
  std::string buffers = cat("#include \"", name, ".h\"\n");
  std::string read, arguments, write;
  const auto argue = [&](const std::string& argument) {
    arguments += cat(arguments.empty() ? "" : ", ", "(void*)", argument);
  };
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    buffers += buffer(cat("in", i), inputs[i].bytes());
    read += cat("  move(0, in", i, ", ", inputs[i].bytes(), ");\n");
    argue(cat("in", i));
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    buffers += buffer(cat("out", i), outputs[i].bytes());
    write += cat("  move(1, out", i, ", ", outputs[i].bytes(), ");\n");
    argue(cat("out", i));
  }
  std::string capitals = name;
  for (char& c : capitals) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (has_scratch) {
    buffers +=
        cat("static unsigned char scratch[", capitals, "_SCRATCH_BYTES] __attribute__((aligned(64)));\n");
    argue("scratch");
  }
  return cat(buffers, kProgram, read, "  ", name, "_run(", arguments, ");\n", write,
             "  system_call(60, 0, 0, 0);\n}\n");
}
}  // namespace

std::string output_of(const std::string& program) {
  FILE* const pipe = popen(program.c_str(), "r");
  require(pipe != nullptr, "no pipe could be made");
  std::string text;
  std::array<char, 4096> part;
  while (const std::size_t count = std::fread(part.data(), 1, part.size(), pipe))
    text.append(part.data(), count);
  const int status = pclose(pipe);
  require(WIFEXITED(status) && WEXITSTATUS(status) == 0, "this failed: ", program, '\n', text);
  return text;
}

void write_files(const EmittedObject& object, const std::string& folder, const std::string& name) {
  const auto* const bytes = reinterpret_cast<const char*>(object.object.data());
  write_atomically(cat(folder, '/', name, ".o"), std::string_view(bytes, object.object.size()));
  write_atomically(cat(folder, '/', name, ".h"), object.header);
}

std::vector<Tensor> run_linked(const EmittedObject& object, const std::string& name,
                               const std::vector<Tensor>& inputs, const std::vector<Type>& outputs) {
  const TemporaryFolder folder;
  write_files(object, folder.path(), name);
  write_atomically(folder / "main.c", program_for(name, inputs, outputs, object.scratch_bytes > 0));
  std::string given;
  for (const Tensor& input : inputs) given.append(static_cast<const char*>(input.raw()), input.bytes());
  write_atomically(folder / "given", given);
  output_of(cat("cd ", folder.path(), " && ", TENON_CC,
                " -std=gnu99 -O1 -Wall -Wextra -Werror -ffreestanding -nostdlib -static -o program main.c ",
                name, ".o 2>&1"));
  const std::string answer = output_of(cat("cd ", folder.path(), " && ./program < given"));

  std::vector<Tensor> results;
  std::size_t at = 0;
  for (const Type& type : outputs) {
    results.push_back(Tensor::empty(type.dtype, type.shape()));
    require(at + type.bytes() <= answer.size(), "the program answered with ", answer.size(), " bytes only");
    if (type.bytes() > 0) std::memcpy(results.back().raw(), answer.data() + at, type.bytes());
    at += type.bytes();
  }
  return results;
}

}  // namespace tenon::testing
