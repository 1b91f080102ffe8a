#include "codegen/lower_order.h"

#include <algorithm>
#include <map>

namespace tenon::codegen {

namespace {
enum class Mark : std::uint8_t { fresh, open, done };

class Orderer {
 public:
  Orderer(const Stages& stages, const std::vector<std::vector<Dependency>>& depends)
      : stages_(stages), depends_(depends), marks_(stages.list.size(), Mark::fresh) {}

  void visit(StageId id) {
    if (marks_[id] == Mark::done) return;
    if (marks_[id] == Mark::open) {
      if (!order.circle) order.circle = overwriting_.back();
      return;
    }
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
    if (element_count(stages_.list[id].kept) > 0) order.stages.push_back(id);
  }

  Order order;

 private:
  const Stages& stages_;
  const std::vector<std::vector<Dependency>>& depends_;
  std::vector<Mark> marks_;
  std::vector<StageId> overwriting_;  // whose readers are being visited
};

using Depends = std::vector<std::vector<Dependency>>;

void come_after_readers(Depends& depends, const Stages& stages, StageId writer, std::uint32_t input) {
  for (StageId reader = 0; reader < stages.list.size(); ++reader)
    for (const Access& access : stages.list[reader].reads)
      if (reader != writer && access.value.node == input)
        depends[writer].push_back({reader, access.at, true});
}

// Who has the value of a reader at hand, and not in memory, may read the input again in its stead; and so on.
void come_after_users(Depends& depends, const Stages& stages, StageId writer) {
  std::set<StageId> readers;
  for (const Dependency& reader : depends[writer])
    if (reader.overwrites) readers.insert(reader.on);
  for (StageId user = static_cast<StageId>(stages.list.size()); user-- > 0;) {
    const bool uses = std::any_of(depends[user].begin(), depends[user].end(), [&](const Dependency& d) {
      return readers.contains(d.on) && !stages.list[d.on].fold;
    });
    if (!uses || user == writer) continue;
    depends[writer].push_back({user, {}, true});
    readers.insert(user);
  }
}
}  // namespace

Depends dependencies(const Graph& body, const Stages& stages, const Overwrites& overwrites) {
  Depends depends(stages.list.size());
  for (StageId id = 0; id < stages.list.size(); ++id)
    for (const Access& access : stages.list[id].reads)
      if (const StageId on = stages.of(access.value); on != kNoStage)
        depends[id].push_back({on, access.at, false});
  for (const InPlace& pair : overwrites.in_place) {
    const StageId writer = stages.of(body.outputs()[pair.output].ref);
    come_after_readers(depends, stages, writer, body.inputs()[pair.input]);
    if (overwrites.copied.contains(pair.output)) come_after_users(depends, stages, writer);
  }
  return depends;
}

Order order_stages(const Graph& body, const Stages& stages,
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

namespace {
// Goes through a kernel as it runs, and remembers which inputs are no more.
class LateReads {
 public:
  explicit LateReads(const Kernel& kernel) : kernel_(kernel) {}

  std::set<std::uint32_t> run() {
    for (const Nest& nest : kernel_.nests) visit(nest.root);
    return std::move(found_);
  }

 private:
  void visit(const Loop& loop) {
    for (std::size_t i = 0; i < loop.body.size(); ++i) {
      const Statement& s = loop.body[i];
      if (s.loop) visit(*s.loop);
      read(s.value);
      // A run of stores reads all that it needs before it writes.
      if (s.kind != StatementKind::store) continue;
      pending_.push_back(s.buffer);
      const bool goes_on = i + 1 < loop.body.size() && loop.body[i + 1].kind == StatementKind::store;
      if (!goes_on) overwrite();
    }
  }

  void overwrite() {
    for (const Buffer buffer : pending_)
      if (const Buffer input = kernel_.buffers[buffer].in_place_of; input != kNone) gone_[input] = buffer;
    pending_.clear();
    seen_.clear();
  }

  void read(Scalar scalar) {
    if (scalar == kNone || gone_.empty() || !seen_.insert(scalar).second) return;
    const ScalarExpr& e = kernel_.scalars[scalar];
    if (e.kind == ScalarKind::load) {
      if (const auto gone = gone_.find(e.buffer); gone != gone_.end()) found_.insert(output_of(gone->second));
      read_index(e.index);
    }
    for (const Scalar arg : e.args) read(arg);
    read(e.when);
  }

  void read_index(Index index) {
    if (index == kNone) return;
    const IndexExpr& e = kernel_.indices[index];
    read(e.scalar);
    read_index(e.a);
    read_index(e.b);
  }

  std::uint32_t output_of(Buffer buffer) const {
    std::uint32_t inputs = 0;
    while (kernel_.buffers[inputs].role == BufferRole::input) ++inputs;
    return buffer - inputs;
  }

  const Kernel& kernel_;
  std::map<Buffer, Buffer> gone_;  // inputs, and who overwrote them
  std::vector<Buffer> pending_;
  std::set<std::uint32_t> found_;
  std::set<Scalar> seen_;  // since something was overwritten
};
}  // namespace

std::set<std::uint32_t> read_too_late(const Kernel& kernel) { return LateReads(kernel).run(); }

std::set<std::uint32_t> read_elsewhere(const Graph& body, const Stages& stages,
                                       const std::vector<InPlace>& in_place) {
  std::set<std::uint32_t> outputs;
  for (const InPlace& pair : in_place) {
    const Stage& writer = stages.list[stages.of(body.outputs()[pair.output].ref)];
    for (const Access& access : writer.reads)
      if (access.value.node == body.inputs()[pair.input] && access.flat != writer.written)
        outputs.insert(pair.output);
  }
  return outputs;
}

}  // namespace tenon::codegen
