#include <map>
#include <mutex>

#include "backend/backend.h"

namespace tenon {

namespace {
// Made on the first use, then shared. A lock of its own: a factory may look for other backends.
class Entry {
 public:
  explicit Entry(BackendFactory factory) : factory_(factory) {}

  std::shared_ptr<Backend> backend() {
    const std::lock_guard lock(mutex_);
    if (!backend_) backend_ = factory_();
    return backend_;
  }

 private:
  const BackendFactory factory_;
  std::mutex mutex_;
  std::shared_ptr<Backend> backend_;
};

struct Registry {
  Registry() {
    for (const auto& [name, factory] : built_in_backends())
      entries.emplace(name, std::make_shared<Entry>(factory));
  }
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<Entry>, std::less<>> entries;
};
Registry& registry() {
  static Registry registry;
  return registry;
}

std::shared_ptr<Entry> find_entry(std::string_view name) {
  const std::lock_guard lock(registry().mutex);
  const auto found = registry().entries.find(name);
  return found == registry().entries.end() ? nullptr : found->second;
}
}  // namespace

void register_backend(std::string name, BackendFactory factory) {
  const std::lock_guard lock(registry().mutex);
  registry().entries.insert_or_assign(std::move(name), std::make_shared<Entry>(factory));
}

std::shared_ptr<Backend> find_backend(std::string_view name) {
  const std::shared_ptr<Entry> entry = find_entry(name);
  return entry ? entry->backend() : nullptr;
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
