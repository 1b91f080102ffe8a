#include "cli/tuning.h"

#include "cli/output.h"
#include "tenon/error.h"

namespace tenon::cli {

std::string ways_text(const std::vector<TunedNode>& nodes) {
  if (nodes.empty()) return "no node has more than one way to run\n";
  std::vector<Row> rows{{"node", "runs by", "time", "other ways"}};
  for (const TunedNode& node : nodes) {
    std::string others;
    for (std::size_t i = 1; i < node.ways.size(); ++i)
      others += cat(i > 1 ? ", " : "", node.ways[i].first, " ", in_time(node.ways[i].second));
    rows.push_back({node.node, node.ways[0].first, in_time(node.ways[0].second), others});
  }
  return table(rows);
}

}  // namespace tenon::cli
