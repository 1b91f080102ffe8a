#include "codegen/object_code.h"

#include <elf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <vector>

#include "tenon/error.h"

namespace tenon::codegen {

namespace {

template <class... Parts>
void check(bool holds, const Parts&... parts) {
  require(holds, "an object of compiled code is damaged: ", parts...);
}

// Records of a type, copied out: an object need not be aligned.
template <class T>
std::vector<T> records(std::span<const std::byte> bytes) {
  check(bytes.size() % sizeof(T) == 0, "a table has half an entry");
  std::vector<T> result(bytes.size() / sizeof(T));
  if (!result.empty()) std::memcpy(result.data(), bytes.data(), bytes.size());
  return result;
}

std::span<const std::byte> part(std::span<const std::byte> bytes, std::uint64_t offset, std::uint64_t size) {
  check(offset <= bytes.size() && size <= bytes.size() - offset, "a section ends behind the file");
  return bytes.subspan(offset, size);
}

std::size_t rounded_up(std::size_t number, std::size_t multiple) {
  return (number + multiple - 1) / multiple * multiple;
}

}  // namespace

class ObjectLoader {
 public:
  explicit ObjectLoader(std::span<const std::byte> object) : object_(object) {}

  std::shared_ptr<const ObjectCode> run() {
    read_header();
    lay_out();
    copy_sections();
    read_symbols();
    for (const Elf64_Shdr& section : sections_)
      if (section.sh_type == SHT_RELA && place_of(section.sh_info)) relocate(section);
    const auto text = static_cast<std::size_t>(text_end_);
    require(mprotect(code_->memory_.data(), text, PROT_READ | PROT_EXEC) == 0 &&
                (text == code_->memory_.size() ||
                 mprotect(code_->memory_.data() + text, code_->memory_.size() - text, PROT_READ) == 0),
            "the system does not let this process make code executable");
    return code_;
  }

 private:
  void read_header() {
    Elf64_Ehdr header;
    std::memcpy(&header, part(object_, 0, sizeof header).data(), sizeof header);
    check(std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 && header.e_ident[EI_CLASS] == ELFCLASS64 &&
              header.e_type == ET_REL && header.e_machine == EM_X86_64 &&
              header.e_shentsize == sizeof(Elf64_Shdr),
          "it is no relocatable ELF for x86-64");
    sections_ = records<Elf64_Shdr>(
        part(object_, header.e_shoff, std::uint64_t{header.e_shnum} * sizeof(Elf64_Shdr)));
    places_.assign(sections_.size(), nullptr);
  }

  static bool is_loaded(const Elf64_Shdr& section) {
    return (section.sh_flags & SHF_ALLOC) && section.sh_size > 0 && section.sh_type != SHT_NOTE &&
           section.sh_type != SHT_X86_64_UNWIND;
  }

  // Code first, on pages of its own; then constants.
  void lay_out() {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    std::size_t size = 0;
    offsets_.assign(sections_.size(), 0);
    for (const bool text : {true, false}) {
      for (std::size_t i = 0; i < sections_.size(); ++i) {
        const Elf64_Shdr& section = sections_[i];
        if (!is_loaded(section) || text != ((section.sh_flags & SHF_EXECINSTR) != 0)) continue;
        check(section.sh_type == SHT_PROGBITS && !(section.sh_flags & SHF_WRITE), "it has variables");
        check(section.sh_addralign <= page &&
                  std::has_single_bit(std::max<std::uint64_t>(1, section.sh_addralign)),
              "a section is aligned oddly");
        check(section.sh_size <= object_.size(), "a section ends behind the file");
        offsets_[i] = rounded_up(size, std::max<std::size_t>(1, section.sh_addralign));
        size = offsets_[i] + section.sh_size;
      }
      size = rounded_up(size, page);
      if (text) text_end_ = size;
    }
    check(size > 0, "it holds no code");
    void* const memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    require(memory != MAP_FAILED, "there is no memory for ", size, " bytes of compiled code");
    code_ = std::shared_ptr<ObjectCode>(new ObjectCode);
    code_->memory_ = {static_cast<std::byte*>(memory), size};
  }

