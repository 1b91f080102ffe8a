#include "codegen/lower_order.h"

#include <algorithm>

namespace tenon::codegen {

namespace {
enum class Mark : std::uint8_t { fresh, open, done };

class Orderer {
 public:
  Orderer(const Stages& stages, const std::vector<std::vector<Dependency>>& depends)
      : stages_(stages), depends_(depends), marks_(stages.list.size(), Mark::fresh) {}

  void visit(StageId id) {
    if (marks_[id] == Mark::done) return;
    if (marks_[id] == Mark::open) throw Circle{overwriting_.back()};
    marks_[id] = Mark::open;
    for (const Dependency& dependency : depends_[id])
      if (dependency.overwrites) {
        overwriting_.push_back(id);
        visit(dependency.on);
        overwriting_.pop_back();
      }
    for (const Dependency& dependency : depends_[id])
      if (!dependency.overwrites) visit(dependency.on);
    marks_[id] = Mark::done;
    if (element_count(stages_.list[id].kept) > 0) order.push_back(id);
  }

  std::vector<StageId> order;

 private:
  const Stages& stages_;
  const std::vector<std::vector<Dependency>>& depends_;
  std::vector<Mark> marks_;
  std::vector<StageId> overwriting_;  // whose readers are being visited
};
}  // namespace

std::vector<std::vector<Dependency>> dependencies(const Graph& body, const Stages& stages,
                                                  const std::vector<InPlace>& in_place) {
  std::vector<std::vector<Dependency>> depends(stages.list.size());
  for (StageId id = 0; id < stages.list.size(); ++id)
    for (const Access& access : stages.list[id].reads)
      if (const StageId on = stages.of(access.value); on != kNoStage)
        depends[id].push_back({on, access.at, false});
  for (const InPlace& pair : in_place) {
    const std::uint32_t input = body.inputs()[pair.input];
    const StageId writer = stages.of(body.outputs()[pair.output].ref);
    for (StageId reader = 0; reader < stages.list.size(); ++reader)
      for (const Access& access : stages.list[reader].reads)
        if (reader != writer && access.value.node == input)
          depends[writer].push_back({reader, access.at, true});
  }
  return depends;
}

std::vector<StageId> order_stages(const Graph& body, const Stages& stages,
                                  const std::vector<std::vector<Dependency>>& depends) {
  Orderer orderer(stages, depends);
  const auto overwrites = [&](StageId id) {
    return std::any_of(depends[id].begin(), depends[id].end(),
                       [](const Dependency& d) { return d.overwrites; });
  };
  for (const bool late : {false, true})
    for (const NamedRef& output : body.outputs())
      if (const StageId id = stages.of(output.ref); overwrites(id) == late) orderer.visit(id);
  return std::move(orderer.order);
}

}  // namespace tenon::codegen
