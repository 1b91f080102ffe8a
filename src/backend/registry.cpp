#include <map>
#include <mutex>

#include "backend/backend.h"

namespace tenon {

namespace {
struct Entry {
  BackendFactory factory;
  std::shared_ptr<Backend> backend;  // made on the first use, then shared
};
struct Registry {
  Registry() {
    for (const auto& [name, factory] : built_in_backends()) entries.emplace(name, Entry{factory, nullptr});
  }
  std::mutex mutex;
  std::map<std::string, Entry, std::less<>> entries;
};
Registry& registry() {
  static Registry registry;
  return registry;
}
}  // namespace

void register_backend(std::string name, BackendFactory factory) {
  const std::lock_guard lock(registry().mutex);
  registry().entries.insert_or_assign(std::move(name), Entry{factory, nullptr});
}

std::shared_ptr<Backend> find_backend(std::string_view name) {
  const std::lock_guard lock(registry().mutex);
  const auto found = registry().entries.find(name);
  if (found == registry().entries.end()) return nullptr;
  Entry& entry = found->second;
  if (!entry.backend) entry.backend = entry.factory();
  return entry.backend;
}

std::vector<std::string> backend_names() {
  const std::lock_guard lock(registry().mutex);
  std::vector<std::string> names;
  for (const auto& [name, entry] : registry().entries) names.push_back(name);
  return names;
}

std::shared_ptr<Backend> choose_backend(std::string_view name) {
  if (name.empty()) name = built_in_backends().front().name;
  auto backend = find_backend(name);
  require(backend != nullptr, "there is no backend '", name, "'; there are ", backend_names());
  return backend;
}

}  // namespace tenon