  void copy_sections() {
    for (std::size_t i = 0; i < sections_.size(); ++i) {
      if (!is_loaded(sections_[i])) continue;
      const auto bytes = part(object_, sections_[i].sh_offset, sections_[i].sh_size);
      places_[i] = code_->memory_.data() + offsets_[i];
      std::copy(bytes.begin(), bytes.end(), places_[i]);
    }
  }

  std::byte* place_of(std::size_t section) const {
    return section < places_.size() ? places_[section] : nullptr;
  }

  void read_symbols() {
    const auto table = std::find_if(sections_.begin(), sections_.end(),
                                    [](const Elf64_Shdr& s) { return s.sh_type == SHT_SYMTAB; });
    check(table != sections_.end() && table->sh_link < sections_.size(), "it has no symbols");
    symbols_ = records<Elf64_Sym>(part(object_, table->sh_offset, table->sh_size));
    const Elf64_Shdr& strings = sections_[table->sh_link];
    const auto names = part(object_, strings.sh_offset, strings.sh_size);
    for (const Elf64_Sym& symbol : symbols_) {
      if (ELF64_ST_TYPE(symbol.st_info) != STT_FUNC || ELF64_ST_BIND(symbol.st_info) != STB_GLOBAL) continue;
      check(symbol.st_name < names.size(), "a symbol has no name");
      const auto* const name = reinterpret_cast<const char*>(names.data()) + symbol.st_name;
      code_->functions_.emplace(std::string(name, strnlen(name, names.size() - symbol.st_name)),
                                address_of(symbol));
    }
  }

  std::byte* address_of(const Elf64_Sym& symbol) const {
    std::byte* const section = place_of(symbol.st_shndx);
    check(section != nullptr, "a symbol stands outside it");
    check(symbol.st_value <= sections_[symbol.st_shndx].sh_size, "a symbol lies behind its section");
    return section + symbol.st_value;
  }

  void relocate(const Elf64_Shdr& table) {
    for (const Elf64_Rela& entry : records<Elf64_Rela>(part(object_, table.sh_offset, table.sh_size))) {
      check(ELF64_R_SYM(entry.r_info) < symbols_.size(), "a relocation has no symbol");
      // Wrapping: an addend may be anything.
      const auto target = reinterpret_cast<std::uint64_t>(address_of(symbols_[ELF64_R_SYM(entry.r_info)])) +
                          static_cast<std::uint64_t>(entry.r_addend);
      apply(ELF64_R_TYPE(entry.r_info), table.sh_info, entry.r_offset, target);
    }
  }

  void apply(std::uint64_t type, std::size_t section, std::uint64_t offset, std::uint64_t target) {
    const std::size_t size = type == R_X86_64_64 ? 8 : 4;
    const std::uint64_t end = sections_[section].sh_size;
    check(end >= size && offset <= end - size, "a relocation lies behind its section");
    std::byte* const place = places_[section] + offset;
    if (type == R_X86_64_64) {
      std::memcpy(place, &target, sizeof target);
      return;
    }
    check(type == R_X86_64_PC32 || type == R_X86_64_PLT32, "it has a relocation of kind ", type);
    const auto distance = static_cast<std::int64_t>(target - reinterpret_cast<std::uint64_t>(place));
    const auto narrow = static_cast<std::int32_t>(distance);
    check(narrow == distance, "a relocation does not reach");
    std::memcpy(place, &narrow, sizeof narrow);
  }

  std::span<const std::byte> object_;
  std::vector<Elf64_Shdr> sections_;
  std::vector<Elf64_Sym> symbols_;
  std::vector<std::size_t> offsets_;  // of sections in the memory
  std::vector<std::byte*> places_;    // of sections that are loaded
  std::size_t text_end_ = 0;
  std::shared_ptr<ObjectCode> code_;
};

std::shared_ptr<const ObjectCode> ObjectCode::load(std::span<const std::byte> object) {
  return ObjectLoader(object).run();
}

ObjectCode::~ObjectCode() {
  if (!memory_.empty()) munmap(memory_.data(), memory_.size());
}

void* ObjectCode::function(std::string_view name) const {
  const auto found = functions_.find(std::string(name));
  require(found != functions_.end(), "an object of compiled code has no function '", name, "'");
  return found->second;
}

}  // namespace tenon::codegen
