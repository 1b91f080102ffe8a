#include <map>
#include <set>

#include "onnx/importing.h"

namespace tenon::onnx {

namespace {
constexpr int kMostListed = 100;

// Every op that neither a rule nor a function of the model knows, with how often and where first.
class Unsupported {
 public:
  explicit Unsupported(const Import& import) : import_(import) {}

  // In bodies, and in the functions that are called, too.
  void look(const std::vector<NodeDef>& nodes) {
    std::vector<const std::vector<NodeDef>*> lists{&nodes};
    while (!lists.empty()) {
      const std::vector<NodeDef>& list = *lists.back();
      lists.pop_back();
      for (const NodeDef& node : list) {
        look(node, lists);
        for (const Attribute& attribute : node.attributes)
          if (attribute.graph) lists.push_back(&attribute.graph->nodes);
      }
    }
  }

  void check(const std::string& file) const {
    if (found_.empty()) return;
    std::string list;
    int listed = 0;
    for (const auto& [op, seen] : found_) {
      if (listed++ == kMostListed) {
        list += cat("\n  and ", found_.size() - kMostListed, " others");
        break;
      }
      list += cat("\n  ", op, ", ", seen.count, seen.count == 1 ? " node" : " nodes", ", first ", seen.first);
    }
    fail(file, ": these ops are not supported:", list);
  }

 private:
  struct Seen {
    int count = 0;
    std::string first;
  };

  void look(const NodeDef& node, std::vector<const std::vector<NodeDef>*>& lists) {
    if (const FunctionDef* function = import_.find_function(node)) {
      if (looked_.insert(function).second) lists.push_back(&function->nodes);
      return;
    }
    if (rules().find(node.domain, node.op)) return;
    Seen& seen = found_[node.domain.empty() ? std::string(node.op) : cat(node.domain, ".", node.op)];
    if (seen.count++ == 0) seen.first = describe(node);
  }

  const Import& import_;
  std::map<std::string, Seen> found_;
  std::set<const FunctionDef*> looked_;
};
}  // namespace

void Import::require_supported() const {
  Unsupported unsupported(*this);
  unsupported.look(model_.graph.nodes);
  unsupported.check(quoted_file());
}

}  // namespace tenon::onnx
