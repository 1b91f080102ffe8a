// The small files that the fuzzers start from, most of them written by NumPy and other programs, and what
// damage does to them.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/files.h"
#include "tenon/error.h"

namespace tenon {

inline std::string corpus(const std::string& name) { return TENON_SOURCE_DIR "/fuzz/corpus/" + name; }

inline std::vector<std::string> corpus_of(const std::string& reader) {
  std::vector<std::string> texts;
  for (const auto& entry : std::filesystem::directory_iterator(corpus(reader)))
    texts.push_back(read_text(entry.path().string()));
  return texts;
}

enum class Outcome { read, refused };

// Any exception but Error leaves the test.
template <class Read>
Outcome outcome_of(Read&& read, const std::string& text) {
  try {
    read(text);
    return Outcome::read;
  } catch (const Error&) {
    return Outcome::refused;
  }
}

// Every file that `read` can read is cut at each byte, and each must be refused; then each of its bits is
// flipped, which may go unnoticed but must do no harm.
template <class Read>
void expect_damage_within_is_refused(const std::string& reader, Read&& read) {
  for (std::string text : corpus_of(reader)) {
    if (outcome_of(read, text) == Outcome::refused) continue;
    for (std::size_t size = 0; size < text.size(); ++size)
      EXPECT_EQ(outcome_of(read, text.substr(0, size)), Outcome::refused) << reader << " cut to " << size;
    for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
      text[bit / 8] ^= static_cast<char>(1 << bit % 8);
      outcome_of(read, text);
      text[bit / 8] ^= static_cast<char>(1 << bit % 8);
    }
  }
}

// The same, and nothing may follow the end.
template <class Read>
void expect_damage_is_refused(const std::string& reader, Read&& read) {
  expect_damage_within_is_refused(reader, read);
  for (const std::string& text : corpus_of(reader))
    EXPECT_EQ(outcome_of(read, text + "x"), Outcome::refused) << reader << " with a byte too many";
}

}  // namespace tenon
