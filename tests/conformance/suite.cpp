#include "conformance/suite.h"

#include "conformance/numbers.h"
#include "conformance/program.h"
#include "conformance/run.h"
#include "op/evaluate.h"

namespace tenon::conformance {

namespace {
void compare(const Program& program, const std::vector<Tensor>& answers) {
  const std::vector<Tensor> right = evaluate(program.graph, program.inputs).outputs;
  for (std::size_t i = 0; i < right.size(); ++i)
    if (const auto wrong = difference(answers[i], right[i], program.bounds[i], program.magnitudes[i]))
      ADD_FAILURE() << program.labels[i] << ": " << *wrong;
}

// All in one program; where that does not run, each alone, to say which of them does not.
void check(const std::shared_ptr<Backend>& backend, const std::vector<Instance>& instances, int threads) {
  if (instances.empty()) return;
  try {
    const auto program = write_program(instances);
    compare(*program, run_on(backend, program->graph, program->inputs, threads));
  } catch (const std::exception& error) {
    if (instances.size() == 1) {
      ADD_FAILURE() << to_string(instances[0]) << ": " << error.what();
      return;
    }
    const int failed_before =
        testing::UnitTest::GetInstance()->current_test_info()->result()->total_part_count();
    for (const Instance& instance : instances) check(backend, {instance}, threads);
    if (testing::UnitTest::GetInstance()->current_test_info()->result()->total_part_count() == failed_before)
      ADD_FAILURE() << "each alone runs, but not all together: " << error.what();
  }
}

void check(bool large, int threads) {
  const auto backend = testing::TestWithParam<Subject>::GetParam().make();
  check(backend, instances_of(all_cases().at(testing::TestWithParam<Subject>::GetParam().op), large),
        threads);
}

TEST_P(Conformance, AnswersWhatTheOpMeans) { check(false, 1); }
TEST_P(Conformance, AnswersTheSameOnThreads) { check(true, 2); }
}  // namespace

void PrintTo(const Subject& subject, std::ostream* out) { *out << definition(subject.op).name; }

std::vector<Subject> subjects(std::shared_ptr<Backend> (*make)()) {
  std::vector<Subject> list;
  if (!make()) return list;  // this machine cannot run it
  for (const auto& [op, cases] : all_cases()) list.push_back({op, make});
  return list;
}

std::string name_of(const testing::TestParamInfo<Subject>& test) { return definition(test.param.op).name; }

}  // namespace tenon::conformance
