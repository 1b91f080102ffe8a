#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <limits>

#include "base/files.h"
#include "engine/content.h"
#include "engine/programs.h"
#include "support/corpus.h"
#include "support/message_of.h"
#include "support/temporary_folder.h"

namespace tenon {
namespace {

using testing::classifier;
using testing::engine_of;
using ::testing::HasSubstr;
using testing::random_bytes;

EngineInfo some_info() {
  return {
      .class_names = {"cat", "dog \"é\"", ""}, .scores = {{"accuracy", 0.75}}, .notes = {{"recipe", "a\nb"}}};
}

std::string read(const std::string& text) {
  const auto copy = std::make_shared<std::vector<std::byte>>();
  const Bytes bytes = bytes_of(text);
  copy->assign(bytes.begin(), bytes.end());
  return print(*engine::read_content(*copy, "m.tenon", copy).program);
}

TEST(EngineFile, IsReadAsItWasWritten) {
  const TemporaryFolder folder;
  const Engine engine = engine_of(classifier(), some_info())
                            .with_report({"cpu",
                                          8,
                                          {{"logits", 1e-7, 2e-7, 3},
                                           {"class", std::numeric_limits<double>::infinity(), 0, 0}}});
  engine.save(folder / "m.tenon");
  const Engine loaded = Engine::load(folder / "m.tenon");

  EXPECT_EQ(print(loaded.program()), print(engine.program()));
  ASSERT_EQ(loaded.weights().size(), engine.weights().size());
  for (std::size_t i = 0; i < loaded.weights().size(); ++i) {
    EXPECT_EQ(loaded.weights()[i].first, engine.weights()[i].first);
    EXPECT_TRUE(identical(loaded.weights()[i].second, engine.weights()[i].second));
  }
  EXPECT_EQ(loaded.info().class_names, some_info().class_names);
  EXPECT_EQ(loaded.info().scores, some_info().scores);
  EXPECT_EQ(loaded.info().notes, some_info().notes);
  EXPECT_EQ(engine::report_text(loaded.report()), engine::report_text(engine.report()));
  const Tensor x = random_bytes({3, 5}, 1);
  EXPECT_TRUE(identical(loaded.run(x), engine.run(x)));
}

TEST(EngineFile, IsTheSameForTheSameEngine) {
  const TemporaryFolder folder;
  engine_of(classifier(), some_info()).save(folder / "a");
  Engine::load(folder / "a").save(folder / "b");
  EXPECT_EQ(read_text(folder / "a"), read_text(folder / "b"));
}

TEST(EngineFile, KeepsWeightsAlignedAndMapped) {
  const TemporaryFolder folder;
  engine_of(classifier()).save(folder / "m.tenon");
  const auto file = MappedFile::open(folder / "m.tenon");
  const engine::Content content = engine::read_content(file->bytes(), "m.tenon", file);
  for (const auto& [name, tensor] : content.weights) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(tensor.raw()) % 64, 0u) << name;
    EXPECT_GE(tensor.raw(), static_cast<void*>(file->bytes().data()));
    EXPECT_LT(tensor.raw(), static_cast<void*>(file->bytes().data() + file->bytes().size()));
  }
}

TEST(EngineFile, WithAnyDamageIsRefused) {
  for (std::string text : corpus_of("engine")) {
    if (outcome_of(read, text) == Outcome::refused) continue;
    for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
      text[bit / 8] ^= static_cast<char>(1 << bit % 8);
      EXPECT_EQ(outcome_of(read, text), Outcome::refused) << "bit " << bit;
      text[bit / 8] ^= static_cast<char>(1 << bit % 8);
    }
  }
}

TEST(EngineFile, ThatIsCutOrGrewIsRefused) { expect_damage_is_refused("engine", read); }

TEST(EngineFile, ThatIsNoneIsCalledSo) {
  const TemporaryFolder folder;
  std::ofstream(folder / "m.tenon") << "PK\x03\x04 an archive";
  EXPECT_THAT(message_of([&] { Engine::load(folder / "m.tenon"); }),
              HasSubstr("m.tenon' is not an engine: expected it to begin with 'TENONENG'"));
  EXPECT_THAT(message_of([&] { Engine::load(folder / "none"); }), HasSubstr("No such file"));
  EXPECT_THAT(message_of([&] { Engine::load(folder.path()); }), HasSubstr("Is a directory"));
}

TEST(EngineFile, OfAnotherVersionSaysSo) {
  std::string text = "TENONENG";
  append_value(text, std::uint32_t{7});
  text.resize(1000);
  EXPECT_EQ(message_of([&] { read(text); }),
            "'m.tenon' is an engine of version 7; this Tenon reads version 1: build it again");
}

TEST(EngineFile, ThatPromisesTooMuchIsRefused) {
  const TemporaryFolder folder;
  Graph program;
  program.output("y", program.state("w", {DType::f32, {std::int64_t{1} << 60}}));
  const std::string info = engine::info_text({});
  const std::string text = print(program);
  const std::string report = engine::report_text({});
  write_atomically(folder / "m.tenon", [&](FileWriter& file) {
    engine::write_sections(file, {engine::Parts{bytes_of(info)}, engine::Parts{bytes_of(text)},
                                  engine::Parts{}, engine::Parts{bytes_of(report)}});
  });
  EXPECT_THAT(message_of([&] { Engine::load(folder / "m.tenon"); }),
              HasSubstr("the section weights has 0 bytes, too few for 'w'"));
}

}  // namespace
}  // namespace tenon
